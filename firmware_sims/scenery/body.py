"""A vehicle as boxes: cab, load, trailer, wheels, lamps and plates where they are on a real one.

Vehicle axes in metres: x from the front bumper forwards (so all of it is at x ≤ 0), y from its middle to the driver's right, z up.
Dimensions after GB 1589-2016 (2.55 m wide, 4 m high at most); a front plate hangs at 0.5 m, a lorry's rear plate at 1.0 m.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from firmware_sims.scenery.pinhole import Points

Color = tuple[int, int, int]
BODY_COLORS: tuple[Color, ...] = ((150, 30, 30), (35, 70, 130), (210, 210, 205), (190, 130, 30), (50, 95, 70), (90, 90, 95))
GLASS: Color = (52, 66, 80)
DARK: Color = (48, 50, 54)
TYRE: Color = (26, 26, 28)
LAMP: Color = (245, 240, 215)
REAR_LAMP: Color = (170, 25, 25)
RIM: Color = (120, 122, 126)
STRIPE: Color = (225, 225, 220)
ARTICULATED = ("semi3", "semi4", "semi5", "semi5t", "semi6", "long8", "truck_trl")
"""Kinds that draw a trailer with a plate of its own."""
FRONT_OVERHANG_M = 1.35
PLATE_M = (0.44, 0.14)
TWO_ROW_M = (0.44, 0.22)
"""Width and height of plates (GA 36): one row, and the two rows on a lorry's rear."""


@dataclass(frozen=True)
class Face:
    """A flat piece (n, 3), clockwise as seen from outside; `lamp` shines at night, `plate` carries the plate instead of a colour."""

    corners: Points
    color: Color
    lamp: bool = False
    plate: bool = False


@dataclass(frozen=True)
class Shell:
    """A box or a pair of wheels: its sides, each a face and what is mounted on it, and its middle (3,)."""

    sides: tuple[tuple[Face, ...], ...]
    middle: Points


@dataclass(frozen=True)
class Body:
    """A whole vehicle in the order in which it is painted: treads under everything, boxes the farthest first, wheels beside them."""

    treads: tuple[Shell, ...]
    boxes: tuple[Shell, ...]
    wheels: tuple[Shell, ...]


@dataclass(frozen=True)
class Shape:
    """What of a vehicle decides how it looks."""

    kind: str
    length_m: float
    axles_m: tuple[float, ...]
    seed: str

    @property
    def articulated(self) -> bool:
        """Whether it draws a trailer."""
        return self.kind in ARTICULATED


def shape_of(kind: str, length_m: float, spacings_m: tuple[float, ...], seed: str) -> Shape:
    """Give a vehicle's shape; `axles_m` are its axles' places behind the front bumper."""
    overhang = FRONT_OVERHANG_M if kind not in {"car", "van"} else 0.85
    return Shape(kind, length_m, tuple(float(overhang + place) for place in np.cumsum((0.0, *spacings_m))), seed)


TYPICAL = {"car": (4.6, (2.7,)), "van": (5.4, (3.1,)), "bus2": (11.5, (5.8,)), "rigid2": (8.2, (4.6,))}


def typical_shape(kind: str, seed: str) -> Shape:
    """Give the shape of a vehicle of which only the kind is known."""
    length_m, spacings_m = TYPICAL.get(kind, (16.5, (3.4, 1.35, 6.8, 1.31, 1.31)) if kind in ARTICULATED else (9.6, (1.9, 4.4, 1.35)))
    return shape_of(kind, length_m, spacings_m, seed)


@lru_cache(maxsize=64)
def body_of(shape: Shape) -> Body:
    """Build a vehicle, standing with its front bumper at x = 0."""
    rng = random.Random(shape.seed)  # noqa: S311 - looks, not a secret
    color = rng.choice(BODY_COLORS)
    if shape.kind in {"car", "van"}:
        boxes = _car(shape, color)
    elif shape.kind == "bus2":
        boxes = [_box((-shape.length_m, 0.0), 2.5, (0.35, 3.3), color, [*_lorry_front(2.5), *_bus_sides(shape), *_lorry_rear(2.5)])]
    else:
        boxes = _lorry(shape, color, rng)
    return Body(tuple(_treads(shape)), tuple(boxes), tuple(_wheels(shape)))


@dataclass(frozen=True)
class _Mount:
    """Something on a face: left, right (m from its middle, as seen), bottom, top (m over the road)."""

    left: float
    right: float
    low: float
    high: float
    color: Color = DARK
    side: str = "front"
    lamp: bool = False
    plate: bool = False


