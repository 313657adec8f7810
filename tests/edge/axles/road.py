"""Signals of known vehicles on a lane of strips or plates, drawn from the geometry alone: what the tests compare with."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from contract.samples import Block, Gap
from contract.station import Lane, Sensor, SensorKind
from contract.units import STANDARD_GRAVITY_M_S2

FOOTPRINT_M = 0.22
NEWTON_PER_COUNT = 0.5
RATE_HZ = 1000.0


def lane_of(kind: SensorKind, *, rows=(0.0, 3.0), rate_hz=RATE_HZ, width_m=None) -> Lane:
    width = width_m or (0.06 if kind is SensorKind.STRIP else 0.7)
    sensors = [
        Sensor(
            name=f"R{i}{side}",
            kind=kind,
            channel=f"R{i}{side}",
            position_m=position,
            width_m=width,
            lateral_m=lateral,
            newton_per_count=NEWTON_PER_COUNT,
        )
        for i, position in enumerate(rows)
        for side, lateral in (("L", (0.0, 1.75)), ("R", (1.75, 3.5)))
    ]
    for name, position in (("loopA", rows[0] - 2.0), ("loopB", rows[-1] + 2.5)):
        sensors.append(Sensor(name=name, kind=SensorKind.LOOP, channel=name, position_m=position, width_m=2.0, lateral_m=(0.5, 3.0)))
    return Lane(id=1, width_m=3.5, rate_hz=rate_hz, sensor=tuple(sensors))


@dataclass(frozen=True)
class Passing:
    """A vehicle at constant speed; `first_axle_s` is when its first axle stands at position 0."""

    first_axle_s: float
    speed_m_s: float
    axle_kg: tuple[float, ...]
    spacings_m: tuple[float, ...]
    overhang_m: float = 1.2
    left_share: float = 0.5


def counts_of(lane: Lane, passings, seconds: float, rng: np.random.Generator, *, noise=20.0, ring=0.0) -> np.ndarray:
    """int32 (channels, samples): wheels as the overlap of footprint and sensor, loops as the overlap of body and loop."""
    t = np.arange(round(seconds * lane.rate_hz)) / lane.rate_hz
    signal = rng.normal(0.0, noise, (len(lane.sensor), t.size)) + rng.uniform(-2000, 2000, (len(lane.sensor), 1))
    for passing in passings:
        place = (t - passing.first_axle_s) * passing.speed_m_s
        offsets = np.concatenate(([0.0], np.cumsum(passing.spacings_m)))
        for channel, sensor in enumerate(lane.sensor):
            if sensor.kind is SensorKind.LOOP:
                front, rear = place + passing.overhang_m, place - offsets[-1] - passing.overhang_m
                signal[channel] += 1500.0 * _overlap(rear, front, sensor)
                continue
            share = passing.left_share if sensor.name.endswith("L") else 1.0 - passing.left_share
            for offset, load in zip(offsets, passing.axle_kg, strict=True):
                middle = place - offset
                cover = _overlap(middle - FOOTPRINT_M / 2, middle + FOOTPRINT_M / 2, sensor) / FOOTPRINT_M
                wheel = share * load * STANDARD_GRAVITY_M_S2 / NEWTON_PER_COUNT * cover
                signal[channel] += _rung(wheel, lane.rate_hz, ring)
    return np.round(signal).astype(np.int32)


def blocks_of(counts: np.ndarray, cuts=(), gaps=(), start=0) -> list[Block]:
    """Cut counts into blocks at the given sample indices; gaps are [start, stop) indices."""
    borders = [0, *sorted({cut for cut in cuts if 0 < cut < counts.shape[1]}), counts.shape[1]]
    blocks = []
    for a, b in pairwise(borders):
        inside = tuple(Gap(start + max(a, g), start + min(b, h)) for g, h in gaps if g < b and h > a)
        blocks.append(Block(start + a, np.ascontiguousarray(counts[:, a:b]), inside))
    return blocks


def _overlap(rear, front, sensor: Sensor):
    low, high = sensor.position_m - sensor.width_m / 2, sensor.position_m + sensor.width_m / 2
    return np.maximum(0.0, np.minimum(front, high) - np.maximum(rear, low))


def _rung(wheel, rate_hz: float, ring: float, frequency_hz=70.0, decay_s=0.03):
    """Add the plate's free swing that follows each change of load."""
    if not ring:
        return wheel
    t = np.arange(round(0.3 * rate_hz)) / rate_hz
    swing = ring * np.exp(-t / decay_s) * np.sin(2 * np.pi * frequency_hz * t)
    return wheel + np.convolve(np.diff(wheel, prepend=0.0), swing)[: wheel.size]
