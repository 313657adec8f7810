"""Paints a scene: road, then vehicles from the farthest to the nearest, then what night and weather make of it."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from firmware_sims.plate_picture import draw_plate_picture
from firmware_sims.scenery.body import Body, Color, Shape, Shell, body_of
from firmware_sims.scenery.pinhole import Points, View
from firmware_sims.scenery.weather import CLEAR, Conditions, after, soil

LANE_WIDTH_M = 3.5
LANES = 3
TWO_ROWS = 0.42
"""Height over width from which a plate has two rows: 220 mm over 440 mm, where one row has 140 mm (GA 36)."""
ROAD_M = (-130.0, 130.0)
SKY: tuple[Color, Color] = (150, 185, 215), (225, 232, 235)
VERGE: Color = (104, 124, 84)
ASPHALT: Color = (92, 94, 98)
LINE: Color = (235, 235, 235)


@dataclass(frozen=True)
class Plate:
    """A plate as it truly is: text and colour."""

    text: str
    color: str


@dataclass(frozen=True)
class Passing:
    """A vehicle at one instant.

    Attributes
    ----------
    shape
        Its looks.
    front_m, middle_m
        Where its front bumper is along travel, and its middle from the lane's left edge.
    front_plate, rear_plate
        What hangs there.
    speed_ms
        How fast it moves, for the blur.
    """

    shape: Shape
    front_m: float
    middle_m: float
    front_plate: Plate
    rear_plate: Plate
    speed_ms: float = 0.0


@dataclass(frozen=True)
class Painted:
    """A picture, and where each plate of the vehicle asked for is in it: left, top, right, bottom in pixels; None where it is not seen."""

    picture: Image.Image
    front_plate: tuple[int, int, int, int] | None
    rear_plate: tuple[int, int, int, int] | None


def paint(view: View, vehicles: Sequence[Passing], conditions: Conditions = CLEAR, seed: str = "") -> Painted:
    """Paint what a camera sees; the plates' places are those of the first vehicle."""
    picture = road(view).copy()
    lamps: list[tuple[float, float, float]] = []
    boxes: dict[str, tuple[int, int, int, int]] = {}
    bright: list[tuple[int, int, int, int]] = []
    for index, vehicle in sorted(enumerate(vehicles), key=lambda entry: -_distance(view, entry[1])):
        found = _Vehicle(picture, view, vehicle, conditions, lamps).paint()
        bright += found.values()
        if index == 0:
            boxes = found
    first = vehicles[0] if vehicles else None
    shift = (0.0, 0.0) if first is None else _travel_px(view, first, conditions.shutter_ms / 1000)
    picture = after(
        picture,
        conditions,
        lamps=lamps,
        plates=bright,
        travel_px=shift,
        rng=random.Random(seed),  # noqa: S311 - weather, not a secret
    )
    return Painted(picture, boxes.get("front"), boxes.get("rear"))


@lru_cache(maxsize=16)
def road(view: View) -> Image.Image:
    """Give the empty road of a view: sky, verge, three lanes and their lines."""
    picture = Image.new("RGB", (view.width, view.height), VERGE)
    horizon = view.height / 2 - view.focal_px * math.tan(math.radians(view.tilt_deg))
    if horizon > 0:
        rows = min(view.height, math.ceil(horizon))
        column = np.linspace(SKY[0], SKY[1], rows).astype(np.uint8)[:, None, :]
        picture.paste(Image.fromarray(np.repeat(column, view.width, axis=1)), (0, 0))
    draw = ImageDraw.Draw(picture)
    right_m = LANES * LANE_WIDTH_M
    _ground(draw, view, (-2.5, right_m + 2.5), ROAD_M, ASPHALT)
    for edge_m in (0.0, right_m):
        _ground(draw, view, (edge_m - 0.075, edge_m + 0.075), ROAD_M, LINE)
    for lane in range(1, LANES):
        for begins_m in np.arange(ROAD_M[0], ROAD_M[1], 15.0):  # GB 5768: 6 m of line, 9 m of gap
            _ground(draw, view, (lane * LANE_WIDTH_M - 0.075, lane * LANE_WIDTH_M + 0.075), (begins_m, begins_m + 6.0), LINE)
    return picture


def _ground(draw: ImageDraw.ImageDraw, view: View, y: tuple[float, float], x: tuple[float, float], color: Color) -> None:
    corners = np.array([(x[0], y[0], 0.0), (x[1], y[0], 0.0), (x[1], y[1], 0.0), (x[0], y[1], 0.0)])
    outline = view.outline(corners)
    if outline:
        draw.polygon(outline, fill=color)


def _distance(view: View, vehicle: Passing) -> float:
    """Give how far a vehicle's middle is from the camera, over the road."""
    middle_m = vehicle.front_m - vehicle.shape.length_m / 2
    return math.hypot(middle_m - view.x_m, vehicle.middle_m - view.y_m)


