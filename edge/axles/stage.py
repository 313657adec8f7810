"""The signal processing of one lane: blocks of samples in, crossings out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from contract.axles import Crossing, CrossingFlag
from contract.samples import COUNT_MAX, Block
from contract.station import Lane, Sensor, SensorKind
from edge.axles.detect import Detector, Record
from edge.axles.hops import Hop, Hopper
from edge.axles.integrate import Pulse, half_height, plate_pulses, strip_pulse
from edge.axles.wheels import Signal, find_presences, find_wheels, prepare

TOUCH_SAMPLES = 3
"""A loss or a spike this close to a wheel's edge touches the wheel."""


class AxleStage:
    """Streaming detection and measurement of crossings, identical to the bit for any cutting of the stream.

    Parameters
    ----------
    lane
        The lane; blocks carry its channels in the order of `lane.channels`.
    """

    def __init__(self, lane: Lane) -> None:
        self._sensors = lane.sensor
        self._rate_hz = lane.rate_hz
        self._hopper = Hopper(len(lane.sensor), lane.rate_hz)
        self._detector = Detector(len(lane.sensor))

    def push(self, block: Block) -> list[Crossing]:
        """Take the next block and give the crossings that it completes, in order of their end."""
        return self._crossings(self._hopper.push(block))

    def finish(self) -> list[Crossing]:
        """End the stream: give what was still going on, flagged as cut off."""
        found = self._crossings(self._hopper.finish())
        for record in self._detector.finish():
            found.extend(self._measure(record))
        return found

    def _crossings(self, hops: Iterable[Hop]) -> list[Crossing]:
        found: list[Crossing] = []
        for hop in hops:
            for record in self._detector.push(hop):
                found.extend(self._measure(record))
        return found

    def _measure(self, record: Record) -> list[Crossing]:
        sensor = self._sensors[record.channel]
        signal = prepare(record)
        saturated = np.abs(record.counts) >= COUNT_MAX
        crossings = []
        for pulse in self._pulses(sensor, signal):
            flags = _flags(sensor, record, signal, pulse, saturated)
            crossings.append(_crossing(sensor, signal, pulse, frozenset(flags), record.settled))
        return crossings

    def _pulses(self, sensor: Sensor, signal: Signal) -> list[Pulse]:
        if sensor.kind is SensorKind.LOOP:
            return [_presence(signal, *span) for span in find_presences(signal, self._rate_hz)]
        wheels = find_wheels(signal, self._rate_hz, rings=sensor.kind is SensorKind.PLATE)
        if sensor.kind is SensorKind.PLATE:
            return [pulse for wheel in wheels for pulse in plate_pulses(signal.above, *wheel)]
        pulses = []
        for index, (start, stop) in enumerate(wheels):
            lower = (wheels[index - 1][1] + start) // 2 if index else 0
            upper = (stop + wheels[index + 1][0]) // 2 if index + 1 < len(wheels) else signal.above.size
            pulses.append(strip_pulse(signal.above, start, stop, (lower, upper)))
        return pulses


def _presence(signal: Signal, start: int, stop: int) -> Pulse:
    part = signal.above[start:stop]
    level = float(np.median(part))
    rise, fall = half_height(signal.above, start, stop, 0.5 * level)
    return Pulse(start, stop, (rise + fall) / 2.0, float(part.sum()), level, fall - rise)


def _flags(
    sensor: Sensor, record: Record, signal: Signal, pulse: Pulse, saturated: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> set[CrossingFlag]:
    around = slice(max(0, pulse.start - TOUCH_SAMPLES), pulse.stop + TOUCH_SAMPLES)
    flags = set()
    if not signal.valid[around].all():
        flags.add(CrossingFlag.GAP)
    if signal.spiked[around].any():
        flags.add(CrossingFlag.SPIKE)
    if saturated[around].any():
        flags.add(CrossingFlag.SATURATED)
    if record.cut and pulse.stop >= signal.above.size - TOUCH_SAMPLES:
        flags.add(CrossingFlag.CUT_OFF)
    if record.overlong:
        flags.add(CrossingFlag.TOO_LONG)
    if sensor.kind is SensorKind.PLATE and not pulse.flat:
        flags.add(CrossingFlag.NO_FLAT_TOP)
    if pulse.shared:
        flags.add(CrossingFlag.TWO_WHEELS)
    return flags


def _crossing(sensor: Sensor, signal: Signal, pulse: Pulse, flags: frozenset[CrossingFlag], settled: int) -> Crossing:
    first = signal.first_sample
    return Crossing(
        sensor=sensor.name,
        kind=sensor.kind,
        start=first + pulse.start,
        stop=first + pulse.stop,
        centre=float(first + pulse.centre),
        area_counts=pulse.area,
        level_counts=pulse.level,
        noise_counts=signal.noise,
        flags=flags,
        width_samples=float(pulse.width),
        settled=settled,
    )
