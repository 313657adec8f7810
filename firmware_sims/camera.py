"""A plate camera: sees vehicles by its own clock and pushes what it saw."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from firmware_sims.errors import SimulationError
from firmware_sims.faults import FaultBoard
from firmware_sims.isapi_event import AnprEvent
from firmware_sims.plates import SERIAL
from firmware_sims.push_format import format_named
from firmware_sims.push_queue import PushQueue
from firmware_sims.vehicle import Vehicle


@dataclass(frozen=True)
class CameraSettings:
    """How a camera stands and errs.

    Attributes
    ----------
    name
        As in the station file.
    position_m
        Where a vehicle's first axle is when the camera takes its pictures, on the scale's axis.
    offset_ms
        Its clock's error, positive when it is fast.
    delay_ms
        From the true instant until it begins to push.
    protocol
        How it pushes, by the names of `push_format.FORMATS`.
    login
        User and password for a digest login, as ``user:password``; none where empty.
    """

    name: str
    position_m: float = 0.0
    offset_ms: float = 0.0
    delay_ms: float = 300.0
    protocol: str = "isapi"
    login: str = ""

    @classmethod
    def parse(cls, text: str) -> CameraSettings:
        """Read ``name=front,position_m=-12,offset_ms=150,delay_ms=300``; all but the name may be left out.

        Raises
        ------
        SimulationError
            If a key is unknown, a number is none, or the name is missing.
        """
        allowed = ("name", "position_m", "offset_ms", "delay_ms", "protocol", "login")
        given = dict(item.partition("=")[::2] for item in text.split(","))
        unknown = [key for key in given if key not in allowed]
        if unknown or not given.get("name"):
            raise SimulationError(f"camera {text!r}; allowed are {', '.join(allowed)}, name is required")
        words = {"name", "protocol", "login"}
        format_named(given.get("protocol", "isapi"))
        try:
            numbers = {key: float(value) for key, value in given.items() if key not in words}
        except ValueError as error:
            raise SimulationError(f"camera {text!r}: {error}; metres and milliseconds are numbers") from error
        if numbers.get("delay_ms", 0) < 0:
            raise SimulationError(f"camera {text!r}: delay_ms is 0 or more")
        return cls(name=given["name"], protocol=given.get("protocol", "isapi"), login=given.get("login", ""), **numbers)


class Camera:
    """Turns passing vehicles into events in its queue.

    Parameters
    ----------
    settings
        How it stands and errs.
    channel
        Its number among the cameras, from 1.
    lane
        The lane it watches.
    queue
        Where its events wait to be pushed.
    faults, rng
        The board, and where its uncertainties come from.
    wall_s
        Wall clock in seconds; `queue` is served by the same clock.
    """

    def __init__(
        self,
        *,
        settings: CameraSettings,
        channel: int,
        lane: int,
        queue: PushQueue,
        faults: FaultBoard,
        rng: random.Random,
        wall_s: Callable[[], float],
    ) -> None:
        self.settings = settings
        self.queue = queue
        self.stats = {"seen": 0, "blind": 0}
        self._channel = channel
        self._lane = lane
        self._faults = faults
        self._rng = rng
        self._wall_s = wall_s
        self._jumped_ms = 0.0

    def sample_of(self, vehicle: Vehicle, rate_hz: float) -> int:
        """Give the sample of the recording at which the camera takes its pictures of a vehicle."""
        seconds = self.settings.position_m / (vehicle.speed_kmh / 3.6)
        return vehicle.first_axle_sample + round(seconds * rate_hz)

    def see(self, vehicle: Vehicle, true_time: datetime) -> None:
        """Take pictures of a vehicle now passing; `true_time` is the wall clock (UTC) at that instant."""
        name = self.settings.name
        if self._faults.strikes("dead_camera", camera=name):
            self.stats["blind"] += 1
            return
        if fault := self._faults.strikes("clock_jump", camera=name):
            self._jumped_ms += fault.number("ms")
        self.stats["seen"] += 1
        plate = vehicle.plate
        if self._faults.strikes("misread", camera=name):
            at = self._rng.randrange(2, len(plate))
            plate = plate[:at] + self._rng.choice(SERIAL.replace(plate[at], "")) + plate[at + 1 :]
        characters = tuple(self._rng.randint(90, 99) for _ in plate)
        event = AnprEvent(
            uuid=str(uuid.UUID(int=self._rng.getrandbits(128), version=4)),
            camera=name,
            channel=self._channel,
            lane=self._lane,
            time=true_time + timedelta(milliseconds=self.settings.offset_ms + self._jumped_ms),
            plate=plate,
            plate_color=vehicle.plate_color,
            kind=vehicle.kind,
            confidence=min(characters),
            characters=characters,
        )
        self.queue.put(event, vehicle.plate, self._wall_s() + self.settings.delay_ms / 1000)

    def start(self) -> asyncio.Task[None]:
        """Begin to serve the queue."""
        return asyncio.create_task(self.queue.serve())
