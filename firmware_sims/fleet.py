"""The vehicles of own traffic: loads, speeds, ways to drive, one after the other."""

from __future__ import annotations

import random
from dataclasses import dataclass

from firmware_sims.designs import DESIGNS
from firmware_sims.layout import Layout
from firmware_sims.manoeuvre import FOLLOWING_M, Behaviour, Manoeuvre, draw_manoeuvre, draw_offset_m
from firmware_sims.plates import PlateDraw
from firmware_sims.vehicle import GROSS_LIMIT_KG, Vehicle

OVERLOADED_SHARE = 0.3
OVERLOADED_RATIO = (1.12, 1.55)
"""Gross weight over its limit where a vehicle is overloaded: clearly so, whatever the scale's error."""
LEGAL_RATIO = (0.38, 0.92)
"""And where it is not."""
FRONT_OVERHANG_M = (1.2, 1.5)
REAR_OVERHANG_M = (0.8, 2.0)
ARRIVES_M = 6.0
"""A first axle this far before position 0 is not yet seen by a loop before the array."""
LEAVING_S = 0.25
STEER_LEAST_KG = {"rigid": 3800.0, "semi": 4800.0}
STEER_MOST_KG = 7400.0


@dataclass(frozen=True)
class Flow:
    """How traffic flows.

    Attributes
    ----------
    heavy_kmh, light_kmh
        Range of speeds of trucks, and of cars and vans.
    behaviours
        What each driver does one of, drawn evenly.
    clearance_s, spare_s
        Least gap between a vehicle's leaving and the next one's coming, and the mean of what is added to it.
    """

    heavy_kmh: tuple[float, float] = (25.0, 80.0)
    light_kmh: tuple[float, float] = (35.0, 95.0)
    behaviours: tuple[Behaviour, ...] = (Behaviour.STEADY,)
    clearance_s: float = 2.2
    spare_s: float = 1.25


ORDINARY = Flow()


def draw_fleet(layout: Layout, count: int, rng: random.Random, seed: str, flow: Flow = ORDINARY) -> tuple[Vehicle, ...]:
    """Draw vehicles one after the other over the lane, none beside another.

    A vehicle that tailgates follows the one before it, if that one keeps its speed; otherwise it keeps its own.

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
    flow
        How they drive.
    """
    plates = PlateDraw(seed)
    kinds = rng.choices(list(DESIGNS), weights=[design.share for design in DESIGNS.values()], k=count)
    vehicles: list[Vehicle] = []
    clear_s = flow.clearance_s
    for number, kind in enumerate(kinds, start=1):
        behaviour = rng.choice(flow.behaviours) if len(flow.behaviours) > 1 else flow.behaviours[0]
        leader = vehicles[-1] if behaviour is Behaviour.TAILGATING and vehicles and _leads(vehicles[-1]) else None
        if behaviour is Behaviour.TAILGATING and leader is None:
            behaviour = Behaviour.STEADY
        vehicle = draw_vehicle(
            layout,
            kind=kind,
            gross_kg=_gross_kg(kind, rng),
            speed_kmh=leader.speed_kmh if leader else rng.uniform(*(flow.light_kmh if DESIGNS[kind].light else flow.heavy_kmh)),
            clear_s=clear_s if leader is None else _following_s(layout, leader, rng),
            rng=rng,
            plates=plates,
            key=f"{number}",
            behaviour=behaviour,
        )
        vehicles.append(vehicle)
        clear_s = vehicle.passed_sample / layout.rate_hz + flow.clearance_s + rng.expovariate(1 / flow.spare_s)
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
    behaviour: Behaviour = Behaviour.STEADY,
) -> Vehicle:
    """Draw one vehicle that arrives on the lane as soon as it may after `clear_s` (s from the recording's start)."""
    design = DESIGNS[kind]
    axle_kg = _axle_loads(kind, gross_kg, rng)
    spacings = tuple(round(spacing * rng.uniform(0.99, 1.01), 4) for spacing in design.spacings_m)
    length_m = sum(spacings) + rng.uniform(*FRONT_OVERHANG_M) + rng.uniform(*REAR_OVERHANG_M)
    last_row_m = max((sensor.position_m for sensor in layout.sensors if sensor.kind != "loop"), default=layout.end_m)
    array_m, clear_m = last_row_m + sum(spacings), layout.end_m + length_m
    manoeuvre = draw_manoeuvre(behaviour, speed_kmh / 3.6, array_m, clear_m, rng)
    trajectory = manoeuvre.trajectory
    first = int((clear_s - trajectory.time_at(-ARRIVES_M)) * layout.rate_hz)
    share = rng.gauss(0.5, 0.012)
    plate, color = plates.draw(kind, key)
    return Vehicle(
        kind=kind,
        gvw_kg=sum(axle_kg),
        axle_kg=axle_kg,
        left_kg=tuple(load * share * rng.uniform(0.995, 1.005) for load in axle_kg),
        dual=design.dual,
        spacings_m=spacings,
        length_m=length_m,
        speed_kmh=3.6 * array_m / trajectory.time_at(array_m),
        accel_ms2=_accel_ms2(manoeuvre),
        y_centre_m=layout.lane_width_m / 2 + draw_offset_m(behaviour, rng),
        stop=behaviour is Behaviour.STOP,
        first_axle_sample=first,
        passed_sample=first + int((trajectory.time_at(clear_m) + LEAVING_S) * layout.rate_hz),
        plate=plate,
        plate_color=color,
        truck=truck,
        manoeuvre=manoeuvre,
    )


def _leads(vehicle: Vehicle) -> bool:
    return vehicle.manoeuvre is not None and vehicle.manoeuvre.behaviour is Behaviour.STEADY


def _following_s(layout: Layout, leader: Vehicle, rng: random.Random) -> float:
    """Draw when a follower's first axle is `ARRIVES_M` before position 0, at its leader's speed."""
    behind_m = leader.length_m + rng.uniform(*FOLLOWING_M)
    return leader.first_axle_sample / layout.rate_hz + (behind_m - ARRIVES_M) / (leader.speed_kmh / 3.6)


def _accel_ms2(manoeuvre: Manoeuvre) -> float:
    """Give the acceleration over the array; 0 where a vehicle stops, which has none of its own."""
    return manoeuvre.stretches[0][1] if len(manoeuvre.stretches) == 1 else 0.0


def _gross_kg(kind: str, rng: random.Random) -> float:
    design = DESIGNS[kind]
    if design.light:
        return rng.uniform(design.empty_kg, design.full_kg)
    ratio = rng.uniform(*(OVERLOADED_RATIO if rng.random() < OVERLOADED_SHARE else LEGAL_RATIO))
    return ratio * GROSS_LIMIT_KG[kind]


def _axle_loads(kind: str, gross_kg: float, rng: random.Random) -> tuple[float, ...]:
    """Spread the gross weight over the groups as they are permitted, the steering axle within what it ever carries."""
    design = DESIGNS[kind]
    permitted = [group_kg for group_kg, _ in design.groups]
    if design.light:
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
