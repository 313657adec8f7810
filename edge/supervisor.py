"""Keeps a station running: threads, main loop, signals, and what is done about each thing that fails.

Restart policy, all of it:

| what fails | what is done |
|---|---|
| a line hangs up, a device is silent for 5 s | its thread opens it again after 0.2 to 4 s; what was missed is asked for again |
| a device restarts | vehicles on the array are cut off and flagged; a new time base begins |
| a device is not what the station file says | the process ends with 3: a person must mend the file or the wiring |
| the plate reader does not hear of a vehicle | the vehicle goes without the pictures it would have fetched, said once |
| broker or central away | the uplink tries for ever; the outbox keeps everything |
| the outbox has no room | vehicles and late plates wait in memory, tried every second; past `HELD_MAX` vehicles the process ends with 75 |
| the plate reader's video is away | records go without overview pictures; clips are asked for again for ten minutes |
| the memory of drift cannot be written | it is kept in memory and tried again; weighing goes on |
| the file of the latest passes cannot be written or read | they are remembered in memory only; weighing goes on |
| the disk fails, the database is damaged | the process ends with 75; after an fsync that failed nothing is tried again |
| a thread ends, an error nobody expected | the process ends with 75 |
| the main loop hangs for 30 s | the watchdog ends the process with 75 |
| the ledger of certificates is damaged, cut back or gone | told by fault and health; each lane goes on with its last good certificate |
| SIGTERM, SIGINT | vehicles that wait for plates are recorded, threads end, 0 |
"""

import queue
import signal
import time
from collections import Counter
from pathlib import Path
from random import SystemRandom
from types import FrameType
from typing import Any, Final

import structlog

from calibration.certificate import InForce, Ledger
from calibration.model import Calibration
from contract.faults import EXIT_OK, EXIT_RESTART, RetryError, StopError
from contract.rules import rule_book
from contract.signatures import key_id
from contract.station import ModbusSite
from contract.units import US_PER_DAY, US_PER_S
from edge.cabinet import CabinetWatch
from edge.certificates import CertificateDesk
from edge.clock import Clock, SystemClock
from edge.config import Setup
from edge.device_thread import Delivery, DeviceThread
from edge.drift import DriftWatch
from edge.drivers import driver_for
from edge.drivers.base import DeviceEvent, LineFault, LoopTransition, SiteState
from edge.exit_code import exit_code_of
from edge.faultbook import FaultBook
from edge.health import StationHealth
from edge.lane import LaneRun
from edge.live import LiveView
from edge.loopback import LoopbackServer, create_app
from edge.matching.matcher import Matcher
from edge.outbox import Outbox
from edge.pass_store import PassStore
from edge.passes import CAPTURES_MAX_BYTES, PASSES_KEPT, PassBook
from edge.pictures import PictureFolder
from edge.plate_reads import PlateReads
from edge.plate_trigger import PlateTrigger
from edge.record_queue import RecordQueue
from edge.recorder import Recorder
from edge.records.keystore import load_key, load_public_key
from edge.records.software import software
from edge.uplink import Uplink
from edge.video import VideoDesk
from edge.watchdog import Watchdog

TURN_S: Final = 0.05
"""How long the main loop waits for an event."""

QUEUE_EVENTS: Final = 2_000
"""Deliveries between the device threads and the main loop: some 20 s of one digitiser."""

HOUSEKEEPING_S: Final = 600.0

_log = structlog.get_logger("edge")


def run_station(setup: Setup) -> int:
    """Run the station until it is asked to end; give the exit code."""
    try:
        service = StationService(setup)
    except StopError as error:
        _log.critical(error.code, where=error.where, what=error.what)
        return exit_code_of(error)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, service.ask_to_end)
    return service.run()


