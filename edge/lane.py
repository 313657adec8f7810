"""One lane as it runs: device events in, vehicles ready to be recorded out.

It owns the lane's time base, assembly, pipeline and matching, holds each vehicle until its plates can have come, and knows from where the
device must send again after a restart. It does no I/O and reads no clock; the supervisor tells it the time.
"""

import zlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from calibration.certificate import InForce
from contract.faults import Fault, Reaction
from contract.records import Clock, ClockState
from contract.samples import Block
from contract.station import Lane, ModbusDigitiser, SerialDigitiser, Station
from contract.vehicles import Vehicle
from edge.clock import Clock as HostClock
from edge.drivers.base import DeviceEvent, Heartbeat, LineFault, Report, ResendRefused, Samples, SiteState, TimeMark
from edge.matching.match import Match
from edge.matching.matcher import Matcher
from edge.matching.passage import Passage
from edge.outbox.rows import Checkpoint
from edge.pipeline import LanePipeline, Weighing
from edge.samples.assemble import Assembler, Range
from edge.samples.quality import ChannelEvent, QualityMonitor
from edge.signals import SignalRing
from edge.time_base import Stamp, TimeBase
from edge.vehicles.boundary import Boundaries

WARM_UP_S: Final = 5.0
"""Signal before a vehicle that is weighed again after a restart, so that baselines have settled when it comes."""

SAME_END_S: Final = 0.05
"""Two vehicles end further apart than this; one vehicle weighed twice, from another start of the stream, ends closer."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A vehicle whose waiting time is over, with all that its record needs."""

    key: str
    lane: int
    device: str
    weighing: Weighing
    time_us: int
    clock: Clock
    match: Match
    pavement_c: float | None
    checkpoint: Checkpoint
    in_force: InForce | None

    @property
    def vehicle(self) -> Vehicle:
        """The vehicle as weighed."""
        return self.weighing.vehicle


@dataclass(slots=True)
class _Waiting:
    weighing: Weighing
    key: str
    since_s: float
    in_force: InForce | None
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """What a lane goes by from a counter of a run (`epoch`) of its device's counter on."""

    epoch: int
    from_counter: int
    in_force: InForce


@dataclass(slots=True)
class LaneState:
    """What the station's health says of a lane."""

    device: str
    identity: str = ""
    position: int = 0
    vehicles: int = 0
    strays: int = 0
    channels_at_fault: dict[str, str] = field(default_factory=dict)
    pavement_c: float | None = None
    heartbeat_s: float | None = None
    faults: list[Fault] = field(default_factory=list)