def _box(x: tuple[float, float], width: float, z: tuple[float, float], color: Color, mounts: Sequence[_Mount] = ()) -> Shell:
    """Build a box from x[0] (rear) to x[1] (front); mounts lie a centimetre before their face."""
    (x0, x1), half, (z0, z1) = x, width / 2, z
    corners = {
        "front": ((x1, half, z1), (x1, -half, z1), (x1, -half, z0), (x1, half, z0)),
        "rear": ((x0, -half, z1), (x0, half, z1), (x0, half, z0), (x0, -half, z0)),
        "left": ((x1, -half, z1), (x0, -half, z1), (x0, -half, z0), (x1, -half, z0)),
        "right": ((x0, half, z1), (x1, half, z1), (x1, half, z0), (x0, half, z0)),
        "top": ((x1, -half, z1), (x1, half, z1), (x0, half, z1), (x0, -half, z1)),
    }
    shade = {"front": 1.0, "rear": 0.92, "left": 0.72, "right": 0.8, "top": 1.12}
    faces = []
    for side, points in corners.items():
        own = [Face(np.array(points), _shaded(color, shade[side]))]
        own += [_mounted(mount, side, (x0, x1), half) for mount in mounts if mount.side == side]
        faces.append(tuple(own))
    return Shell(tuple(faces), np.array([(x0 + x1) / 2, 0.0, (z0 + z1) / 2]))


def _mounted(mount: _Mount, side: str, x: tuple[float, float], half: float) -> Face:
    """Place something on a face; on flanks `left` and `right` are metres behind the box's front."""
    if side in {"front", "rear"}:
        at, sign = (x[1] + 0.01, -1) if side == "front" else (x[0] - 0.01, 1)
        left, right = sign * mount.left, sign * mount.right
        corners = [(at, left, mount.high), (at, right, mount.high), (at, right, mount.low), (at, left, mount.low)]
    else:
        at = half + 0.01 if side == "right" else -half - 0.01
        near, far = x[1] - mount.left, x[1] - mount.right
        left, right = (far, near) if side == "right" else (near, far)
        corners = [(left, at, mount.high), (right, at, mount.high), (right, at, mount.low), (left, at, mount.low)]
    return Face(np.array(corners), mount.color, mount.lamp, mount.plate)


def _shaded(color: Color, part: float) -> Color:
    red, green, blue = (min(255, round(value * part)) for value in color)
    return red, green, blue


def _lorry_front(width: float) -> list[_Mount]:
    half = width / 2
    return [
        _Mount(-half + 0.12, half - 0.12, 1.75, 2.75, GLASS),
        _Mount(-half + 0.3, half - 0.3, 1.05, 1.6),
        _Mount(-half, half, 0.38, 0.78),
        _Mount(-half + 0.1, -half + 0.45, 0.82, 1.02, LAMP, lamp=True),
        _Mount(half - 0.45, half - 0.1, 0.82, 1.02, LAMP, lamp=True),
        _Mount(-0.22, 0.22, 0.5, 0.5 + PLATE_M[1], plate=True),
    ]


def _lorry_rear(width: float) -> list[_Mount]:
    half = width / 2
    lamps = [_Mount(left, left + 0.4, 0.9, 1.05, REAR_LAMP, side="rear", lamp=True) for left in (-half + 0.05, half - 0.45)]
    return [
        _Mount(-half + 0.05, half - 0.05, 0.5, 0.72, DARK, side="rear"),
        _Mount(-half + 0.05, half - 0.05, 0.55, 0.62, STRIPE, side="rear"),
        *lamps,
        _Mount(-0.22, 0.22, 0.95, 0.95 + TWO_ROW_M[1], side="rear", plate=True),
    ]


def _bus_sides(shape: Shape) -> list[_Mount]:
    return [_Mount(0.6, shape.length_m - 0.6, 1.5, 2.6, GLASS, side=side) for side in ("left", "right")]


def _lorry(shape: Shape, color: Color, rng: random.Random) -> list[Shell]:
    """Cab, load body, and behind an articulation the trailer."""
    load, top = rng.choice(BODY_COLORS), rng.uniform(3.0, 3.9)
    cab_m = 2.1
    joint_m = cab_m + 0.35
    cab = _box((-cab_m, 0.0), 2.45, (0.4, 3.05), color, [*_lorry_front(2.45), *_doors()])
    chassis = _box((-shape.length_m + 0.1, -cab_m), 0.9, (0.75, 1.1), DARK)
    if shape.kind == "truck_trl":
        split_m = (shape.axles_m[1] + shape.axles_m[-2]) / 2 if len(shape.axles_m) > 3 else shape.length_m / 2
        loads = [_load((split_m - 0.5, joint_m), load, top), _load((shape.length_m, split_m + 0.5), load, top, _lorry_rear(2.5))]
    else:
        loads = [_load((shape.length_m, joint_m), load, top, _lorry_rear(2.5))]
    return [chassis, *loads, cab]