class StationService:
    """One station: its devices, lanes, outbox, uplink and loopback door, turned by one main loop.

    Raises
    ------
    StopError
        If key, outbox, rule pack, calibration or uplink cannot be used as given.
    """

    def __init__(self, setup: Setup, *, clock: Clock | None = None) -> None:
        station, data = setup.station, setup.data
        self._station = station
        self._data = data
        self._clock = clock or SystemClock()
        self._book = FaultBook()
        self._ending = False
        self._deliveries: queue.Queue[Delivery] = queue.Queue(maxsize=QUEUE_EVENTS)
        self._loops: Counter[int] = Counter()
        self._cabinet = CabinetWatch()
        self._housekeeping_at_s = 0.0
        key = load_key(data / "keys" / "station.key")
        self._software = software()
        self._outbox = Outbox(data / "outbox", station.uplink.outbox_max_mb)
        self._pictures = PictureFolder(data / "blobs")
        self._desk: CertificateDesk | None = None
        if setup.ledger is not None:
            self._desk = CertificateDesk(Ledger(setup.ledger, station), station, self._outbox, self._clock, self._book.note)
        self._matcher = Matcher(station.camera, station.matching)
        self._lanes = {
            device.name: LaneRun(
                device,
                station,
                InForce.by_file(setup.calibrations[device.lane]) if device.lane in setup.calibrations else None,
                self._outbox.checkpoint(device.name),
                self._desk.switches(device.name) if self._desk else (),
                matcher=self._matcher,
            )
            for device in station.device
            if not isinstance(device, ModbusSite)
        }
        self._video = VideoDesk(station.video, self._outbox.wanted_clips, self._book.note, self._clock.utc_us)
        passes = PassStore(data / "passes.sqlite", PASSES_KEPT, CAPTURES_MAX_BYTES, self._book.note)
        self._live = LiveView(tuple(self._lanes.values()), PassBook(passes))
        self._drift = DriftWatch(station, self._calibration, data / "drift.sqlite", self._book.note)
        self._recorder = Recorder(
            station,
            rules=rule_book(station.station.rules),
            software=self._software,
            station_text=setup.station_text,
            outbox=self._outbox,
            key=key,
            pictures=self._pictures,
            note=self._book.note,
            certified=setup.ledger is not None,
            overview=self._video.still,
        )
        self._waiting = RecordQueue(self._recorder, self._book.note)
        self._reads = PlateReads(self._matcher, self._outbox, self._clock.utc_us)
        self._trigger = PlateTrigger(setup.plates_url, self._clock.utc_us, self._book.note)
        self._devices = {device.name: DeviceThread(driver_for(device), self._deliveries, self._book.note) for device in station.device}
        self._health = StationHealth(
            station=station.station.id,
            data=data,
            clock=self._clock,
            software=self._software,
            outbox=self._outbox,
            waiting=self._waiting,
            lanes=self._lanes,
            devices=self._devices,
            loops=self._loops,
            matcher=self._matcher,
            certificates=self._desk,
            drift=self._drift,
            video=self._video,
            faults=self._book,
        )
        receipt_keys = {}
        if station.uplink.central_key_file is not None:
            public = load_public_key(Path(station.uplink.central_key_file))
            receipt_keys[key_id(public)] = public
        self._uplink = Uplink(
            station.station.id,
            station.uplink,
            self._outbox,
            key,
            receipt_keys,
            make_status=self._health.status,
            note=self._book.note,
            now_us=self._clock.utc_us,
            random=SystemRandom(),
            keep_us=round(station.retention.media_days * US_PER_DAY),
        )
        self._server = LoopbackServer(create_app(self._reads.take, self.health, self._book, self._live), setup.listen)
        self._watchdog = Watchdog()

    def ask_to_end(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """End the main loop after its present turn."""
        self._ending = True

    def run(self) -> int:
        """Turn the main loop until asked to end or unable to go on; give the exit code."""
        _log.info("station-starts", station=self._station.station.id, software=self._software.version, sha256=self._software.sha256[:16])
        self._reads.resume()
        self._server.start()
        self._uplink.start()
        self._video.start()
        self._trigger.start()
        for device in self._devices.values():
            device.start()
        self._watchdog.start()
        code = EXIT_RESTART
        try:
            while not self._ending:
                self._turn()
            self._record(flush=True)
            code = EXIT_OK
        except StopError as error:
            _log.critical(error.code, where=error.where, what=error.what)
            code = exit_code_of(error)
        except Exception:  # noqa: BLE001 - whatever it is, the process must end in order and start afresh
            _log.exception("unexpected-error")
        finally:
            self._stop()
        _log.info("station-ends", recorded=self._waiting.recorded, exit=code)
        return code

    def _stop(self) -> None:
        for device in self._devices.values():
            device.stop()
        self._server.stop()
        self._uplink.stop()
        self._video.stop()
        self._trigger.stop()
        for device in self._devices.values():
            device.join()
        self._outbox.close()
        self._drift.close()
        self._live.passes.close()
        self._watchdog.stop()

    def _turn(self) -> None:
        """Take what has come, record what is ready, see that every thread lives."""
        self._watchdog.pat()
        self._take_deliveries()
        if self._desk:
            self._desk.turn(self._lanes)
        self._waiting.add(self._reads.matched())
        self._record(flush=False)
        self._video.record(self._recorder.add_clip)
        for lane in self._lanes.values():
            passed = lane.take_passed()
            self._video.passed(lane.lane.id, passed)
            self._trigger.passed(lane.lane.id, passed)
            lane.watch(self._clock)
            for fault in lane.take_faults():
                self._book.note(fault)
        for fault in self._matcher.take_faults():
            self._book.note(fault)
        now_us = None if self._clock.host_error_us() is None else self._clock.utc_us()
        self._drift.turn(self._clock.monotonic_s(), now_us, self._zeros)
        dead = [thread for thread, alive in self._threads().items() if not alive]
        if dead:
            raise StopError("thread-ended", dead[0], "ended although nobody asked it to; the process starts afresh")
        self._keep_house()

    def _zeros(self, lane_id: int) -> tuple[dict[str, float] | None, float | None]:
        """Give a lane's zeros in counts and its pavement's temperature."""
        lane = self._lane(lane_id)
        return lane.zeros, lane.state.pavement_c

    def _calibration(self, lane_id: int) -> Calibration | None:
        """Give what a lane goes by now."""
        in_force = self._lane(lane_id).in_force
        return None if in_force is None else in_force.calibration

    def _lane(self, lane_id: int) -> LaneRun:
        return next(lane for lane in self._lanes.values() if lane.lane.id == lane_id)

    def _threads(self) -> dict[str, bool]:
        threads = {f"device {name}": device.alive for name, device in self._devices.items()}
        return {**threads, "uplink": self._uplink.alive, "loopback server": self._server.alive, "plate trigger": self._trigger.alive}

    def _take_deliveries(self) -> None:
        try:
            delivery = self._deliveries.get(timeout=TURN_S)
            while True:
                self._take(*delivery)
                delivery = self._deliveries.get_nowait()
        except queue.Empty:
            return

    def _take(self, device: str, events: list[DeviceEvent] | BaseException) -> None:
        if isinstance(events, BaseException):
            raise events
        lane = self._lanes.get(device)
        for event in events:
            if lane is not None:
                for wanted in lane.take(event, self._clock.monotonic_s()):
                    self._devices[device].driver.request_resend(wanted.first, wanted.stop - wanted.first)
                self._keep_beginning(lane)
            elif isinstance(event, SiteState):
                for fault in self._cabinet.take(device, event.cabinet):
                    self._book.note(fault)
                for each in self._lanes.values():
                    each.set_site(event)
            elif isinstance(event, LoopTransition):
                self._loops[event.loop] += event.occupied
            elif isinstance(event, LineFault):
                self._book.note(event.fault)

    def _keep_beginning(self, lane: LaneRun) -> None:
        beginning = lane.take_beginning()
        if beginning is None:
            return
        try:
            self._outbox.save_checkpoint(beginning)
        except RetryError as error:
            self._book.note(error.fault())

    def _record(self, *, flush: bool) -> None:
        """Record what is ready; with `flush` also the vehicles that still wait for plates."""
        now_s = self._clock.monotonic_s()
        for lane in self._lanes.values():
            self._waiting.add(lane.ready(float("inf") if flush else now_s))
        for ready, recorded in self._waiting.write_down(now_s, at_once=flush):
            self._drift.take(ready)
            self._live.passes.add(ready, recorded.link, recorded.capture)

    def _keep_house(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s < self._housekeeping_at_s:
            return
        self._housekeeping_at_s = now_s + HOUSEKEEPING_S
        kept_us = round(self._station.retention.media_days * US_PER_DAY)
        forgotten = self._outbox.forget_reads(kept_us)
        removed = self._pictures.prune(time.time(), kept_us / US_PER_S)
        if forgotten or removed:
            _log.info("housekeeping", kept_days=self._station.retention.media_days, unmatched_reads=forgotten, pictures=removed)

    def health(self) -> dict[str, Any]:
        """Give the station's state for the loopback door."""
        return self._health.in_full(uplink_connected=self._uplink.connected)
