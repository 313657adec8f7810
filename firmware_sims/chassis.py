"""Masses, springs and dampers of one vehicle, drawn so that its static axle loads are exactly the truth's.

Ranges after D. Cebon, Handbook of Vehicle-Road Interaction (1999), chapters 4 and 5, and T. D. Gillespie et al., NCHRP report 353 (1993):
bodies bounce at 1.5 to 4 Hz on 8 to 25 % of critical damping, air springs lower than leaf springs, and axles hop at 8 to 15 Hz.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from firmware_sims.designs import DESIGNS, Coupling, Design
from firmware_sims.vehicle import Vehicle

GRAVITY_MS2 = 9.80665
TYRE_N_PER_M = (0.85e6, 1.05e6)
"""Vertical stiffness of one truck tyre at its working pressure."""
CAR_TYRE_N_PER_M = (0.18e6, 0.25e6)
UNSPRUNG_KG = {"car": (70, 100), "single": (480, 700), "dual": (800, 1200)}
UNSPRUNG_MOST = 0.35
"""Of an axle's static load: an empty truck has light axles."""
BOUNCE_HZ = {"air": (1.5, 2.0), "steel": (2.5, 3.8), "car": (1.2, 1.7)}
"""Of the load on an axle, on suspension and tyres together, at the permitted load."""
DAMPING = {"air": (0.12, 0.25), "steel": (0.08, 0.20), "car": (0.20, 0.30)}
STIFFEST = 0.5
"""Suspension and tyres together, over the tyres alone: a leaf spring is seldom stiffer than the tyres beneath it."""
HIGHEST_HZ = 3.6
HOP_DAMPING = (0.12, 0.5)
"""Of an axle against its tyres; shock absorbers of an empty truck are still those of a laden one."""
AIR_SHARE = {"bus2": 0.9, "rigid": 0.2, "semi": 0.45}
TARE_KG = {2: (6600, 7400), 3: (8300, 9300)}
"""Tractors by number of axles."""
PIN_SHARE_LEAST = 0.1
"""Of a tractor's load, what its trailer rests on it with."""
DYNAMIC_INDEX = (0.75, 1.05)
"""Squared radius of gyration over the mean squared distance of the loads that support a body from their middle; on two axles, over the
product of the distances from the centre of gravity to them."""


@dataclass(frozen=True)
class Axle:
    """One axle: place behind the first in m (negative), static load, unsprung mass, suspension and tyres of the whole axle."""

    place_m: float
    load_kg: float
    unsprung_kg: float
    spring_n_per_m: float
    damper_ns_per_m: float
    tyre_n_per_m: float


@dataclass(frozen=True)
class SprungBody:
    """One body: its axles, mass, centre of gravity, pitch inertia about it; where it rests on the body before it."""

    axles: tuple[int, ...]
    mass_kg: float
    centre_m: float
    height_m: float
    inertia_kgm2: float
    pin_m: float | None = None


@dataclass(frozen=True)
class Chassis:
    """A vehicle's axles and bodies, from the front."""

    axles: tuple[Axle, ...]
    bodies: tuple[SprungBody, ...]


def draw_chassis(vehicle: Vehicle, rng: random.Random) -> Chassis:
    """Draw a chassis that carries a vehicle's static loads."""
    design = DESIGNS[vehicle.kind]
    places = np.concatenate(([0.0], -np.cumsum(vehicle.spacings_m)))
    group_of = [number for number, (_, axles) in enumerate(design.groups) for _ in range(axles)]
    axles: list[Axle] = []
    groups: dict[int, _Suspension] = {}
    for body in design.bodies:
        kind = _kind(vehicle.kind, design, rng)
        for k in range(len(axles), len(axles) + body.axles):
            if group_of[k] not in groups:
                groups[group_of[k]] = _draw_suspension(design, k, "steel" if kind == "air" and k == 0 else kind, rng)
            axles.append(_axle(design, k, groups[group_of[k]], place_m=float(places[k]), load_kg=vehicle.axle_kg[k]))
    return Chassis(tuple(axles), _bodies(vehicle, design, axles, rng))


@dataclass(frozen=True)
class _Suspension:
    """What the axles of one group have alike; `tyre_n_per_m` is of all tyres of one axle."""

    kind: str
    bounce_hz: float
    damping: float
    unsprung_kg: float
    tyre_n_per_m: float


