"""What may swing on a vehicle's axles: masses, springs and dampers supposed from where its axles are and what they bear.

Nobody at the roadside knows a suspension. What is known is the range in which each property of road vehicles lies, and that bodies rest on
their axles as the loads say. So every vehicle is supposed in `DRAWS` ways: each property at one of two levels, a standard deviation either
side of the middle of its range, in a Hadamard design (R. L. Plackett, J. P. Burman, Biometrika 33, 1946), by which means and covariances
of all that follows linearly from them come out exact.

Ranges: D. Cebon, Handbook of Vehicle-Road Interaction, 1999, chapters 4 and 5; T. D. Gillespie et al., NCHRP report 353, 1993: bodies
bounce at 1.5 to 4 Hz on 8 to 25 % of critical damping, air springs lower than leaf springs; axles hop at 8 to 15 Hz.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import hadamard

from calibration.disturbance import BODY_BREAK_M, LIGHT_KG
from contract.units import STANDARD_GRAVITY_M_S2

Array = NDArray[np.float64]
Range = tuple[float, float]

DRAWS: Final = 16
LEVELS: Final = 0.5 + hadamard(DRAWS)[:, 1:] / np.sqrt(12.0)
"""(draws, properties): place of each property within its range, 0 to 1, with the mean and the variance of an even distribution."""

GROUP_M: Final = 2.0
"""Axles closer than this are one group and hang on suspensions of one make."""

TYRE_N_PER_M: Final[Range] = (0.85e6, 1.05e6)
LIGHT_TYRE_N_PER_M: Final[Range] = (0.18e6, 0.25e6)
"""Vertical stiffness of one tyre at its working pressure: of trucks; of cars and vans."""

UNSPRUNG_KG: Final[dict[str, Range]] = {"light": (70.0, 100.0), "single": (480.0, 700.0), "dual": (800.0, 1_200.0)}
UNSPRUNG_MOST: Final = 0.35
"""Mass of axle and wheels by tyres, and its greatest share of the axle's load."""

AIR_HZ: Final[Range] = (1.5, 2.0)
AIR_DAMPING: Final[Range] = (0.12, 0.25)
"""Air springs keep their frequency at any load; damping over critical."""

LEAF_HZ: Final[Range] = (2.5, 3.8)
LEAF_DAMPING: Final[Range] = (0.08, 0.20)
LEAF_MOST_HZ: Final = 3.6
RATED_KG: Final = {1: 11_000.0, 2: 9_000.0, 3: 8_000.0}
RATED_STEERING_KG: Final = 7_000.0
"""Leaf springs bounce at these frequencies under the load an axle is built for, by the axles in its group, and faster with less."""

LIGHT_HZ: Final[Range] = (1.2, 1.7)
LIGHT_DAMPING: Final[Range] = (0.20, 0.30)

SOFTEST_TYRE: Final = 0.5
"""Suspension and tyres together over the tyres alone at most: a leaf spring is seldom stiffer than the tyres under it."""

HOP_DAMPING: Final[Range] = (0.12, 0.5)
"""Damping of an axle's hop over critical."""

GYRATION: Final[Range] = (0.75, 1.05)
"""Squared radius of gyration of a body over the mean squared distance of the loads that carry it."""

TARE_KG: Final[dict[int, Range]] = {2: (6_600.0, 7_400.0), 3: (8_300.0, 9_300.0)}
PIN_LEAST: Final = 0.1
PIN_AHEAD_M: Final[Range] = (0.2, 0.5)
"""Mass of a tractor by number of axles; the least share of its load that a semi-trailer puts on it; and how far before the middle of its
driven axles that rests."""


@dataclass(frozen=True)
class Chassis:
    """One vehicle in all supposed ways. Coordinates are those of the bodies, then the height of each axle.

    Attributes
    ----------
    mass, damping, spring
        (draws, size, size) in kg, N s/m and N/m, with metres and radians as coordinates.
    tyre_n_per_m
        (draws, axles).
    behind_m, load_kg
        (axles,) distance of each axle behind the first, and its static load.
    """

    mass: Array
    damping: Array
    spring: Array
    tyre_n_per_m: Array
    behind_m: Array
    load_kg: Array

    @property
    def first_axle(self) -> int:
        """Coordinate of the first axle's height."""
        return int(self.mass.shape[1]) - self.load_kg.size

    @property
    def static_n(self) -> Array:
        """(axles,) static tyre force."""
        return self.load_kg * STANDARD_GRAVITY_M_S2


def axle_groups(behind_m: Array) -> NDArray[np.int64]:
    """Give the number of each axle's group, (axles,)."""
    return np.concatenate(([0], np.cumsum(np.diff(behind_m) >= GROUP_M)))