def _travel_px(view: View, vehicle: Passing, seconds: float) -> tuple[float, float]:
    """Give how many pixels a vehicle's nearer end moves in a time."""
    facing_front = math.cos(math.radians(view.heading_deg)) < 0
    end_m = vehicle.front_m if facing_front else vehicle.front_m - vehicle.shape.length_m
    here = np.array([end_m, vehicle.middle_m, 0.6])
    there = here + np.array([vehicle.speed_ms * seconds, 0.0, 0.0])
    if view.from_camera(np.stack([here, there]))[:, 2].min() < 1.0:
        return 0.0, 0.0
    (x0, y0), (x1, y1) = view.project(np.stack([here, there]))
    return float(x1 - x0), float(y1 - y0)


class _Vehicle:
    """Paints one vehicle into a picture."""

    def __init__(
        self, picture: Image.Image, view: View, vehicle: Passing, conditions: Conditions, lamps: list[tuple[float, float, float]]
    ) -> None:
        self._picture = picture
        self._draw = ImageDraw.Draw(picture)
        self._view = view
        self._vehicle = vehicle
        self._conditions = conditions
        self._lamps = lamps
        self._place = np.array([vehicle.front_m, vehicle.middle_m, 0.0])
        self._plates: dict[str, tuple[int, int, int, int]] = {}

    def paint(self) -> dict[str, tuple[int, int, int, int]]:
        """Paint it; give where its plates are."""
        body: Body = body_of(self._vehicle.shape)
        self._shadow()
        for shells in (body.treads, body.boxes, body.wheels):
            for shell in sorted(shells, key=self._depth, reverse=True):
                self._shell(shell)
        return self._plates

    def _depth(self, shell: Shell) -> float:
        return float(self._view.from_camera((shell.middle + self._place)[None])[0, 2])

    def _shadow(self) -> None:
        length, half = self._vehicle.shape.length_m, 1.35
        flat = np.array([(0.3, -half, 0), (0.3, half + 0.5, 0), (-length, half + 0.5, 0), (-length, -half, 0)]) + self._place
        outline = self._view.outline(flat)
        if outline:
            self._draw.polygon(outline, fill=(58, 60, 64))

    def _shell(self, shell: Shell) -> None:
        for side, *mounted in shell.sides:
            corners = side.corners + self._place
            if not self._view.faces(corners):
                continue
            outline = self._view.outline(corners)
            if not outline:
                continue
            self._draw.polygon(outline, fill=side.color)
            for mount in mounted:
                spot = mount.corners + self._place
                outline = self._view.outline(spot)
                if len(outline) < 3:
                    continue
                if mount.plate:
                    self._plate(spot, outline)
                    continue
                self._draw.polygon(outline, fill=mount.color)
                if mount.lamp and self._view.from_camera(spot)[:, 2].min() > 1:
                    x, y = np.mean(outline, axis=0)
                    self._lamps.append((float(x), float(y), self._view.pixels_per_metre(spot[0])))

    def _plate(self, spot: Points, outline: list[tuple[float, float]]) -> None:
        """Put the plate's picture into its quadrangle, and remember the box round it."""
        end = "front" if spot[0, 0] > self._vehicle.front_m - 0.5 else "rear"
        plate = self._vehicle.front_plate if end == "front" else self._vehicle.rear_plate
        pixels = np.array(outline)
        (left, top), (right, bottom) = np.floor(pixels.min(axis=0)), np.ceil(pixels.max(axis=0))
        inside = 0 <= left and 0 <= top and right <= self._view.width and bottom <= self._view.height
        if len(outline) != 4 or not inside or right - left < 3 or bottom - top < 2:
            self._draw.polygon(outline, fill=(200, 200, 190))
            return
        size = (int(right - left), int(bottom - top))
        wide, tall = np.linalg.norm(spot[1] - spot[0]), np.linalg.norm(spot[3] - spot[0])
        picture = soil(_plate_picture(plate, 2 if tall > TWO_ROWS * wide else 1), self._conditions.dirt, plate.text)
        small = picture.resize((size[0] * 2, size[1] * 2), Image.Resampling.LANCZOS)
        corners = np.array([(0, 0), (small.width, 0), (small.width, small.height), (0, small.height)], float)
        terms = _perspective(pixels - (left, top), corners)
        flat = small.transform(size, Image.Transform.PERSPECTIVE, terms, Image.Resampling.BICUBIC)
        mask = Image.new("L", size, 0)
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in outline], fill=255)
        self._picture.paste(flat, (int(left), int(top)), mask)
        self._plates[end] = (int(left), int(top), int(right), int(bottom))


@lru_cache(maxsize=64)
def _plate_picture(plate: Plate, rows: int) -> Image.Image:
    return draw_plate_picture(plate.text, plate.color, rows)


def _perspective(to: NDArray[np.float64], source: NDArray[np.float64]) -> list[float]:
    """Give Pillow's eight terms that take each pixel of the result (corners `to`) to where it comes from (corners `source`)."""
    rows = []
    for (x, y), (u, v) in zip(to, source, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    terms: list[float] = np.linalg.solve(np.array(rows), source.reshape(-1)).tolist()
    return terms