def _load(behind_m: tuple[float, float], color: Color, top_m: float, mounts: Sequence[_Mount] = ()) -> Shell:
    """Give a load body that ends behind_m[0] and begins behind_m[1] behind the bumper, metres."""
    rear_m, front_m = behind_m
    return _box((-rear_m, -front_m), 2.5, (1.1, top_m), color, [*_ribs(rear_m - front_m), *mounts])


def _doors() -> list[_Mount]:
    return [_Mount(0.25, 1.2, 1.75, 2.6, GLASS, side=side) for side in ("left", "right")]


def _ribs(length_m: float) -> list[_Mount]:
    """Give the posts of the load body's flanks, a metre and a half apart."""
    posts = np.arange(1.5, length_m - 0.3, 1.5)
    return [_Mount(float(at), float(at) + 0.08, 1.15, 2.9, (70, 72, 76), side=side) for at in posts for side in ("left", "right")]


def _car(shape: Shape, color: Color) -> list[Shell]:
    tall = 2.0 if shape.kind == "van" else 1.45
    half = 0.88
    front = [
        _Mount(-half + 0.05, -half + 0.4, 0.6, 0.76, LAMP, lamp=True),
        _Mount(half - 0.4, half - 0.05, 0.6, 0.76, LAMP, lamp=True),
        _Mount(-0.5, 0.5, 0.58, 0.8),
        _Mount(-0.24, 0.24, 0.36, 0.36 + PLATE_M[1] * 1.1, plate=True),
    ]
    rear = [
        *(_Mount(left, left + 0.35, 0.75, 0.92, REAR_LAMP, side="rear", lamp=True) for left in (-half + 0.05, half - 0.4)),
        _Mount(-0.24, 0.24, 0.62, 0.62 + PLATE_M[1] * 1.1, side="rear", plate=True),
    ]
    low = _box((-shape.length_m, 0.0), 2 * half, (0.25, 0.95), color, [*front, *rear])
    windows = [_Mount(-0.72, 0.72, 1.0, tall - 0.1, GLASS), _Mount(-0.72, 0.72, 1.0, tall - 0.1, GLASS, side="rear")]
    cabin_m = (-shape.length_m + (0.1 if shape.kind == "van" else 0.7), -1.3)
    windows += [_Mount(0.15, cabin_m[1] - cabin_m[0] - 0.15, 1.0, tall - 0.12, GLASS, side=side) for side in ("left", "right")]
    return [low, _box(cabin_m, 1.6, (0.95, tall), color, windows)]


def _wheel_size(shape: Shape) -> tuple[float, float]:
    """Give radius and half the track over the tyres."""
    return (0.31, 0.9) if shape.kind in {"car", "van"} else (0.5, 1.26)


def _treads(shape: Shape) -> list[Shell]:
    """Give the tyres as seen from ahead and behind: left and right, with the road between them."""
    radius, half = _wheel_size(shape)
    shells = []
    for axle_m in shape.axles_m:
        sides = []
        for outer in (half, -half):
            inner = outer * 0.62
            low, high = min(outer, inner), max(outer, inner)
            ahead, behind = -axle_m + 0.6 * radius, -axle_m - 0.6 * radius
            z = 1.8 * radius
            sides.append((Face(np.array([(ahead, high, z), (ahead, low, z), (ahead, low, 0), (ahead, high, 0)]), TYRE),))
            sides.append((Face(np.array([(behind, low, z), (behind, high, z), (behind, high, 0), (behind, low, 0)]), TYRE),))
        shells.append(Shell(tuple(sides), np.array([-axle_m, 0.0, radius])))
    return shells


def _wheels(shape: Shape) -> list[Shell]:
    """Give the wheels as seen from the sides."""
    radius, half = _wheel_size(shape)
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    shells = []
    for axle_m in shape.axles_m:
        sides = []
        for y, direction in ((half, -1), (-half, 1)):
            x, z = np.cos(direction * turn), np.sin(direction * turn)
            tyre, rim = (
                Face(np.stack([part * radius * x - axle_m, np.full_like(x, y * out), part * radius * z + radius], axis=1), color)
                for part, out, color in ((1.0, 1.0, TYRE), (0.55, 1.005, RIM))
            )
            sides.append((tyre, rim))
        shells.append(Shell(tuple(sides), np.array([-axle_m, 0.0, radius])))
    return shells