def trailer_begins(behind_m: Array) -> int:
    """Give the index of the first axle of a trailer, the number of axles if there is none.

    Two groups behind the power unit's two are a full trailer on a drawbar; one behind it is a semi-trailer where it stands further off than
    the tractor's own wheelbase.
    """
    group = axle_groups(behind_m)
    first = np.unique(group, return_index=True)[1]
    if first.size < 3:
        return group.size
    wheelbase_m, gap_m = (float(behind_m[first[k]] - behind_m[first[k] - 1]) for k in (1, 2))
    parts = first.size > 3 or gap_m > max(wheelbase_m, BODY_BREAK_M)
    return int(first[2]) if parts else group.size


def supposed_chassis(behind_m: Array, load_kg: Array) -> Chassis:
    """Suppose the chassis of a vehicle.

    Parameters
    ----------
    behind_m, load_kg
        (axles,) distance behind the first axle, and load.
    """
    levels = _columns()
    axles = load_kg.size
    begins = trailer_begins(behind_m)
    semi = begins < axles and np.unique(axle_groups(behind_m)[begins:]).size == 1
    suspensions = _Suspensions.supposed(behind_m, load_kg, levels)
    size = axles + (2 if begins == axles else 3 if semi else 4)
    shape = (DRAWS, size, size)
    chassis = Chassis(np.zeros(shape), np.zeros(shape), np.zeros(shape), suspensions.tyre_n_per_m, behind_m, load_kg)
    place_m = -behind_m
    sprung_kg = load_kg - suspensions.unsprung_kg
    power = np.arange(begins)
    front = _Body.on(sprung_kg[:, power], np.broadcast_to(place_m[power], (DRAWS, power.size)))
    if semi:
        tare_kg = _within(TARE_KG.get(begins, TARE_KG[3]), next(levels))
        pin_kg = np.maximum(load_kg[power].sum() - tare_kg, PIN_LEAST * load_kg[power].sum())
        rear = place_m[power][axle_groups(behind_m)[power] == axle_groups(behind_m)[begins - 1]]
        pin_m = rear.mean() + _within(PIN_AHEAD_M, next(levels))
        front = front.without(pin_kg, pin_m)
    moves = [_moves(size, 0, front.centre_m, place_m[k]) for k in power]
    _add_body(chassis, front, _moves(size, 0, front.centre_m, front.centre_m), 1, next(levels))
    if begins < axles:
        trailer = np.arange(begins, axles)
        bears_kg, at_m = sprung_kg[:, trailer], np.broadcast_to(place_m[trailer], (DRAWS, trailer.size))
        if semi:
            back = _Body.on(np.column_stack((pin_kg, bears_kg)), np.column_stack((pin_m, at_m)))
            hinge = _moves(size, 0, front.centre_m, pin_m)
            moves += [_hung(hinge, 2, place_m[k] - pin_m) for k in trailer]
            _add_body(chassis, back, _hung(hinge, 2, back.centre_m - pin_m), 2, next(levels))
        else:
            back = _Body.on(bears_kg, at_m)
            moves += [_moves(size, 2, back.centre_m, place_m[k]) for k in trailer]
            _add_body(chassis, back, _moves(size, 2, back.centre_m, back.centre_m), 3, next(levels))
    for k, move in enumerate(moves):
        suspensions.hang(chassis, k, move)
    return chassis


def _columns() -> Iterator[Array]:
    """Give one property's levels after another; a long vehicle's last ones share those of its first."""
    while True:
        yield from LEVELS.T


def _within(bounds: Range, level: Array) -> Array:
    return bounds[0] + (bounds[1] - bounds[0]) * level


