"""All simulated devices of a station together: one road, one clock, one loop."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
import structlog

from firmware_sims.clock import SimulatedClock
from firmware_sims.control_server import ControlServer
from firmware_sims.device_set import DeviceSet
from firmware_sims.digitiser import Digitiser, Identity
from firmware_sims.faults import FaultBoard
from firmware_sims.road import Road
from firmware_sims.run_settings import RunSettings
from firmware_sims.site_device import SiteDevice
from firmware_sims.timetable import Timetable
from firmware_sims.truth_log import TruthLog
from firmware_sims.vehicle import Vehicle

log = structlog.get_logger()

TICK_S = 0.005
"""A pseudo-terminal holds some 20 kB: at 5 ms it passes 4 MB/s."""
ASKED_TICK_S = 0.001
"""While an RTU host is asking: its next request waits for the next tick."""
BLOCK_S = 1.0
"""Nominal time converted at once when the process was held up for longer."""
SERIAL_NUMBER = 0x5749_4D01
SITE_SERIAL_NUMBER = 0x5749_4D51
FIRMWARE = (1, 2, 3)


class Simulation:
    """The devices of one run; `run` serves them until `stop`."""

    def __init__(self, settings: RunSettings, clock: SimulatedClock) -> None:
        settings.check()
        layout = settings.source.layout
        rng = random.Random(settings.seed)  # noqa: S311 - faults and looks, not a secret
        cameras = (*(camera.name for camera in settings.cameras), *(video.name for video in settings.videos))
        self.settings = settings
        self.clock = clock
        self.faults = FaultBoard(clock.wall_s, rng, {"channel": layout.channels, "camera": cameras})
        self.road = Road(settings.source, np.random.default_rng(rng.getrandbits(64)))
        identity = Identity(SERIAL_NUMBER, FIRMWARE, layout.channels, round(layout.rate_hz * 1000))
        self.digitiser = Digitiser(identity, clock, self.faults)
        self.site = SiteDevice(
            loop_columns=layout.loop_columns,
            rate_hz=layout.rate_hz,
            pavement_c=settings.source.pavement_c,
            clock_s=clock.now_s,
            faults=self.faults,
            serial_number=SITE_SERIAL_NUMBER,
        )
        self.devices = DeviceSet(settings, self.digitiser, self.site, self.faults, clock)
        self.truth = TruthLog(settings.truth)
        self.complete = False
        self._rate_hz = layout.rate_hz
        self._powered_at = 0
        self._timetable = Timetable()
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """End the run."""
        self._stopped.set()

    async def run(self, ready: Callable[[dict[str, Any]], None]) -> None:
        """Serve all devices until stopped; `ready` is told where they are once all of them listen."""
        control = ControlServer(self)
        try:
            await self.devices.open()
            endpoints = dict(self.devices.endpoints)
            if self.settings.control is not None:
                endpoints["control"] = await control.start(self.settings.control)
            ready(endpoints)
            while not self._stopped.is_set():
                pause_s = ASKED_TICK_S if self.tick() else TICK_S
                await asyncio.sleep(pause_s)
        finally:
            await control.stop()
            await self.devices.close()
            self.truth.close()

    def tick(self) -> bool:
        """Bring road, devices and truth up to now; true while an RTU host is asking."""
        if self.faults.strikes("reset"):
            self._restart_digitiser()
        if self.road.origin is None and (self.digitiser.ever_started or not self.settings.wait_for_start):
            self._begin_playback()
        now = int(self.clock.now_s() * self._rate_hz)
        while self.road.position < now:
            first = self.road.position
            block = self.road.read_to(min(now, first + int(BLOCK_S * self._rate_hz)))
            self.digitiser.convert(block)
            self.site.feed(block, first)
        if self.road.origin is not None:
            self._timetable.run_to(self.road.position - self.road.origin)
            if self.road.complete and self._timetable.finished and not self.complete:
                self.complete = True
                self.truth.complete()
                log.info("playback complete", vehicles=self.truth.vehicles)
        return self.devices.tick()

    def status(self) -> dict[str, Any]:
        """Give what the control interface says of the run."""
        ring = self.digitiser.ring
        playback = "waiting" if self.road.origin is None else "complete" if self.complete else "playing"
        return {
            "counter": ring.next,
            "oldest": ring.oldest,
            "playback": playback,
            "vehicles": self.truth.vehicles,
            "devices": self.devices.status(),
            "faults": self.faults.describe(),
            "fault_counts": self.faults.counts,
        }

    def _restart_digitiser(self) -> None:
        self._powered_at = self.road.position
        self.digitiser.power_up()
        if self.road.origin is not None:
            self.truth.reset(self.road.origin - self._powered_at)

    def _begin_playback(self) -> None:
        """Fix where playback begins, and when what will happen."""
        source = self.settings.source
        delay = self.settings.start_delay_s * self.clock.speedup
        origin = self.road.begin(int((self.clock.now_s() + delay) * self._rate_hz))
        counter = origin - self._powered_at
        utc = self._utc_at(origin)
        self.truth.playback(counter, rate_hz=self._rate_hz, speedup=self.clock.speedup, utc=utc, source=source.name)
        log.info("playback begins", source=source.name, counter=counter, vehicles=len(source.vehicles))
        self.devices.street.begin(origin, source.vehicles)
        for vehicle in source.vehicles:
            self._timetable.add(vehicle.passed_sample, partial(self._passed, vehicle, origin))
            for camera in self.devices.cameras:
                sample = camera.sample_of(vehicle, self._rate_hz)
                self._timetable.add(sample, partial(camera.see, vehicle, self._utc_at(origin + sample)))

    def _passed(self, vehicle: Vehicle, origin: int) -> None:
        at = origin + vehicle.first_axle_sample
        self.truth.vehicle(vehicle, at - self._powered_at, self._utc_at(at))

    def _utc_at(self, sample: int) -> datetime:
        return self.clock.utc_at(sample / self._rate_hz)