def _kind(kind: str, design: Design, rng: random.Random) -> str:
    if design.light:
        return "car"
    share = AIR_SHARE.get(kind, AIR_SHARE["semi" if kind.startswith("semi") else "rigid"])
    return "air" if rng.random() < share else "steel"


def _draw_suspension(design: Design, axle: int, kind: str, rng: random.Random) -> _Suspension:
    dual = design.dual[axle]
    return _Suspension(
        kind=kind,
        bounce_hz=rng.uniform(*BOUNCE_HZ[kind]),
        damping=rng.uniform(*DAMPING[kind]),
        unsprung_kg=rng.uniform(*UNSPRUNG_KG["car" if design.light else "dual" if dual else "single"]),
        tyre_n_per_m=(4 if dual else 2) * rng.uniform(*(CAR_TYRE_N_PER_M if design.light else TYRE_N_PER_M)),
    )


def _axle(design: Design, number: int, suspension: _Suspension, *, place_m: float, load_kg: float) -> Axle:
    """Give springs and dampers that let this load bounce as the suspension is meant to; a leaf spring does so at the permitted load."""
    unsprung_kg = min(suspension.unsprung_kg, UNSPRUNG_MOST * load_kg)
    sprung_kg = load_kg - unsprung_kg
    tyre, hz = suspension.tyre_n_per_m, suspension.bounce_hz
    if suspension.kind == "steel":
        hz = min(hz * (design.rated_kg[number] / load_kg) ** 0.5, HIGHEST_HZ)
    together = min((2 * np.pi * hz) ** 2 * sprung_kg, STIFFEST * tyre)
    spring = together * tyre / (tyre - together)
    critical = 2 * np.sqrt(together * sprung_kg)
    damper = suspension.damping * critical * ((spring + tyre) / tyre) ** 2
    hop_critical = 2 * np.sqrt(unsprung_kg * (spring + tyre))
    damper = np.clip(damper, HOP_DAMPING[0] * hop_critical, HOP_DAMPING[1] * hop_critical)
    return Axle(place_m, load_kg, unsprung_kg, float(spring), float(damper), tyre)


def _bodies(vehicle: Vehicle, design: Design, axles: list[Axle], rng: random.Random) -> tuple[SprungBody, ...]:
    """Place masses so that every axle and pin bears what it does at rest."""
    bodies: list[SprungBody] = []
    first = 0
    pin_m, pin_kg = 0.0, 0.0
    for number, body in enumerate(design.bodies):
        own = tuple(range(first, first + body.axles))
        first += body.axles
        supports_m = [axles[k].place_m for k in own]
        supports_kg = [axles[k].load_kg - axles[k].unsprung_kg for k in own]
        rests_m = pin_m if body.coupling is Coupling.FIFTH_WHEEL else None
        if rests_m is not None:
            supports_m, supports_kg = [pin_m, *supports_m], [pin_kg, *supports_kg]
        places, loads = np.array(supports_m), np.array(supports_kg)
        mass, moment = loads.sum(), loads @ places
        spread_m2 = loads @ (places - moment / mass) ** 2 / mass
        following = design.bodies[number + 1].coupling if number + 1 < len(design.bodies) else Coupling.NONE
        if following is Coupling.FIFTH_WHEEL:
            load_kg = sum(axles[k].load_kg for k in own)
            pin_kg = max(load_kg - rng.uniform(*TARE_KG[body.axles]), PIN_SHARE_LEAST * load_kg)
            pin_m = float(places[1:].mean()) + rng.uniform(0.2, 0.5)
            mass, moment = mass - pin_kg, moment - pin_kg * pin_m
        margin_m = 0.1 * (places.max() - places.min())
        bodies.append(
            SprungBody(
                axles=own,
                mass_kg=float(mass),
                centre_m=float(np.clip(moment / mass, places.min() + margin_m, places.max() - margin_m)),
                height_m=_height_m(vehicle, design, rng),
                inertia_kgm2=float(mass * spread_m2 * rng.uniform(*DYNAMIC_INDEX)),
                pin_m=rests_m,
            )
        )
    return tuple(bodies)


def _height_m(vehicle: Vehicle, design: Design, rng: random.Random) -> float:
    """Draw the height of a body's centre of gravity: cargo raises it."""
    if design.light:
        return rng.uniform(0.5, 0.7)
    laden = vehicle.gvw_kg / vehicle.limit_kg
    return min(2.2, 0.9 + 0.9 * laden * rng.uniform(0.8, 1.1))