@dataclass(frozen=True)
class _Suspensions:
    """(draws, axles) of each axle: suspension, damper, tyres, and what is not sprung."""

    spring_n_per_m: Array
    damper_ns_per_m: Array
    tyre_n_per_m: Array
    unsprung_kg: Array

    @classmethod
    def supposed(cls, behind_m: Array, load_kg: Array, levels: Iterator[Array]) -> _Suspensions:
        """Suppose them group by group."""
        found = cls(*(np.zeros((DRAWS, load_kg.size)) for _ in range(4)))
        light = load_kg.sum() <= LIGHT_KG
        air = next(levels) > 0.5
        group = axle_groups(behind_m)
        for number in range(int(group[-1]) + 1):
            members = np.flatnonzero(group == number)
            hertz, damping, unsprung, tyre = (next(levels) for _ in range(4))
            steering = number == 0
            tyres, stiff, made = (2, LIGHT_TYRE_N_PER_M, "light") if light else (2 if steering else 4, TYRE_N_PER_M, "dual")
            tyre_n_per_m = tyres * _within(stiff, tyre)
            unsprung_kg = _within(UNSPRUNG_KG["single" if steering and not light else made], unsprung)
            rated_kg = RATED_STEERING_KG if steering else RATED_KG.get(members.size, RATED_KG[3])
            for k in members:
                if light:
                    body_hz, share = _within(LIGHT_HZ, hertz), _within(LIGHT_DAMPING, damping)
                else:
                    leaf_hz = np.minimum(_within(LEAF_HZ, hertz) * np.sqrt(rated_kg / load_kg[k]), LEAF_MOST_HZ)
                    soft = air & (not steering)
                    body_hz = np.where(soft, _within(AIR_HZ, hertz), leaf_hz)
                    share = np.where(soft, _within(AIR_DAMPING, damping), _within(LEAF_DAMPING, damping))
                found._put(int(k), float(load_kg[k]), body_hz=body_hz, damping=share, unsprung_kg=unsprung_kg, tyre_n_per_m=tyre_n_per_m)
        return found

    def _put(self, k: int, load_kg: float, *, body_hz: Array, damping: Array, unsprung_kg: Array, tyre_n_per_m: Array) -> None:
        """Find springs and dampers that let the axle's load bounce as supposed."""
        unsprung_kg = np.minimum(unsprung_kg, UNSPRUNG_MOST * load_kg)
        sprung_kg = load_kg - unsprung_kg
        together = np.minimum((2.0 * np.pi * body_hz) ** 2 * sprung_kg, SOFTEST_TYRE * tyre_n_per_m)
        spring = together * tyre_n_per_m / (tyre_n_per_m - together)
        damper = damping * 2.0 * np.sqrt(together * sprung_kg) * ((spring + tyre_n_per_m) / tyre_n_per_m) ** 2
        hop_critical = 2.0 * np.sqrt(unsprung_kg * (spring + tyre_n_per_m))
        self.spring_n_per_m[:, k] = spring
        self.damper_ns_per_m[:, k] = np.clip(damper, HOP_DAMPING[0] * hop_critical, HOP_DAMPING[1] * hop_critical)
        self.tyre_n_per_m[:, k] = tyre_n_per_m
        self.unsprung_kg[:, k] = unsprung_kg

    def hang(self, chassis: Chassis, k: int, move: Array) -> None:
        """Put axle `k` under the point of its body that moves by `move` (draws, size)."""
        own = chassis.first_axle + k
        stroke = move.copy()
        stroke[:, own] -= 1.0
        square = stroke[:, :, None] * stroke[:, None, :]
        chassis.spring[:] += self.spring_n_per_m[:, k, None, None] * square
        chassis.damping[:] += self.damper_ns_per_m[:, k, None, None] * square
        chassis.mass[:, own, own] += self.unsprung_kg[:, k]
        chassis.spring[:, own, own] += self.tyre_n_per_m[:, k]


@dataclass(frozen=True)
class _Body:
    """(draws,) mass, centre of gravity and squared spread of what carries it."""

    mass_kg: Array
    centre_m: Array
    spread_m2: Array
    ends_m: tuple[Array, Array]

    @classmethod
    def on(cls, bears_kg: Array, at_m: Array) -> _Body:
        """Give the body that rests on supports (draws, supports) as they bear it."""
        mass = bears_kg.sum(axis=1)
        centre = (bears_kg * at_m).sum(axis=1) / mass
        spread = (bears_kg * (at_m - centre[:, None]) ** 2).sum(axis=1) / mass
        return cls(mass, centre, spread, (at_m.min(axis=1), at_m.max(axis=1)))

    def without(self, load_kg: Array, at_m: Array) -> _Body:
        """Give the body that is left when a load that rests on it is another's."""
        mass = self.mass_kg - load_kg
        margin = 0.1 * (self.ends_m[1] - self.ends_m[0])
        centre = np.clip((self.mass_kg * self.centre_m - load_kg * at_m) / mass, self.ends_m[0] + margin, self.ends_m[1] - margin)
        return _Body(mass, centre, self.spread_m2, self.ends_m)


def _moves(size: int, bounce: int, centre_m: Array, place_m: Array | float) -> Array:
    """Give how a point of a body follows its bounce and its pitch, the coordinate after it: (draws, size)."""
    move = np.zeros((DRAWS, size))
    move[:, bounce] = 1.0
    move[:, bounce + 1] = place_m - centre_m
    return move


def _hung(hinge: Array, pitch: int, arm_m: Array | float) -> Array:
    """Give how a point follows that hangs on a hinge and turns about it by a pitch of its own."""
    move = hinge.copy()
    move[:, pitch] += arm_m
    return move


def _add_body(chassis: Chassis, body: _Body, centre: Array, pitch: int, gyration: Array) -> None:
    inertia = body.mass_kg * body.spread_m2 * _within(GYRATION, gyration)
    chassis.mass[:] += body.mass_kg[:, None, None] * centre[:, :, None] * centre[:, None, :]
    chassis.mass[:, pitch, pitch] += inertia