class LaneRun:
    """Runs one lane.

    Parameters
    ----------
    device
        The lane's digitiser.
    station
        The station file.
    in_force
        What the lane goes by as long as no certificate was applied, None to weigh with nominal constants.
    checkpoint
        How far the device's signal was used up before this start, None for a first one.
    switches
        The certificates that were applied before this start, in that order.
    matcher
        The station's, which all its lanes share: a vehicle may change lanes before a camera sees it.
    """

    def __init__(
        self,
        device: SerialDigitiser | ModbusDigitiser,
        station: Station,
        in_force: InForce | None,
        checkpoint: Checkpoint | None,
        switches: Sequence[Switch] = (),
        *,
        matcher: Matcher,
    ) -> None:
        self.lane: Lane = station.lane_with(device.lane)
        self.state = LaneState(device.name)
        self._device = device
        self._uncertified = in_force
        self._switches = tuple(switches)
        self._in_force = Boundaries(switches[-1].in_force if switches else in_force)
        self._reported = 0
        self._wait_s = station.gates.plate_wait_s
        self._checkpoint = checkpoint
        self._time = TimeBase(device.name, self.lane.rate_hz, device.playback)
        self._matcher = matcher
        self._waiting: deque[_Waiting] = deque()
        self._passed: list[tuple[str, int]] = []
        self._epoch = 0
        self._recorded_to = 0
        self._beginning: Checkpoint | None = None
        self._begin()

    def _begin(self) -> None:
        self._begun = False
        self._assembler = Assembler(self._device.name, self.lane, self._device.playback)
        self._quality = QualityMonitor(len(self.lane.sensor), self.lane.rate_hz)
        newest = self._in_force.newest
        self._in_force = Boundaries(newest)
        self._pipeline = LanePipeline(self.lane, None if newest is None else newest.calibration, self.state.pavement_c)
        self.signals = SignalRing(self.lane, self._pipeline.zero)

    @property
    def in_force(self) -> InForce | None:
        """What vehicles that are still to come are weighed by."""
        return self._in_force.newest

    @property
    def next_boundary(self) -> tuple[int, int] | None:
        """Epoch and counter of the device from which a change would hold: no vehicle has begun there yet. None before it has reported."""
        return (self._epoch, max(self._reported, self._assembler.newest)) if self.state.identity else None

    def change(self, switch: Switch) -> None:
        """Weigh vehicles that begin at a counter or later by something else; one that is on the array keeps what it met.

        Raises
        ------
        StopError
            If the lane cannot be weighed with it; nothing has changed then.
        """
        self._pipeline.change(switch.in_force.calibration, switch.from_counter)
        self._in_force.change(switch.in_force, switch.from_counter)

    @property
    def waiting(self) -> int:
        """Vehicles that wait for their plates."""
        return len(self._waiting)

    @property
    def zeros(self) -> dict[str, float] | None:
        """Zero of each sensor in counts, by name; None until it has been learnt."""
        known = self._pipeline.zero()
        return None if known is None else {sensor.name: float(level) for sensor, level in zip(self.lane.sensor, known[0], strict=True)}

    def take(self, event: DeviceEvent, now_s: float) -> list[Range]:
        """Take a device event and give the ranges that the device shall send again.

        Raises
        ------
        StopError
            If the device is not the one that the station file describes.
        """
        match event:
            case Report():
                self._describe(event, now_s)
            case Samples():
                self._mark_beginning(event.counter)
                self._weigh(self._assembler.push(event.counter, event.counts, faulty=event.faulty), now_s)
            case ResendRefused():
                self._weigh(
                    self._assembler.gone(event.first, min(event.oldest, event.first + event.count) or event.first + event.count), now_s
                )
            case TimeMark():
                self.state.faults += self._time.add(event.mark)
            case Heartbeat():
                self.state.heartbeat_s = now_s
            case LineFault():
                self.state.faults.append(event.fault)
            case _:
                pass
        self.state.faults += self._assembler.take_faults()
        self.state.position = self._assembler.position
        wanted = self._assembler.wanted()
        self.state.faults += [self._asked_again(missing) for missing in wanted]
        return wanted

    def _asked_again(self, missing: Range) -> Fault:
        seconds = (missing.stop - missing.first) / self.lane.rate_hz
        what = f"samples {missing.first} to {missing.stop} ({seconds:.3f} s) did not come; the device is asked to send them again"
        return Fault(code="samples-asked-again", where=self._device.name, what=what, reaction=Reaction.RETRY)

    def watch(self, clock: HostClock) -> None:
        """Look whether the host's clock has been stepped; before every stamp, so that no record carries a time it does not mark."""
        self.state.faults += self._time.watch(clock)

    def set_site(self, site: SiteState) -> None:
        """Take the pavement's temperature."""
        self.state.pavement_c = site.pavement_c
        self._pipeline.set_pavement(site.pavement_c)

    def ready(self, now_s: float) -> list[Ready]:
        """Give the vehicles whose waiting time is over, in order of passage."""
        found = []
        for waiting in self._waiting:
            self._admit(waiting)
        while self._waiting and self._waiting[0].stamp is not None and now_s - self._waiting[0].since_s >= self._wait_s:
            waiting = self._waiting.popleft()
            assert waiting.stamp is not None  # noqa: S101 - the loop's condition
            found.append(self._ready(waiting, waiting.stamp))
        return found

    def take_passed(self) -> list[tuple[str, int]]:
        """Give, once, the vehicles that have passed since the last call, recorded or not: key and time (UTC, µs)."""
        taken, self._passed = self._passed, []
        return taken

    def take_beginning(self) -> Checkpoint | None:
        """Give, once, where a new stream began: kept durably, it lets a station that dies before its first record weigh it again."""
        taken, self._beginning = self._beginning, None
        return taken

    def take_faults(self) -> list[Fault]:
        """Give, once, what went wrong since the last call."""
        taken, self.state.faults = self.state.faults, []
        return taken

    def _describe(self, report: Report, now_s: float) -> None:
        epoch = zlib.crc32(report.identity.partition(",")[0].encode())
        seen = self._assembler.newest
        if seen and (report.counter < seen or epoch != self._epoch):
            what = f"{report.identity} restarted: its counter went from {seen} to {report.counter}; vehicles on the array are cut off"
            self.state.faults.append(Fault(code="device-restarted", where=self._device.name, what=what, reaction=Reaction.RETRY))
            self._hold(self._pipeline.finish(), now_s)
            self._time.reset()
            self._begin()
            self._recorded_to = 0
        first_report = not self.state.identity
        self._epoch = epoch
        self._reported = report.counter
        self.state.identity = report.identity
        if first_report:
            self._recall(report)
        self._assembler.describe(report.channels, report.rate_hz)
        if first_report:
            self._resume(report)

    def _recall(self, report: Report) -> None:
        """Let what was applied within this run of the device hold from the same counters again, for vehicles that are weighed again."""
        here = [one for one in self._switches if one.epoch == self._epoch and one.from_counter <= report.counter]
        earlier = self._switches[: len(self._switches) - len(here)]
        self._in_force = Boundaries(earlier[-1].in_force if earlier else self._uncertified)
        self._begin()
        for switch in here:
            self.change(switch)

    def _resume(self, report: Report) -> None:
        """Begin where the last run of this program has stopped, if the device still counts on from there."""
        before = self._checkpoint
        if before is None or before.epoch != self._epoch or report.counter < before.resume_counter:
            return
        self._recorded_to = before.last_end
        self._assembler.begin(max(before.resume_counter, report.oldest))
        self._begun = True

    def _mark_beginning(self, counter: int) -> None:
        if not self._begun:
            self._begun = True
            self._beginning = Checkpoint(self._device.name, self._epoch, counter, 0)

    def _weigh(self, blocks: list[Block], now_s: float) -> None:
        for block in blocks:
            self.signals.push(block)
            self.state.faults += [self._channel_fault(event) for event in self._quality.push(block) if event.begins]
            self._hold(self._pipeline.push(block), now_s)
        self.state.channels_at_fault = {
            self.lane.channels[channel]: condition.value for channel, condition in sorted(self._quality.present)
        }
        self.state.strays = self._pipeline.strays

    def _channel_fault(self, event: ChannelEvent) -> Fault:
        channel = self.lane.channels[event.channel]
        what = (
            f"channel {channel} is {event.condition.value} since sample {event.sample} (figure {event.figure:.0f}); "
            "vehicles weighed meanwhile are flagged; look at the sensor and its cable"
        )
        return Fault(code=f"channel-{event.condition.value}", where=self._device.name, what=what, reaction=Reaction.REJECT)

    def _hold(self, weighings: list[Weighing], now_s: float) -> None:
        for weighing in weighings:
            if self._recorded_to and weighing.vehicle.stop <= self._recorded_to + SAME_END_S * self.lane.rate_hz:
                continue
            vehicle = weighing.vehicle
            key = f"{self.lane.id}-{self._epoch:08x}-{vehicle.first_axle_sample:.0f}"
            waiting = _Waiting(weighing, key, now_s, self._in_force.at(vehicle.start))
            self._waiting.append(waiting)
            self.state.vehicles += 1

    def _admit(self, waiting: _Waiting) -> None:
        """Give the vehicle its time, as soon as there is one, and show it to the matching."""
        if waiting.stamp is not None or not self._time.known:
            return
        vehicle = waiting.weighing.vehicle
        waiting.stamp = self._time.stamp(vehicle.first_axle_sample)
        self._passed.append((waiting.key, waiting.stamp.time_us))
        self._matcher.add_passage(Passage.of(vehicle, waiting.key, waiting.stamp.time_us, self._device.playback))

    def _ready(self, waiting: _Waiting, stamp: Stamp) -> Ready:
        vehicle = waiting.weighing.vehicle
        resume = max(0, vehicle.start - round(WARM_UP_S * self.lane.rate_hz))
        return Ready(
            key=waiting.key,
            lane=self.lane.id,
            device=self._device.name,
            weighing=self._pipeline.with_rest(waiting.weighing),
            time_us=stamp.time_us,
            clock=Clock(
                state=ClockState(stamp.state.value),
                u_us=stamp.uncertainty_us,
                playback_ppm=round(self._device.playback * 1_000_000),
            ),
            match=self._matcher.match(waiting.key),
            pavement_c=waiting.weighing.pavement_c,
            checkpoint=Checkpoint(self._device.name, self._epoch, resume, vehicle.stop),
            in_force=waiting.in_force,
        )
