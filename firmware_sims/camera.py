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
from firmware_sims.plates import SERIAL, draw_trailer_plate
from firmware_sims.push_format import format_named
from firmware_sims.push_queue import PushQueue
from firmware_sims.scene import Sight
from firmware_sims.scenery.body import shape_of
from firmware_sims.scenery.painter import LANE_WIDTH_M, Plate
from firmware_sims.scenery.weather import DAY_SHUTTER_MS, Conditions
from firmware_sims.vehicle import Vehicle

NO_PLATE = "无车牌"
"""What a camera writes that saw a vehicle and no plate."""


@dataclass(frozen=True)
class CameraSettings:
    """How a camera stands and errs.

    Attributes
    ----------
    name
        As in the station file.
    position_m
        Where the end of the vehicle that it sees is when the camera takes its pictures (front: the first axle), on the scale's axis.
    facing
        ``front``: it looks at what comes; ``rear``: at what has passed, where a trailer's own plate is.
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
    facing: str = "front"

    @classmethod
    def parse(cls, text: str) -> CameraSettings:
        """Read ``name=front,position_m=-12,offset_ms=150,delay_ms=300,facing=front``; all but the name may be left out.

        Raises
        ------
        SimulationError
            If a key is unknown, a number is none, or the name is missing.
        """
        allowed = ("name", "position_m", "offset_ms", "delay_ms", "protocol", "login", "facing")
        given = dict(item.partition("=")[::2] for item in text.split(","))
        unknown = [key for key in given if key not in allowed]
        if unknown or not given.get("name"):
            raise SimulationError(f"camera {text!r}; allowed are {', '.join(allowed)}, name is required")
        words = {"name", "protocol", "login", "facing"}
        format_named(given.get("protocol", "isapi"))
        facing = given.get("facing", "front")
        if facing not in {"front", "rear"}:
            raise SimulationError(f"camera {text!r}: facing is front or rear")
        try:
            numbers = {key: float(value) for key, value in given.items() if key not in words}
        except ValueError as error:
            raise SimulationError(f"camera {text!r}: {error}; metres and milliseconds are numbers") from error
        if numbers.get("delay_ms", 0) < 0:
            raise SimulationError(f"camera {text!r}: delay_ms is 0 or more")
        protocol, login = given.get("protocol", "isapi"), given.get("login", "")
        return cls(name=given["name"], protocol=protocol, login=login, facing=facing, **numbers)


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
        self._drifts_since_s: float | None = None

    def sample_of(self, vehicle: Vehicle, rate_hz: float) -> int:
        """Give the sample of the recording at which the camera takes its pictures of a vehicle."""
        way_m = self.settings.position_m + (vehicle.length_m if self.settings.facing == "rear" else 0.0)
        return vehicle.first_axle_sample + round(way_m / (vehicle.speed_kmh / 3.6) * rate_hz)

    def see(self, vehicle: Vehicle, true_time: datetime) -> None:
        """Take pictures of a vehicle now passing; `true_time` is the wall clock (UTC) at that instant."""
        name = self.settings.name
        if self._faults.strikes("dead_camera", camera=name) or self._faults.strikes("missed_vehicle", camera=name):
            self.stats["blind"] += 1
            return
        if fault := self._faults.strikes("clock_jump", camera=name):
            self._jumped_ms += fault.number("ms")
        self._drift()
        self.stats["seen"] += 1
        sight, lane = self._sight(vehicle)
        text = sight.plate.text
        hidden = sight.ahead_m is not None
        if self._faults.strikes("misread", camera=name):
            at = self._rng.randrange(2, len(text))
            text = text[:at] + self._rng.choice(SERIAL.replace(text[at], "")) + text[at + 1 :]
        delay_s = self.settings.delay_ms / 1000
        if fault := self._faults.strikes("late_push", camera=name):
            delay_s += fault.number("s")
        event = self._event(vehicle, NO_PLATE if hidden else text, lane, true_time)
        self.queue.put(event, sight, self._wall_s() + delay_s)
        if fault := self._faults.strikes("double_event", camera=name):
            again = self._event(vehicle, event.plate, lane, true_time + timedelta(milliseconds=fault.number("ms")))
            self.queue.put(again, sight, self._wall_s() + delay_s)

    def _event(self, vehicle: Vehicle, plate: str, lane: int, true_time: datetime) -> AnprEvent:
        read = plate != NO_PLATE
        characters = tuple(self._rng.randint(90, 99) for _ in plate) if read else (0,)
        return AnprEvent(
            uuid=str(uuid.UUID(int=self._rng.getrandbits(128), version=4)),
            camera=self.settings.name,
            channel=self._channel,
            lane=lane,
            time=true_time + timedelta(milliseconds=self.settings.offset_ms + self._jumped_ms),
            plate=plate,
            plate_color=vehicle.plate_color if read else "unknown",
            kind=vehicle.kind,
            confidence=min(characters),
            characters=characters,
            leaving=self.settings.facing == "rear",
        )

    def _sight(self, vehicle: Vehicle) -> tuple[Sight, int]:
        """Give what is before the lens, and the number of the lane in which the camera sees it."""
        name = self.settings.name
        shape = shape_of(vehicle.kind, vehicle.length_m, vehicle.spacings_m, vehicle.plate)
        behind = self.settings.facing == "rear" and shape.articulated
        change = self._faults.strikes("lane_change", camera=name)
        lanes = change.number("lanes") if change else 0.0
        ahead = self._faults.strikes("tailgated", camera=name)
        sight = Sight(
            shape=shape,
            plate=Plate(draw_trailer_plate(vehicle.plate) if behind else vehicle.plate, vehicle.plate_color),
            facing=self.settings.facing,
            middle_m=vehicle.y_centre_m + lanes * LANE_WIDTH_M,
            speed_ms=vehicle.speed_kmh / 3.6,
            ahead_m=ahead.number("gap_m") if ahead else None,
            conditions=conditions_of(self._faults, name),
        )
        return sight, self._lane + round(lanes)

    def _drift(self) -> None:
        """Let the clock run away while `clock_drift` lasts; what it has gained stays."""
        now_s = self._wall_s()
        if fault := self._faults.strikes("clock_drift", camera=self.settings.name):
            since_s = now_s - (self._drifts_since_s if self._drifts_since_s is not None else now_s)
            self._jumped_ms += since_s * fault.number("ppm") / 1000
            self._drifts_since_s = now_s
        else:
            self._drifts_since_s = None

    def start(self) -> asyncio.Task[None]:
        """Begin to serve the queue."""
        return asyncio.create_task(self.queue.serve())


def conditions_of(faults: FaultBoard, camera: str) -> Conditions:
    """Give light and weather before a camera, as its faults have them now."""
    rain, dirt = faults.strikes("rain", camera=camera), faults.strikes("dirty_plate", camera=camera)
    shutter = faults.strikes("slow_shutter", camera=camera)
    return Conditions(
        night=faults.strikes("night", camera=camera) is not None,
        rain=rain.number("share") if rain else 0.0,
        dirt=dirt.number("share") if dirt else 0.0,
        shutter_ms=shutter.number("ms") if shutter else DAY_SHUTTER_MS,
    )
