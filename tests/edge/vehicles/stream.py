"""Crossings of known vehicles drawn from their way alone: what the grouping is tested with, at no cost of signals."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from contract.axles import Crossing
from contract.station import Lane, SensorKind
from edge.vehicles.group import Grouper, Passage

TIRE_M, HALF_HEIGHT_M = 0.22, 0.16
"""Length of a footprint, and of a line's pulse at half its height."""
LOOP_GAP_M = 0.7
"""Bodies closer than this look like one to a loop."""
AT_REST_S, SOON_S = 0.06, 0.01
"""When a sensor is at rest behind a wheel or a body, and when a loop tells a body that has left it."""


@dataclass(frozen=True)
class Driven:
    """A vehicle whose first axle is at `way_m` at `times_s`; bodies are stretches behind the first axle, m, that loops see."""

    spacings_m: tuple[float, ...]
    times_s: tuple[float, ...]
    way_m: tuple[float, ...]
    overhang_m: tuple[float, float] = (1.2, 1.2)
    bodies_m: tuple[tuple[float, float], ...] = ()
    sides: str = "LR"

    @property
    def offsets(self):
        return np.concatenate(([0.0], np.cumsum(self.spacings_m)))

    @property
    def bodies(self):
        return self.bodies_m or ((-self.overhang_m[0], float(self.offsets[-1]) + self.overhang_m[1]),)

    def when(self, place_m: float) -> float:
        way, times = np.array(self.way_m), np.array(self.times_s)
        if way[-1] < way[0]:
            way, times = way[::-1], times[::-1]
        return float(np.interp(place_m, way, times))


def steady(spacings_m, start_s: float, speed_m_s: float, **more) -> Driven:
    """First axle at position 0 at `start_s`; negative speed goes against the lane."""
    reach = 400.0
    return Driven(
        tuple(spacings_m),
        (start_s - reach / abs(speed_m_s), start_s + reach / abs(speed_m_s)),
        (-reach * np.sign(speed_m_s), reach * np.sign(speed_m_s)),
        **more,
    )


@dataclass
class Faults:
    """Loops that are dead, holes in a loop's presence (loop, from, to) in s, and wheels that are lost (sensor, number)."""

    dead: tuple[str, ...] = ()
    holes: tuple[tuple[str, float, float], ...] = ()
    lost: tuple[tuple[str, int], ...] = ()
    extra: list[Crossing] = field(default_factory=list)


def crossings_of(lane: Lane, vehicles, faults: Faults | None = None) -> list[Crossing]:
    faults = faults or Faults()
    found = list(faults.extra)
    for sensor in lane.sensor:
        if sensor.name in faults.dead:
            continue
        if sensor.kind is SensorKind.LOOP:
            found += [_crossing(lane, sensor, a, b) for a, b in _presences(vehicles, sensor, faults)]
            continue
        spans = []
        for vehicle in vehicles:
            if sensor.name[-1] not in vehicle.sides:
                continue
            for offset in vehicle.offsets:
                reach = (TIRE_M + sensor.width_m) / 2
                sign = np.sign(vehicle.way_m[-1] - vehicle.way_m[0])
                place = sensor.position_m + sign * offset
                felt = (sensor.width_m if sensor.kind is SensorKind.PLATE else HALF_HEIGHT_M) / 2
                width = abs(vehicle.when(place + felt) - vehicle.when(place - felt))
                spans.append((*sorted((vehicle.when(place - reach), vehicle.when(place + reach), vehicle.when(place))), width))
        for number, (a, mid, b, width) in enumerate(sorted(spans)):
            if (sensor.name, number) not in faults.lost:
                found.append(_crossing(lane, sensor, a, b, mid, width))
    found = [_told(crossing, found, lane.rate_hz) if crossing.kind is SensorKind.LOOP else crossing for crossing in found]
    return sorted(found, key=lambda crossing: (crossing.settled, crossing.stop, crossing.sensor))


def _told(presence, found, rate_hz):
    """A loop tells who has left at once where no other sensor is occupied; else once that is at rest, or it is at rest itself."""
    soon = presence.stop + round(SOON_S * rate_hz)
    others = [other.settled for other in found if other.sensor != presence.sensor and other.start < soon < other.settled]
    return replace(presence, settled=min(max([soon, *others]), presence.settled))


def _presences(vehicles, sensor, faults):
    spans = []
    for vehicle in vehicles:
        sign = np.sign(vehicle.way_m[-1] - vehicle.way_m[0])
        for front, rear in vehicle.bodies:
            gap = LOOP_GAP_M / 2
            spans.append(
                sorted((vehicle.when(sensor.position_m + sign * (front - gap)), vehicle.when(sensor.position_m + sign * (rear + gap))))
            )
    merged = []
    for a, b in sorted(spans):
        if merged and a <= merged[-1][1]:
            merged[-1][1] = max(b, merged[-1][1])
        else:
            merged.append([a, b])
    for loop, low, high in faults.holes:
        if loop == sensor.name:
            merged = [part for a, b in merged for part in ([[a, low], [high, b]] if a < low and high < b else [[a, b]])]
    return [(a, b) for a, b in merged if b > a]


def _crossing(lane, sensor, start_s, stop_s, middle_s=None, width_s=None):
    rate = lane.rate_hz
    start, stop = round(start_s * rate), round(stop_s * rate)
    centre = (start_s + stop_s) / 2 * rate if middle_s is None else middle_s * rate
    width = (stop_s - start_s if width_s is None else width_s) * rate
    settled = stop + round(AT_REST_S * rate)
    return Crossing(sensor.name, sensor.kind, start, stop, centre, 1000.0, 100.0, 1.0, width_samples=width, settled=settled)


def grouped(lane: Lane, crossings, *, tail_s: float = 30.0) -> tuple[list[Passage], Grouper]:
    """Run the grouping with timers every quarter second, as the stage does."""
    grouper = Grouper(lane)
    step = round(lane.rate_hz / 4)
    found, now = [], 0
    for crossing in crossings:
        while now + step <= crossing.settled:
            now += step
            found += grouper.take(now)
        grouper.add(crossing)
        found += grouper.take(crossing.settled)
    for _ in range(round(4 * tail_s)):
        now += step
        found += grouper.take(now)
    return found + grouper.finish(), grouper
