"""Cuts small pictures of one size out of a large one, each showing what it was cut for at one size, level and in full contrast."""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from plate_reader.detect.lines import Line

CONTRAST_MIN: Final = 30.0
"""Least span of brightness, of 255, that is drawn out to the whole: less is a sensor's noise."""

SHADOWS, LIGHTS = 0.01, 0.01
"""What part of a patch's pixels may go to black, and what part to white."""


@dataclass(frozen=True, slots=True)
class PatchSize:
    """Width and height of a patch in pixels, and how wide it shows the plate it is cut for."""

    width: int
    height: int
    plate: int


@dataclass(frozen=True, slots=True)
class Patch:
    """A small picture, (height, width, 3), RGB, 0 … 255, and where it was cut.

    `scale` pixels of the large picture make one of it; its upper left corner is at `left`, `top`, turned by `angle` (radians, clockwise).
    """

    pixels: NDArray[np.float32]
    scale: float
    left: float
    top: float
    angle: float

    def outside(self, line: Line) -> Line:
        """Give a line of the patch as it lies in the large picture."""
        cos, sin = math.cos(self.angle) * self.scale, math.sin(self.angle) * self.scale
        x, y = self.left + line.x * cos - line.y * sin, self.top + line.x * sin + line.y * cos
        length, height = line.length * self.scale, line.height * self.scale
        return replace(line, x=x, y=y, length=length, height=height, angle=line.angle + self.angle)


def cut_patch(picture: Image.Image, size: PatchSize, x: float, y: float, width: float, *, angle: float = 0.0) -> Patch:
    """Cut out the surroundings of a plate.

    Parameters
    ----------
    picture
        RGB; what lies outside of it is black.
    size
        Of the patch.
    x, y, width, angle
        Where the plate is, in pixels: its centre, its width along it, and how it is turned (radians, clockwise).
    """
    scale = width / size.plate
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    left = x - size.width / 2 * cos + size.height / 2 * sin
    top = y - size.width / 2 * sin - size.height / 2 * cos
    corners_x = [left + u * cos - v * sin for u in (0, size.width) for v in (0, size.height)]
    corners_y = [top + u * sin + v * cos for u in (0, size.width) for v in (0, size.height)]
    box = math.floor(min(corners_x)), math.floor(min(corners_y)), math.ceil(max(corners_x)) + 1, math.ceil(max(corners_y)) + 1
    factor = max(1, int(scale))  # averaged first, so that what is drawn together does not flicker
    part = picture.crop(box).reduce(factor)
    matrix = (cos / factor, -sin / factor, (left - box[0]) / factor, sin / factor, cos / factor, (top - box[1]) / factor)
    shown = part.transform((size.width, size.height), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    return Patch(_stretched(shown), scale, left, top, angle)


def _stretched(shown: Image.Image) -> NDArray[np.float32]:
    """Draw the brightness out to 0 … 255, so that night, haze and glare look like day to the model."""
    counts = np.cumsum(shown.convert("L").histogram())
    dark, light = np.searchsorted(counts, counts[-1] * np.array([SHADOWS, 1 - LIGHTS]))
    stretched = (np.asarray(shown, dtype=np.float32) - np.float32(dark)) * np.float32(255 / max(light - dark, CONTRAST_MIN))
    return np.clip(stretched, 0, 255, out=stretched)
