"""A pinhole camera over the road: where each point of the world falls in its picture.

World axes in metres: x along travel from the lane's origin, y to the right of the driver from the lane's left edge, z up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAR_M = 0.4
"""Nothing nearer to the pinhole than this is drawn."""

Points = NDArray[np.float64]
"""(n, 3) metres in the world, or (n, 2) pixels."""


@dataclass(frozen=True)
class View:
    """Where a camera hangs and how it looks.

    Attributes
    ----------
    x_m, y_m, height_m
        Place of the pinhole.
    heading_deg
        0 looks along travel (at rears), 180 against it (at fronts); positive turns to the driver's right.
    tilt_deg
        Downwards from the horizontal.
    focal_px
        Focal length in pixels: a thing of 1 m at `focal_px` metres is one pixel wide.
    width, height
        Of the picture, pixels.
    """

    x_m: float
    y_m: float
    height_m: float
    heading_deg: float
    tilt_deg: float
    focal_px: float
    width: int = 1280
    height: int = 720

    def axes(self) -> Points:
        """Give the camera's right, up and forward as rows of a matrix (3, 3)."""
        turn, tilt = math.radians(self.heading_deg), math.radians(self.tilt_deg)
        x, y = math.cos(turn), math.sin(turn)
        return np.array(
            [
                [-y, x, 0.0],
                [x * math.sin(tilt), y * math.sin(tilt), math.cos(tilt)],
                [x * math.cos(tilt), y * math.cos(tilt), -math.sin(tilt)],
            ]
        )

    def from_camera(self, points: Points) -> Points:
        """Give points (n, 3) in the camera's own axes: right, up, forward."""
        seen: Points = (points - np.array([self.x_m, self.y_m, self.height_m])) @ self.axes().T
        return seen

    def project(self, points: Points) -> Points:
        """Give the pixels (n, 2) of points (n, 3), all of which lie before the camera."""
        return self._pixels(self.from_camera(points))

    def outline(self, polygon: Points) -> list[tuple[float, float]]:
        """Give a flat polygon (n, 3) as pixels, cut off where it comes nearer than `NEAR_M`; empty where all of it does."""
        seen = self.from_camera(polygon)
        kept: list[Points] = []
        for here, there in zip(seen, np.roll(seen, -1, axis=0), strict=True):
            if here[2] >= NEAR_M:
                kept.append(here)
            if (here[2] >= NEAR_M) != (there[2] >= NEAR_M):
                kept.append(here + (there - here) * (NEAR_M - here[2]) / (there[2] - here[2]))
        return [(float(x), float(y)) for x, y in self._pixels(np.array(kept))] if len(kept) > 2 else []

    def faces(self, polygon: Points) -> bool:
        """Whether the camera sees a flat polygon (n, 3) from the side from which its corners run clockwise."""
        normal = np.cross(polygon[1] - polygon[0], polygon[2] - polygon[1])
        return bool(normal @ (np.array([self.x_m, self.y_m, self.height_m]) - polygon[0]) > 0)

    def pixels_per_metre(self, point: Points) -> float:
        """Give how large a metre across the line of sight is at a point (3,)."""
        return self.focal_px / max(NEAR_M, float(self.from_camera(point[None])[0, 2]))

    def _pixels(self, seen: Points) -> Points:
        right, up, forward = seen.T
        pixels: Points = np.stack(
            [self.width / 2 + self.focal_px * right / forward, self.height / 2 - self.focal_px * up / forward], axis=1
        )
        return pixels


def plate_view(position_m: float, facing: str, lane_width_m: float = 3.5, focal_px: float = 5200.0) -> View:
    """Give the view of a plate camera: 6 m over the lane's middle, 17 m from where it takes its pictures, the plate low in the picture."""
    away_m, height_m, aims_m = 17.0, 6.0, 1.15
    tilt = math.degrees(math.atan2(height_m - aims_m, away_m))
    x_m, heading = (position_m + away_m, 180.0) if facing == "front" else (position_m - away_m, 0.0)
    return View(x_m, lane_width_m / 2 + 0.4, height_m, heading, tilt, focal_px)


def overview_view(position_m: float, lane_width_m: float = 3.5, width: int = 960, height: int = 540) -> View:
    """Give the view of an overview camera: on a mast at the roadside before the array, so that it sees front and flank of what comes."""
    return View(position_m + 17.0, lane_width_m + 5.5, 5.5, 180.0 + 24.0, 12.0, width * 1.1, width, height)
