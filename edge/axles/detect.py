"""Find where something happens on a channel, and cut out a record of it with quiet on both sides.

Works hop by hop with one state per channel and no look-ahead beyond the hop at hand; idle channels are judged a stretch at a time. A record
opens when a sample leaves the band of the idle noise and closes when the signal has come to rest; how many wheels a record holds is decided
in `wheels`. A loop's record is given a first time as soon as a vehicle has left the loop, if nothing else is on the array: the vehicle is
not continued by what the other sensors still have to tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edge.axles.baseline import Baseline
from edge.axles.features import Course, course_of, features_of
from edge.axles.history import History
from edge.axles.hops import BREAK_HOPS, STRETCH_HOPS, Hops
from edge.axles.hum import EVERY_STRETCHES, HumTracker
from edge.axles.memory import AxleMemory, RingFigures
from edge.axles.occupancy import Occupancy
from edge.axles.record import CALM_HOPS, OpenRecord, Record

ONSET_SIGMA = 6.0
"""Excursion that opens a record, in standard deviations of the idle noise: one false opening in 10⁹ samples of normal noise."""

PRESENT_SIGMA = 2.0 * ONSET_SIGMA
"""Level from which a loop may be occupied: what drifts in and out of the band is no vehicle."""

LEAD_HOPS = 10
"""Quiet hops kept before an onset where there were so many, for the zero on the near side: 0.2 s, whole periods of 50 and 60 Hz."""

LOOKS_PER_HOP = 4
"""How often an occupied loop is looked at: every 5 ms, on borders of the device counter. A vehicle is told half a look after its fall is
sure."""


class Detector:
    """Streaming detection on all channels of a lane.

    Parameters
    ----------
    patient
        (channels,) bool: channels whose zero after a slow disturbance matters.
    loops
        (channels,) bool: channels of loops, which only tell presence.
    rate_hz
        Samples per second and channel.
    hop_samples
        Samples per hop.
    """

    def __init__(self, patient: NDArray[np.bool_], loops: NDArray[np.bool_], rate_hz: float, hop_samples: int) -> None:
        self._patient = patient.tolist()
        self._loops = loops.tolist()
        self._hop = hop_samples
        self._look_samples = max(1, hop_samples // LOOKS_PER_HOP)
        self._stretch = hop_samples * STRETCH_HOPS
        self.baseline = Baseline(patient.size)
        self._hum = HumTracker(patient.size, rate_hz, self._stretch)
        self._history = History()
        self._open: dict[int, OpenRecord] = {}
        self._idle_since = np.zeros(patient.size, np.int64)  # counter from which each idle channel has been quiet
        self._lost_hops = 0
        self._looked = 0  # counter up to which loops have been looked at

    def memory(self, rings: Sequence[RingFigures | None]) -> AxleMemory | None:
        """Give what it goes on from at the border of a stretch, None while the idle channels are being learnt."""
        if not self.baseline.known:
            return None
        opened = {
            channel: replace(record, occupancy=record.occupancy and replace(record.occupancy)) for channel, record in self._open.items()
        }
        return AxleMemory(
            first_sample=self._history.first_sample,
            baseline=self.baseline.memory(),
            hum=self._hum.memory(),
            idle_since=tuple(self._idle_since.tolist()),
            lost_hops=self._lost_hops,
            looked=self._looked,
            open=opened,
            rings=tuple(rings),
        )

    def recall(self, memory: AxleMemory, lead: Hops) -> None:
        """Go on from there; `lead` are the samples up to it that are still needed.

        Raises
        ------
        ValueError
            If it is of another lane.
        """
        if not memory.fits(len(self._loops), self._hum.lines_hz.size):
            msg = f"the state of the weighing is not that of a lane of {len(self._loops)} channels"
            raise ValueError(msg)
        self.baseline.recall(memory.baseline)
        self._hum.recall(memory.hum)
        self._history.push(lead)
        self._idle_since[:] = memory.idle_since
        self._lost_hops, self._looked = memory.lost_hops, memory.looked
        self._open = dict(memory.open)

    def push(self, hops: Hops) -> Iterator[Record]:
        """Take hops of one stretch and give the records that they complete, in order of their end."""
        seen = hops.whole or bool(hops.valid.any())
        self._lost_hops = 0 if seen else self._lost_hops + 1
        if hops.follows_break or self._lost_hops == BREAK_HOPS:
            yield from self.break_off()
        if not self.baseline.known:
            for hop in hops.single():
                yield from self._watch(hop) if self.baseline.known else self._learn(hop)
        else:
            yield from self._watch(hops)
        if hops.stop_sample % self._stretch == 0 and self.baseline.known:
            self._renew(hops.stop_sample)
        needed = min((record.first_sample for record in self._open.values()), default=hops.stop_sample)
        self._history.trim(min(needed, hops.stop_sample - self._stretch))

    def look(self, begun: Hops) -> Iterator[Record]:
        """Look at an occupied loop in the hop that has begun, whose samples follow the last hop pushed and will be pushed with it again.

        Yields
        ------
        Record
            One that goes on; `tell` is to be called if a vehicle is found that ended in it.
        """
        loop = self._sole_loop
        if loop is None or begun.follows_break:
            return
        self._history.push(begun)
        yield from self._look(loop, begun, begun.first_sample, begun.stop_sample)
        self._history.withdraw()

    def tell(self, shown: Record) -> None:
        """Take it that a loop's record, as just given, showed a vehicle that has left: what comes after it is another one."""
        record = self._open[shown.channel]
        record.told = shown.settled
        if record.occupancy is not None:
            record.occupancy.tell()

    def finish(self) -> Iterator[Record]:
        """Give what is still open when the stream ends, cut where it ended."""
        for channel, record in sorted(self._open.items()):
            closed = self._close(channel, record, self._history.stop_sample, cut=record.rest == 0)
            if closed is not None:
                yield closed

    def break_off(self) -> Iterator[Record]:
        """End every open record at a long loss and take every zero as unknown."""
        yield from self.finish()
        self.baseline.forget()
        self._history.clear()

    def _learn(self, hop: Hops) -> Iterator[Record]:
        self._history.push(hop)
        if hop.valid.any() and self.baseline.learn(hop.counts[:, hop.valid]):
            self._idle_since[:] = hop.stop_sample
        yield from ()

    def _watch(self, hops: Hops) -> Iterator[Record]:
        """Judge hops against the idle band; only channels on which something happens are followed hop by hop."""
        self._history.push(hops)
        if not (hops.whole or hops.valid.any()):
            for record in self._open.values():
                record.pass_over()
            return
        place = hops.first_sample // self._hop % STRETCH_HOPS
        found = features_of(hops)
        level = self.baseline.levels(place, hops.number)
        band = (ONSET_SIGMA * self.baseline.noise)[:, None]
        quiet = (found.high - level < band) & (level - found.low < band)
        awake = set(self._open)
        if not quiet.all():
            awake.update(np.flatnonzero(~quiet.all(axis=1)).tolist())
        if awake:
            yield from self._follow(hops, place, {channel: course_of(channel, found, quiet) for channel in sorted(awake)}, quiet)
        if hops.whole:
            self.baseline.gather(place, quiet, found)

    def _follow(self, hops: Hops, place: int, courses: dict[int, Course], quiet: NDArray[np.bool_]) -> Iterator[Record]:
        """Go through hops as if each of them came alone; `quiet` is corrected where a record was open."""
        stop = hops.first_sample
        for index in range(hops.number):
            stop += hops.size
            if (loop := self._sole_loop) is not None and self._may_fall(loop, courses[loop].low[index]):
                yield from self._look(loop, hops, stop - hops.size, stop)
            for channel, course in courses.items():
                if channel in self._open or not course.quiet[index]:
                    closed = self._step(channel, course, index, (place + index, stop), hops)
                    if closed is not None:
                        yield closed
        for channel, course in courses.items():
            quiet[channel] = course.quiet

    def _step(self, channel: int, course: Course, index: int, end: tuple[int, int], hops: Hops) -> Record | None:
        """Take a hop into the record that is open, or that it opens; `end` is its place in the stretch, and the counter after it."""
        place, stop = end
        record = self._open.get(channel) or self._start(channel, stop - hops.size, place)
        level, mean = record.level, course.mean[index]
        course.quiet[index] = False
        ends = record.take(course.low[index] - level, course.high[index] - level, mean - level, whole=hops.whole)
        if record.occupancy is not None and record.occupancy.take(mean - level):
            record.told = stop
        if not ends:
            return None
        closed = self._end(channel, record, end, mean)
        zero, drift, noise = self.baseline.state(channel)
        course.judge(index + 1, place + 1, zero, drift, ONSET_SIGMA * noise)
        return closed

    def _may_fall(self, channel: int, low: int) -> bool:
        """Tell whether looks at a hop can find that the loop has fallen, from its lowest sample."""
        record = self._open[channel]
        return record.occupancy is not None and not record.occupancy.stands(low - record.level)

    def _look(self, channel: int, hops: Hops, begin: int, until: int) -> Iterator[Record]:
        """Look at the loop that alone is occupied, at every border in (begin, until] of these hops at which it was not looked at yet."""
        begin, self._looked = max(self._looked, begin, hops.first_sample), max(self._looked, until)
        record, step = self._open[channel], self._look_samples
        for stop in range((begin // step + 1) * step, until + 1, step):
            last = stop - 1 - hops.first_sample
            if record.occupancy is not None and hops.valid[last]:
                above = int(hops.counts[channel, last]) - record.level
                if record.occupancy.has_fallen(above):
                    yield self._cut(channel, record, stop, goes_on=True)

    @property
    def _sole_loop(self) -> int | None:
        """The loop whose record is open, None if another channel's is open too: a vehicle that is still on the array goes on."""
        if len(self._open) != 1:
            return None
        (channel,) = self._open
        return channel if self._loops[channel] else None

    def _start(self, channel: int, start: int, place: int) -> OpenRecord:
        zero, drift, noise = self.baseline.state(channel)
        first = max(start - LEAD_HOPS * self._hop, int(self._idle_since[channel]), self._history.first_sample)
        occupancy = Occupancy(PRESENT_SIGMA * noise) if self._loops[channel] else None
        record = OpenRecord(first, start, zero + drift * place, noise, ONSET_SIGMA * noise, self._patient[channel], occupancy)
        self._open[channel] = record
        return record

    def _end(self, channel: int, record: OpenRecord, end: tuple[int, int], level: float) -> Record | None:
        """Close a record at (place in the stretch, counter) and bring zero and noise of its channel to what they are now."""
        place, stop = end
        if record.is_noisier:
            tail, _, _ = self._history.cut(channel, max(record.first_sample, stop - CALM_HOPS * self._hop), stop)
            self.baseline.disturb(channel, float(tail.std()))
            level = float(np.median(tail))
        self.baseline.shift(channel, place, level)
        return self._close(channel, record, stop)

    def _close(self, channel: int, record: OpenRecord, stop: int, *, cut: bool = False) -> Record | None:
        """Give what a record holds beyond what was told of it."""
        del self._open[channel]
        self._idle_since[channel] = stop - record.rest * self._hop
        return None if record.is_told else self._cut(channel, record, stop, cut=cut)

    def _cut(self, channel: int, record: OpenRecord, stop: int, *, cut: bool = False, goes_on: bool = False) -> Record:
        first = max(record.first_sample, record.told)
        counts, valid, whole = self._history.cut(channel, first, stop)
        return Record(
            channel=channel,
            first_sample=first,
            counts=counts,
            valid=valid,
            whole=whole,
            level_before=record.level,
            noise=record.noise,
            lead=max(record.onset - first, 0),
            rest=0 if goes_on else min(record.rest * self._hop, counts.size),
            settled=stop,
            overlong=record.is_overlong,
            cut=cut,
            goes_on=goes_on,
            hum=self._hum.present(channel),
        )

    def _renew(self, stop: int) -> None:
        """End a stretch: renew the baseline, and now and then the hum."""
        still = self.baseline.renew()
        still[list(self._open)] = False
        if stop // self._stretch % EVERY_STRETCHES == 0 and still.any():
            counts = self._history.stretch(stop - self._stretch, stop)
            self._hum.look(np.flatnonzero(still), counts[still], self.baseline.noise[still])
