"""Cuts small pictures of one size out of a large one, each showing what it was cut for at one size and in full contrast."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDTH_PX: Final = 160
HEIGHT_PX: Final = 64
"""Size of a patch: room for a plate 100 pixels wide, off its place by a sixth and turned by 15 degrees."""

PLATE_PX: Final = 100
"""Width at which a patch shows the plate it was cut for: its characters are 20 pixels high."""

CONTRAST_MIN: Final = 30.0
"""Least span of brightness, of 255, that is drawn out to the whole: less is a sensor's noise."""

SHADOW_PERCENT, LIGHT_PERCENT = 1, 99
"""What part of a patch's pixels may go to black, and where those begin that may go to white."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A small picture, (`HEIGHT_PX`, `WIDTH_PX`, 3), RGB, 0 … 255; `scale` pixels of the large one for one of it, from `left`, `top` on."""

    pixels: NDArray[np.float32]
    scale: float
    left: float
    top: float


def cut_patch(picture: Image.Image, x: float, y: float, plate_width: float) -> Patch:
    """Cut out the surroundings of a plate.

    Parameters
    ----------
    picture
        RGB; what lies outside of it is black.
    x, y, plate_width
        Where the plate is, in pixels: its centre, and its width.
    """
    scale = plate_width / PLATE_PX
    left, top = x - WIDTH_PX / 2 * scale, y - HEIGHT_PX / 2 * scale
    box = math.floor(left), math.floor(top), math.ceil(left + WIDTH_PX * scale) + 1, math.ceil(top + HEIGHT_PX * scale) + 1
    factor = max(1, int(scale))
    part = picture.crop(box).reduce(factor)
    step = scale / factor
    matrix = (step, 0, (left - box[0]) / factor, 0, step, (top - box[1]) / factor)
    shown = part.transform((WIDTH_PX, HEIGHT_PX), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    return Patch(_stretched(np.asarray(shown, dtype=np.float32)), scale, left, top)


def _stretched(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Draw the brightness out to 0 … 255, so that night, haze and glare look like day to the model."""
    dark, light = np.percentile(pixels.mean(axis=2), (SHADOW_PERCENT, LIGHT_PERCENT))
    stretched = (pixels - np.float32(dark)) * np.float32(255 / max(light - dark, CONTRAST_MIN))
    return np.clip(stretched, 0, 255, out=stretched)
