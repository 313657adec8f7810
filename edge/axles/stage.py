"""The signal processing of one lane: blocks of samples in, crossings out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from contract.axles import Crossing, CrossingFlag
from contract.samples import Block
from contract.station import Lane, Sensor, SensorKind
from edge.axles.detect import Detector
from edge.axles.faulty import damage_of
from edge.axles.hops import Hopper, Hops
from edge.axles.loops import loop_pulses, smoothing_samples
from edge.axles.memory import AxleMemory
from edge.axles.plates import plate_pulses
from edge.axles.pulse import Pulse
from edge.axles.record import Record
from edge.axles.ring import RingMemory
from edge.axles.strips import strip_pulse
from edge.axles.wheels import Signal, find_wheels, prepare


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
        loops = np.array([sensor.kind is SensorKind.LOOP for sensor in lane.sensor])
        self._detector = Detector(weighs, loops, lane.rate_hz, self._hopper.hop_samples)
        self._rings = [RingMemory() for _ in lane.sensor]

    @property
    def zero(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Zero and noise of each channel in counts, (channels,) each; None until they are known."""
        baseline = self._detector.baseline
        return (baseline.level, baseline.noise) if baseline.known else None

    @property
    def stretch_samples(self) -> int:
        """Samples from one border to the next at which `memory` may be asked for, on multiples of the device counter."""
        return self._hopper.stretch_samples

    def memory(self) -> AxleMemory | None:
        """Give what it goes on from, at the border of a stretch; None while the idle channels are being learnt."""
        return self._detector.memory([ring.memory() for ring in self._rings])

    def recall(self, memory: AxleMemory, lead: Block) -> None:
        """Go on from there, before anything is pushed; `lead` is the signal from `memory.first_sample` up to the border.

        Raises
        ------
        ValueError
            If the memory is of another lane.
        """
        valid = np.ones(lead.counts.shape[1], np.bool_)
        for gap in lead.gaps:
            valid[gap.start - lead.start : gap.stop - lead.start] = False
        counts = np.where(valid, lead.counts, np.int32(0))
        self._detector.recall(memory, Hops(lead.start, counts, valid, bool(valid.all()), valid.size))
        for ring, figures in zip(self._rings, memory.rings, strict=True):
            ring.recall(figures)

    def push(self, block: Block) -> list[Crossing]:
        """Take the next block and give the crossings that it completes, in order of their end."""
        found = self._crossings(self._hopper.push(block))
        begun = self._hopper.begun()
        return found if begun is None else found + self._measured(self._detector.look(begun))

    def finish(self) -> list[Crossing]:
        """End the stream: give what was still going on, flagged as cut off."""
        found = self._crossings(self._hopper.finish())
        return found + self._measured(self._detector.finish())

    def _crossings(self, runs: Iterable[Hops]) -> list[Crossing]:
        return [crossing for hops in runs for crossing in self._measured(self._detector.push(hops))]

    def _measured(self, records: Iterable[Record]) -> list[Crossing]:
        found: list[Crossing] = []
        for record in records:
            crossings = self._measure(record)
            if record.goes_on:
                # Smoothing reaches as far ahead as half its length: what ends closer to the record's end may not have ended.
                if not crossings or record.settled - crossings[-1].stop < smoothing_samples(self._rate_hz) // 2:
                    continue
                self._detector.tell(record)
            found.extend(crossings)
        return found

    def _measure(self, record: Record) -> list[Crossing]:
        sensor = self._sensors[record.channel]
        signal = prepare(record, self._rate_hz)
        pulses = [pulse for pulse in self._pulses(sensor, signal, self._rings[record.channel]) if _loaded(pulse, signal)]
        return [_crossing(sensor, record, pulse, pulse.flags | damage_of(record, signal, pulse)) for pulse in pulses]

    def _pulses(self, sensor: Sensor, signal: Signal, memory: RingMemory) -> list[Pulse]:
        if sensor.kind is SensorKind.LOOP:
            return loop_pulses(signal, self._rate_hz)
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
