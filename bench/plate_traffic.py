"""Simulated traffic for the matching: what passed, what the scale says of it, what cameras say of it: late, twice, wrongly, not at all.

Only the scene is made here; the matching under test is the station's own. All random numbers come from one seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from contract.plates import PlateColour, PlateRead
from contract.station import Camera
from contract.vehicles import Axle, Body, Vehicle, VehicleClass
from edge.matching.lookalikes import LOOKALIKES

START_US: Final = 1_770_000_000_000_000
PROVINCES: Final = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
SERIAL: Final = LETTERS + "0123456789"


@dataclass(frozen=True)
class Kind:
    """A kind of vehicle: share in traffic, axle spacings (m), gross weight (kg) from empty to full, overall length (m), speed (km/h)."""

    name: str
    share: float
    spacings_m: tuple[float, ...]
    gross_kg: tuple[float, float]
    length_m: float
    speed_kmh: float
    colour: PlateColour
    articulated: bool = False


KINDS: Final = (
    Kind("car", 0.45, (2.7,), (1_200, 2_000), 4.7, 95, PlateColour.BLUE),
    Kind("electric car", 0.12, (2.8,), (1_500, 2_300), 4.7, 95, PlateColour.GREEN),
    Kind("van", 0.10, (3.4,), (2_000, 3_500), 5.9, 90, PlateColour.BLUE),
    Kind("lorry", 0.13, (4.5,), (4_000, 18_000), 8.5, 82, PlateColour.YELLOW),
    Kind("lorry of 3 axles", 0.05, (4.0, 1.35), (9_000, 27_000), 9.5, 80, PlateColour.YELLOW),
    Kind("tractor and trailer", 0.15, (3.3, 1.35, 6.5, 1.3, 1.3), (15_000, 49_000), 17.0, 78, PlateColour.YELLOW, articulated=True),
)


@dataclass(frozen=True)
class Scene:
    """What happens on the road and at the cameras; shares are of vehicles (or of reads), times in seconds.

    Headways are a mix: `tailgating` within 0.45 to 0.7 s, `platoon` lognormal around 1.1 s, the rest free (1.2 s and an exponential), so
    that a lane carries `per_hour`; a vehicle keeps at least 0.2 s from the end of the one before it. Every clock goes off by `drift_s` and
    back as a sine over `drift_over_s`.
    """

    name: str = "as asked for"
    vehicles: int = 20_000
    lanes: int = 3
    per_hour: float = 1_800
    tailgating: float = 0.03
    platoon: float = 0.35
    missing: float = 0.03
    duplicate: float = 0.02
    misread: float = 0.01
    late: float = 0.02
    drift_s: float = 2.0
    drift_over_s: float = 13_000.0
    lane_change: float = 0.01
    straddling: float = 0.3
    rear: bool = False
    one_camera: bool = False
    lane_told: bool = True
    wrong_camera_lane: float = 0.0
    jump_s: float = 0.0
    jump_every_s: float = 600.0
    foreign_hz: float = 0.0
    foreign_every_s: float = 600.0
    foreign_for_s: float = 60.0
    twins: bool = False


@dataclass
class Driven:
    """One vehicle as it was: when its first axle was at position 0 (s), and what it carries."""

    number: int
    lane: int
    at_s: float
    speed_m_s: float
    acceleration_m_s2: float
    kind: Kind
    gross_kg: float
    plate: str
    trailer: str
    seen_lanes: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """Its name for the matcher."""
        return f"v{self.number}"


@dataclass(frozen=True)
class Truth:
    """Where a read came from: the vehicle (None: of no vehicle weighed), and whether it repeats another read of the same camera."""

    vehicle: int | None
    repeat: bool


@dataclass
class Traffic:
    """A drawn scene: vehicles in order of passage, reads with their time of arrival (s), and the truth by camera and event."""

    scene: Scene
    cameras: list[Camera]
    driven: list[Driven]
    reads: list[tuple[float, PlateRead]] = field(default_factory=list)
    truth: dict[tuple[str, str], Truth] = field(default_factory=dict)


def draw(scene: Scene, seed: int) -> Traffic:
    """Draw a scene."""
    rng = np.random.default_rng(seed)
    traffic = Traffic(scene, _cameras(scene), _drive(scene, rng))
    _change_lanes(traffic, rng)
    end_s = traffic.driven[-1].at_s
    for camera in traffic.cameras:
        _Lens(traffic, camera, end_s, rng).see()
    traffic.reads.sort(key=lambda one: (one[0], one[1].camera, one[1].event_id))
    return traffic


def weighed(driven: Driven, rng: np.random.Generator) -> Vehicle:
    """Give the vehicle as a scale would: speed to 0.3 %, length to 0.3 m, gross to 2 %, acceleration to 0.1 m/s²."""
    kind = driven.kind
    count = len(kind.spacings_m) + 1
    gross_kg = driven.gross_kg * (1 + 0.02 * rng.standard_normal())
    spacings = (None, *kind.spacings_m)
    axles = tuple(Axle(gross_kg / count, gross_kg / count * 0.05, None, None, spacing, i + 1) for i, spacing in enumerate(spacings))
    return Vehicle(
        lane=driven.lane,
        first_axle_sample=0.0,
        start=0,
        stop=1,
        axles=axles,
        gross_kg=gross_kg,
        gross_u_kg=gross_kg * 0.04,
        speed_m_s=driven.speed_m_s * (1 + 0.003 * rng.standard_normal()),
        speed_u_m_s=driven.speed_m_s * 0.006,
        acceleration_m_s2=driven.acceleration_m_s2 + 0.1 * rng.standard_normal(),
        length_m=kind.length_m + 0.3 * rng.standard_normal(),
        lateral_m=None,
        vehicle_class=VehicleClass("", Body.COMBINATION if kind.articulated else Body.RIGID, 1.0),
    )


def _cameras(scene: Scene) -> list[Camera]:
    lanes = list(range(1, scene.lanes + 1))
    if scene.one_camera:
        numbers = {str(lane): lane for lane in lanes} if scene.lane_told else {}
        return [Camera(name="front", lane=1, also_lanes=tuple(lanes[1:]), position_m=15.0, lane_numbers=numbers)]
    cameras = [Camera(name=f"front-{lane}", lane=lane, position_m=15.0) for lane in lanes]
    if scene.rear:
        cameras += [Camera(name=f"rear-{lane}", lane=lane, position_m=25.0, facing="rear") for lane in lanes]
    return cameras


def _drive(scene: Scene, rng: np.random.Generator) -> list[Driven]:
    taken: set[str] = set()
    driven = []
    for lane in range(1, scene.lanes + 1):
        at_s, before = 20.0 + rng.random(), None
        for index in range(math.ceil(scene.vehicles / scene.lanes)):
            twin = scene.twins and before is not None and index % 2 == 1
            kind = before.kind if twin and before is not None else KINDS[rng.choice(len(KINDS), p=[one.share for one in KINDS])]
            headway_s, following = (0.6, True) if twin else _headway(scene, rng)
            if before is not None:
                headway_s = max(headway_s, before.kind.length_m / before.speed_m_s + 0.2)
                headway_s = 0.6 if twin and before.kind.length_m < 10.0 else headway_s
            at_s += headway_s
            speed_m_s = (kind.speed_kmh + 6 * rng.standard_normal()) / 3.6
            if following and before is not None:
                speed_m_s = before.speed_m_s * (1 + 0.01 * rng.standard_normal())
            plate = _plate(kind, rng, taken)
            trailer = _plate(kind, rng, taken)[:6] + "挂" if kind.articulated else ""
            gross_kg = rng.uniform(*kind.gross_kg)
            before = Driven(0, lane, at_s, speed_m_s, 0.25 * rng.standard_normal(), kind, gross_kg, plate, trailer, (lane,))
            driven.append(before)
    driven.sort(key=lambda one: one.at_s)
    return [replace(one, number=number) for number, one in enumerate(driven)]


def _headway(scene: Scene, rng: np.random.Generator) -> tuple[float, bool]:
    """Give a headway in s, and whether its vehicle follows the one before at that one's speed."""
    draw_ = rng.random()
    if draw_ < scene.tailgating:
        return rng.uniform(0.45, 0.7), True
    if draw_ < scene.tailgating + scene.platoon:
        return max(0.5, 1.1 * math.exp(0.3 * rng.standard_normal())), True
    bound = scene.tailgating + scene.platoon
    mean_s = (3_600 / scene.per_hour - scene.tailgating * 0.575 - scene.platoon * 1.15) / (1 - bound)
    return 1.2 + rng.exponential(max(0.1, mean_s - 1.2)), False


