"""The signal processing of one lane: blocks of samples in, crossings out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from contract.axles import Crossing, CrossingFlag
from contract.samples import Block
from contract.station import Lane, Sensor, SensorKind
from edge.axles.detect import Detector, Record
from edge.axles.faulty import damage_of
from edge.axles.hops import Hopper, Hops
from edge.axles.plates import plate_pulses
from edge.axles.pulse import Pulse, half_height
from edge.axles.ring import RingMemory
from edge.axles.strips import strip_pulse
from edge.axles.wheels import Signal, find_presences, find_wheels, prepare


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
        weighs = np.array([sensor.weighs for sensor in lane.sensor])
        self._detector = Detector(weighs, lane.rate_hz, self._hopper.hop_samples)
        self._rings = [RingMemory() for _ in lane.sensor]

    @property
    def zeros(self) -> dict[str, float] | None:
        """Zero of each sensor in counts as the idle baseline has it, by name; None until it has been learnt."""
        baseline = self._detector.baseline
        if not baseline.known:
            return None
        return {sensor.name: float(level) for sensor, level in zip(self._sensors, baseline.level, strict=True)}

    def push(self, block: Block) -> list[Crossing]:
        """Take the next block and give the crossings that it completes, in order of their end."""
        return self._crossings(self._hopper.push(block))

    def finish(self) -> list[Crossing]:
        """End the stream: give what was still going on, flagged as cut off."""
        found = self._crossings(self._hopper.finish())
        for record in self._detector.finish():
            found.extend(self._measure(record))
        return found

    def _crossings(self, runs: Iterable[Hops]) -> list[Crossing]:
        return [crossing for hops in runs for record in self._detector.push(hops) for crossing in self._measure(record)]

    def _measure(self, record: Record) -> list[Crossing]:
        sensor = self._sensors[record.channel]
        signal = prepare(record, self._rate_hz)
        pulses = [pulse for pulse in self._pulses(sensor, signal, self._rings[record.channel]) if _loaded(pulse, signal)]
        return [_crossing(sensor, record, pulse, pulse.flags | damage_of(record, signal, pulse)) for pulse in pulses]

    def _pulses(self, sensor: Sensor, signal: Signal, memory: RingMemory) -> list[Pulse]:
        if sensor.kind is SensorKind.LOOP:
            return [_presence(signal, *span) for span in find_presences(signal, self._rate_hz)]
        if sensor.kind is SensorKind.PLATE:
            return plate_pulses(signal, self._rate_hz, sensor.width_m, memory)
        wheels = find_wheels(signal, self._rate_hz)
        pulses = []
        for index, (start, stop) in enumerate(wheels):
            lower = (wheels[index - 1][1] + start) // 2 if index else 0
            upper = (stop + wheels[index + 1][0]) // 2 if index + 1 < len(wheels) else signal.above.size
            pulses.append(strip_pulse(signal, self._rate_hz, (start, stop), (lower, upper)))
        return pulses


def _loaded(pulse: Pulse, signal: Signal) -> bool:
    """Tell a load from what a moved zero leaves: the straight line between two levels makes a triangle of a step, lower than the step.

    A loop's presence stands whatever its zero did: it weighs nothing, and one that is lost joins two vehicles.
    """
    return pulse.u_share is None or (pulse.area > 0.0 and pulse.level > abs(signal.zero.step))


def _presence(signal: Signal, start: int, stop: int) -> Pulse:
    part = signal.above[start:stop]
    level = float(np.median(part))
    rise, fall = half_height(signal.above, start, stop, 0.5 * level)
    return Pulse(start, stop, (rise + fall) / 2.0, float(part.sum()), level, fall - rise)


def _crossing(sensor: Sensor, record: Record, pulse: Pulse, flags: frozenset[CrossingFlag]) -> Crossing:
    first = record.first_sample
    return Crossing(
        sensor=sensor.name,
        kind=sensor.kind,
        start=first + pulse.start,
        stop=first + pulse.stop,
        centre=float(first + pulse.centre),
        area_counts=pulse.area,
        level_counts=pulse.level,
        noise_counts=record.noise,
        flags=flags,
        width_samples=float(pulse.width),
        settled=record.settled,
        u_share=pulse.u_share,
    )
