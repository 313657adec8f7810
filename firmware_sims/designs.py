"""Kinds of vehicle on the simulated road: axle groups, bodies, and their share of the traffic."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Coupling(StrEnum):
    """How a body hangs on the one before it."""

    NONE = "none"
    FIFTH_WHEEL = "fifth wheel"
    """Its front end rests on the body before it."""
    DRAWBAR = "drawbar"
    """It rests on its own axles alone."""


@dataclass(frozen=True)
class Body:
    """A sprung body: how many of the vehicle's axles carry it, and how it is coupled to the body before it."""

    axles: int
    coupling: Coupling = Coupling.NONE


@dataclass(frozen=True)
class Design:
    """One kind's design.

    Attributes
    ----------
    share
        Its part of the traffic.
    groups
        Per axle group the permitted load in kg (GB 1589: single 7 000, dual drive 11 500, dual 10 000, tandem
        18 000, tridem 24 000) and the number of axles.
    spacings_m
        Nominal distances between successive axles.
    bodies
        From the front.
    empty_kg, full_kg
        For light vehicles, which are never overloaded: range of gross weight.
    """

    share: float
    groups: tuple[tuple[int, int], ...]
    spacings_m: tuple[float, ...]
    bodies: tuple[Body, ...]
    empty_kg: int = 0
    full_kg: int = 0

    @property
    def light(self) -> bool:
        """Whether it is a car or a van."""
        return self.full_kg > 0

    @property
    def rated_kg(self) -> tuple[float, ...]:
        """Permitted load of each axle."""
        return tuple(permitted / axles for permitted, axles in self.groups for _ in range(axles))

    @property
    def dual(self) -> tuple[bool, ...]:
        """Whether each axle runs on dual tyres."""
        return tuple(permitted > SINGLE_TYRED_KG for permitted, axles in self.groups for _ in range(axles))


SINGLE_TYRED_KG = 7000
"""A group permitted this much runs on single tyres."""


def _semi(tractor: int, trailer: int) -> tuple[Body, ...]:
    return Body(tractor), Body(trailer, Coupling.FIFTH_WHEEL)


DESIGNS = {
    "car": Design(0.10, ((7000, 1), (7000, 1)), (2.7,), (Body(2),), 1100, 2100),
    "van": Design(0.08, ((7000, 1), (7000, 1)), (3.4,), (Body(2),), 1900, 3600),
    "rigid2": Design(0.14, ((7000, 1), (11500, 1)), (4.8,), (Body(2),)),
    "bus2": Design(0.04, ((7000, 1), (11500, 1)), (6.0,), (Body(2),)),
    "rigid3": Design(0.10, ((7000, 1), (18000, 2)), (4.5, 1.35), (Body(3),)),
    "rigid4": Design(0.12, ((7000, 1), (7000, 1), (18000, 2)), (1.95, 3.6, 1.35), (Body(4),)),
    "semi3": Design(0.06, ((7000, 1), (11500, 1), (10000, 1)), (3.6, 7.7), _semi(2, 1)),
    "semi4": Design(0.06, ((7000, 1), (11500, 1), (18000, 2)), (3.6, 6.4, 1.35), _semi(2, 2)),
    "semi5": Design(0.10, ((7000, 1), (11500, 1), (24000, 3)), (3.6, 5.6, 1.32, 1.32), _semi(2, 3)),
    "truck_trl": Design(
        0.04,
        ((7000, 1), (18000, 2), (10000, 1), (10000, 1)),
        (4.6, 1.35, 5.1, 5.2),
        (Body(3), Body(2, Coupling.DRAWBAR)),
    ),
    "semi6": Design(0.16, ((7000, 1), (18000, 2), (24000, 3)), (3.3, 1.37, 6.3, 1.32, 1.32), _semi(3, 3)),
}
"""Nominal spacings keep tandems within 1.3–1.8 m and tridems within 1.3–1.4 m, where the loads above hold."""