def _plate(kind: Kind, rng: np.random.Generator, taken: set[str]) -> str:
    while True:
        head = ("湘" if rng.random() < 0.6 else rng.choice(list(PROVINCES))) + rng.choice(list(LETTERS))
        body = "".join(rng.choice(list(SERIAL if rng.random() < 0.2 else "0123456789")) for _ in range(5))
        text = head + ("D" + body if kind.colour is PlateColour.GREEN else body)
        if text not in taken:
            taken.add(text)
            return text


def _change_lanes(traffic: Traffic, rng: np.random.Generator) -> None:
    """Let some vehicles change lanes between scale and camera, where the other lane has room."""
    scene = traffic.scene
    by_lane = {lane: np.array([one.at_s for one in traffic.driven if one.lane == lane]) for lane in range(1, scene.lanes + 1)}
    for one in traffic.driven:
        if rng.random() >= scene.lane_change:
            continue
        lane = one.lane + (1 if rng.random() < 0.5 else -1)
        room = by_lane.get(lane)
        if room is None or np.abs(room - one.at_s).min() < 0.6:
            continue
        one.seen_lanes = (lane, one.lane) if rng.random() < scene.straddling else (lane,)


class _Lens:
    """One camera: its clock, its errors, its reads."""

    def __init__(self, traffic: Traffic, camera: Camera, end_s: float, rng: np.random.Generator) -> None:
        self._traffic, self._camera, self._end_s, self._rng = traffic, camera, end_s, rng
        self._looks_m = camera.position_m + rng.normal(0, 0.6)
        self._first_s = rng.normal(0, 0.2)
        self._sign = rng.choice([-1, 1])
        self._count = 0
        self._jump_from_s = rng.uniform(0.3, 0.7) * traffic.scene.jump_every_s

    def see(self) -> None:
        """Write down all reads of this camera."""
        for one in self._traffic.driven:
            if any(lane in self._camera.lanes for lane in one.seen_lanes):
                self._see(one)
        if self._traffic.scene.foreign_hz:
            self._see_foreign()

    def _clock_s(self, at_s: float) -> float:
        scene = self._traffic.scene
        drift_s = scene.drift_s * self._sign * math.sin(2 * math.pi * at_s / scene.drift_over_s)
        jumps = math.floor((at_s - self._jump_from_s) / scene.jump_every_s) + 1
        return self._first_s + drift_s + (scene.jump_s if jumps % 2 else 0.0)

    def _see(self, one: Driven) -> None:
        rng, scene = self._rng, self._traffic.scene
        if rng.random() < scene.missing:
            return
        rear = self._camera.facing == "rear"
        way_m = self._looks_m + rng.normal(0, 0.4) + (one.kind.length_m - 1.3 if rear else 0.0)
        speed_m_s = one.speed_m_s + one.acceleration_m_s2 * way_m / one.speed_m_s / 2
        at_s = one.at_s + way_m / speed_m_s + rng.exponential(0.008)
        text = one.trailer if rear and one.trailer else one.plate
        late = rng.random() < scene.late
        delay_s = rng.uniform(5, 60) if late else 0.2 + 0.3 * math.exp(0.5 * rng.standard_normal())
        lane = next(lane for lane in one.seen_lanes if lane in self._camera.lanes)
        self._write(one, text, at_s, at_s + delay_s, lane, repeat=False)
        if rng.random() < scene.duplicate:
            again_s = at_s + rng.uniform(0.04, 0.6)
            self._write(one, text, again_s, again_s + delay_s + rng.uniform(0, 0.5), lane, repeat=True)

    def _write(self, one: Driven | None, text: str, at_s: float, arrives_s: float, lane: int, *, repeat: bool) -> None:
        rng, scene = self._rng, self._traffic.scene
        misread = rng.random() < scene.misread
        colour = one.kind.colour if one is not None else PlateColour.BLUE
        draw_ = rng.random()
        if draw_ < 0.05:
            colour = PlateColour.UNKNOWN if draw_ < 0.02 else rng.choice([PlateColour.BLUE, PlateColour.YELLOW, PlateColour.GREEN])
        if rng.random() < scene.wrong_camera_lane:
            lane = int(rng.choice([other for other in self._camera.lanes if other != lane]))
        self._count += 1
        read = PlateRead(
            camera=self._camera.name,
            event_id=f"{self._camera.name}-{self._count}",
            time_us=START_US + round((at_s + self._clock_s(at_s)) * 1e3) * 1_000,
            text=_misread(text, rng) if misread else text,
            confidence=float(np.clip(rng.beta(4, 2) if misread else rng.beta(40, 2), 0.05, 0.999)),
            colour=colour,
            camera_lane=lane if self._traffic.scene.one_camera else None,
        )
        self._traffic.reads.append((arrives_s, read))
        self._traffic.truth[read.camera, read.event_id] = Truth(None if one is None else one.number, repeat)

    def _see_foreign(self) -> None:
        rng, scene, taken = self._rng, self._traffic.scene, set[str]()
        at_s = 300.0
        while at_s < self._end_s:
            until_s = at_s + scene.foreign_for_s
            while at_s < until_s:
                at_s += rng.exponential(1 / scene.foreign_hz)
                self._write(None, _plate(KINDS[0], rng, taken), at_s, at_s + 0.5, self._camera.lane, repeat=False)
            at_s = until_s + scene.foreign_every_s


def _misread(text: str, rng: np.random.Generator) -> str:
    """Give the text with one character read as another: six times in ten one that looks like it."""
    places = [(i, alike) for i, char in enumerate(text) for alike in LOOKALIKES if char in alike]
    if places and rng.random() < 0.6:
        i, alike = places[rng.integers(len(places))]
        return text[:i] + str(rng.choice([char for char in alike if char != text[i]])) + text[i + 1 :]
    i = int(rng.integers(1, len(text)))
    return text[:i] + str(rng.choice([char for char in SERIAL if char != text[i]])) + text[i + 1 :]
