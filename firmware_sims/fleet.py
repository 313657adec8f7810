"""The vehicles of own traffic: kinds, loads, axle layouts, speeds."""

from __future__ import annotations

import random
from dataclasses import dataclass

from firmware_sims.layout import Layout
from firmware_sims.plates import PlateDraw
from firmware_sims.vehicle import GROSS_LIMIT_KG, Vehicle

OVERLOADED_SHARE = 0.3
OVERLOADED_RATIO = (1.12, 1.55)
"""Gross weight over its limit where a vehicle is overloaded: clearly so, whatever the scale's error."""
LEGAL_RATIO = (0.38, 0.92)
"""And where it is not."""
CLEARANCE_S = 2.2
"""Least gap between a vehicle's leaving and the next one's first axle."""
FRONT_OVERHANG_M = (1.2, 1.5)
REAR_OVERHANG_M = (0.8, 2.0)


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
    empty_kg, full_kg
        For light vehicles, which are never overloaded: range of gross weight.
    """

    share: float
    groups: tuple[tuple[int, int], ...]
    spacings_m: tuple[float, ...]
    empty_kg: int = 0
    full_kg: int = 0


DESIGNS = {
    "car": Design(0.10, ((7000, 1), (7000, 1)), (2.7,), 1100, 2100),
    "van": Design(0.08, ((7000, 1), (7000, 1)), (3.4,), 1900, 3600),
    "rigid2": Design(0.16, ((7000, 1), (11500, 1)), (4.8,)),
    "rigid3": Design(0.11, ((7000, 1), (18000, 2)), (4.5, 1.35)),
    "rigid4": Design(0.13, ((7000, 1), (7000, 1), (18000, 2)), (1.95, 3.6, 1.35)),
    "semi3": Design(0.06, ((7000, 1), (11500, 1), (10000, 1)), (3.6, 7.7)),
    "semi4": Design(0.06, ((7000, 1), (11500, 1), (18000, 2)), (3.6, 6.4, 1.35)),
    "semi5": Design(0.12, ((7000, 1), (11500, 1), (24000, 3)), (3.6, 5.6, 1.32, 1.32)),
    "semi6": Design(0.18, ((7000, 1), (18000, 2), (24000, 3)), (3.3, 1.37, 6.3, 1.32, 1.32)),
}
"""Nominal spacings keep tandems within 1.3–1.8 m and tridems within 1.3–1.4 m, where the loads above hold."""
SINGLE_TYRED_KG = 7000
"""A group permitted this much runs on single tyres."""

STEER_LEAST_KG = {"rigid": 3800.0, "semi": 4800.0}
STEER_MOST_KG = 7400.0


def draw_fleet(layout: Layout, count: int, rng: random.Random, seed: str) -> tuple[Vehicle, ...]:
    """Draw vehicles one after the other over the lane, none beside another.

    Parameters
    ----------
    layout
        The lane.
    count
        How many.
    rng
        Where chance comes from.
    seed
        Names the traffic; plates depend on it alone.
    """
    plates = PlateDraw(seed)
    kinds = rng.choices(list(DESIGNS), weights=[design.share for design in DESIGNS.values()], k=count)
    vehicles = []
    clear_s = CLEARANCE_S
    for number, kind in enumerate(kinds, start=1):
        speed_kmh = rng.uniform(25, 80) if DESIGNS[kind].full_kg == 0 else rng.uniform(35, 95)
        vehicle = draw_vehicle(
            layout,
            kind=kind,
            gross_kg=_gross_kg(kind, rng),
            speed_kmh=speed_kmh,
            clear_s=clear_s,
            rng=rng,
            plates=plates,
            key=f"{number}",
        )
        vehicles.append(vehicle)
        clear_s = vehicle.passed_sample / layout.rate_hz + CLEARANCE_S + rng.expovariate(0.8)
    return tuple(vehicles)


def draw_vehicle(
    layout: Layout,
    *,
    kind: str,
    gross_kg: float,
    speed_kmh: float,
    clear_s: float,
    rng: random.Random,
    plates: PlateDraw,
    key: str,
    truck: str = "",
) -> Vehicle:
    """Draw one vehicle that arrives on the lane as soon as it may after `clear_s` (s from the recording's start)."""
    design = DESIGNS[kind]
    axle_kg = _axle_loads(kind, gross_kg, rng)
    spacings = tuple(round(spacing * rng.uniform(0.99, 1.01), 4) for spacing in design.spacings_m)
    length_m = sum(spacings) + rng.uniform(*FRONT_OVERHANG_M) + rng.uniform(*REAR_OVERHANG_M)
    speed_ms = speed_kmh / 3.6
    first = int((clear_s + 6.0 / speed_ms) * layout.rate_hz)
    leaves_s = (layout.end_m + length_m) / speed_ms + 0.25
    share = rng.gauss(0.5, 0.012)
    dual = [permitted > SINGLE_TYRED_KG for permitted, axles in design.groups for _ in range(axles)]
    plate, color = plates.draw(kind, key)
    return Vehicle(
        kind=kind,
        gvw_kg=sum(axle_kg),
        axle_kg=axle_kg,
        left_kg=tuple(load * share * rng.uniform(0.995, 1.005) for load in axle_kg),
        dual=tuple(dual),
        spacings_m=spacings,
        length_m=length_m,
        speed_kmh=speed_kmh,
        accel_ms2=0.0,
        y_centre_m=layout.lane_width_m / 2 + rng.gauss(0, 0.1),
        stop=False,
        first_axle_sample=first,
        passed_sample=first + int(leaves_s * layout.rate_hz),
        plate=plate,
        plate_color=color,
        truck=truck,
    )


def _gross_kg(kind: str, rng: random.Random) -> float:
    design = DESIGNS[kind]
    if design.full_kg:
        return rng.uniform(design.empty_kg, design.full_kg)
    ratio = rng.uniform(*(OVERLOADED_RATIO if rng.random() < OVERLOADED_SHARE else LEGAL_RATIO))
    return ratio * GROSS_LIMIT_KG[kind]


def _axle_loads(kind: str, gross_kg: float, rng: random.Random) -> tuple[float, ...]:
    """Spread the gross weight over the groups as they are permitted, the steering axle within what it ever carries."""
    design = DESIGNS[kind]
    permitted = [group_kg for group_kg, _ in design.groups]
    if design.full_kg:
        front = rng.uniform(0.45, 0.58)
        return (gross_kg * front, gross_kg * (1 - front))
    steer = gross_kg * permitted[0] / sum(permitted)
    steer = min(max(steer, STEER_LEAST_KG["semi" if kind.startswith("semi") else "rigid"]), STEER_MOST_KG)
    rest = gross_kg - steer
    loads = [steer]
    for group_kg, axles in design.groups[1:]:
        group = rest * group_kg / sum(permitted[1:])
        shares = [rng.uniform(0.985, 1.015) for _ in range(axles)]
        loads += [group * share / sum(shares) for share in shares]
    return tuple(loads)
