"""Whether what was grouped can have been a vehicle: disturbances of several channels at once are counted, never given a weight.

Each rule is one that no vehicle can break. A vehicle whose signals are damaged breaks none of them as long as wheels and loops show that
something drove; it is then given out with its flags.
"""

from __future__ import annotations

from itertools import combinations

from contract.axles import Crossing, CrossingFlag
from contract.station import Lane
from contract.station.lane import ROW_DEPTH_M
from edge.vehicles.group import Passage
from edge.vehicles.motion import Motion
from edge.vehicles.way import felt_m
from edge.vehicles.weigh import UNTRUSTED, Weights

FASTEST_M_S, FASTEST_BACKWARDS_M_S = 70.0, 40.0
"""Beyond any vehicle over the array forwards, and beyond a wrong-way driver."""

SHORTEST_M = 1.0
"""Below the length of any motor vehicle, as a loop feels it."""

CREEPING_M_S = 0.25
"""Slower wheels that no loop vouches for are a drift."""

LONGEST_M = 150.0
"""Beyond any transport and the array."""

LIGHTEST_KG, HEAVIEST_AXLE_KG, HEAVIEST_KG = 40.0, 100_000.0, 1_000_000.0
"""Below any rider with a moped; beyond any axle line and any transport on a road: modular transporters bear 45 t on each of 40 lines."""

WHEEL_SENSORS_LEAST = 2
"""A vehicle on one row's left sensor alone is none: a motorcycle meets one sensor of every row."""

CLEAN_LEAST = 2
"""Crossings without fault that a vehicle has at least; one sensor's chance pulse is not enough."""

PACE_FACTOR = 3.0
"""A wheel's pace over a sensor, by its time there, agrees with that between two rows within this factor, unless it stood in between."""


def can_have_driven(passage: Passage, lane: Lane) -> bool:
    """Whether crossings can be a vehicle's: sound wheels on several sensors, vouched for by loops or mostly moved as wheels do."""
    wheels = [crossing for axle in passage.axles for crossing in axle.values()]
    several = len(lane.weighing_sensors) > 1
    unseen = passage.entry is None and passage.exit is None
    if (several or unseen) and len({crossing.sensor for crossing in wheels}) < WHEEL_SENSORS_LEAST:
        return False
    clean = sum(not crossing.flags & UNTRUSTED for crossing in wheels)
    if _is_vouched_for(passage, wheels, lane):
        return clean > 0
    if clean < CLEAN_LEAST or not several:
        return clean >= CLEAN_LEAST
    paces = [pace for pace in (_pace(axle, lane) for axle in passage.axles) if pace is not None]
    if 2 * len(paces) < len(passage.axles):
        return False
    lasted = max(one.stop for one in wheels) - min(one.start for one in wheels)
    # Who creeps or stands longer is seen by a loop.
    return min(paces) * lane.rate_hz > CREEPING_M_S and lasted * min(paces) < LONGEST_M


def _is_vouched_for(passage: Passage, wheels: list[Crossing], lane: Lane) -> bool:
    """Whether a body was over the loop in front before any wheel met a row, and over the one behind until all had left."""
    if passage.entry is None or passage.exit is None:
        return False
    if not (_is_of_body(passage.entry, lane) and _is_of_body(passage.exit, lane)):
        return False
    return passage.entry.start < min(one.start for one in wheels) and max(one.centre for one in wheels) < passage.exit.stop


def _is_of_body(presence: Crossing, lane: Lane) -> bool:
    """Whether a presence is as long as the fastest and shortest vehicle's, unless samples of it were lost."""
    length_m = SHORTEST_M + lane.sensor_named(presence.sensor).width_m
    return CrossingFlag.GAP in presence.flags or presence.stop - presence.start >= length_m / FASTEST_M_S * lane.rate_hz


def _pace(axle: dict[str, Crossing], lane: Lane) -> float | None:
    """Give the pace (m per sample) of an axle from one sensor to another, None unless its time over one of them agrees."""
    sound = [(lane.sensor_named(name), crossing) for name, crossing in axle.items() if not crossing.flags & UNTRUSTED]
    met = sorted(sound, key=lambda one: one[0].position_m)
    for (near, first), (far, second) in combinations(met, 2):
        if far.position_m - near.position_m < ROW_DEPTH_M or first.centre == second.centre:
            continue
        pace = abs(far.position_m - near.position_m) / abs(second.centre - first.centre)
        for sensor, crossing in ((near, first), (far, second)):
            felt = felt_m(sensor) / (crossing.width_samples or float(crossing.stop - crossing.start))
            if pace / PACE_FACTOR < felt < pace * PACE_FACTOR:
                return pace
    return None


def can_be_weighed(motion: Motion | None, weights: Weights) -> bool:
    """Whether speed and loads are those of a vehicle; without a motion nothing was weighed, and nothing contradicts."""
    if motion is not None and not -FASTEST_BACKWARDS_M_S < motion.speed_m_s < FASTEST_M_S:
        return False
    if any(abs(load) > HEAVIEST_AXLE_KG for load in weights.axle_kg):
        return False
    return motion is None or LIGHTEST_KG < weights.gross_kg < HEAVIEST_KG
