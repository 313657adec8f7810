"""Cuts one plate out of a picture by its four corners, and straightens it.

A plate is flat, so its picture is a projective image of it: four corners fix the map completely (Hartley & Zisserman, Multiple View
Geometry, 2nd edition, section 2.3).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
"""A picture, (height, width, 3), RGB."""

Corner = tuple[float, float]
"""x and y in pixels of the picture, from its upper left corner."""

HEIGHT_PX: Final = 120
"""Height of a straightened plate: each of two rows still has more pixels than the model looks at."""

ASPECT_MIN, ASPECT_MAX = 1.2, 5.0
"""Width over height of what is cut: from two rows seen askew to one row seen from below."""

OVERSAMPLED_MAX: Final = 8
"""How much larger than the result a plate may be in the picture before pixels of it are skipped."""


def rectify(picture: Pixels, corners: Sequence[Corner], *, height_px: int = HEIGHT_PX) -> Pixels:
    """Straighten the quadrangle `corners` of `picture`.

    Parameters
    ----------
    picture
        (height, width, 3), uint8, RGB.
    corners
        Upper left, upper right, lower right and lower left corner of the plate as it would be read, in pixels; they may lie outside.
    height_px
        Height of the result.

    Returns
    -------
    (height_px, width, 3) uint8, RGB; the width keeps the quadrangle's mean proportions within `ASPECT_MIN` and `ASPECT_MAX`. What lies
    outside of the picture is black.
    """
    quad = np.asarray(corners, dtype=np.float64)
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    aspect = np.clip((sides[0] + sides[2]) / max(sides[1] + sides[3], 1e-6), ASPECT_MIN, ASPECT_MAX)
    tall = int(np.clip((sides[1] + sides[3]) / 2, height_px, OVERSAMPLED_MAX * height_px))  # first at its own scale: shrinking must average
    wide = round(tall * float(aspect))
    target = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)], dtype=np.float64)
    coefficients = tuple(_projective(target, quad).tolist())
    image = Image.fromarray(picture).transform((wide, tall), Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
    if tall > height_px:
        image = image.resize((round(height_px * float(aspect)), height_px), Image.Resampling.BICUBIC)
    return np.asarray(image)


def _projective(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the eight coefficients a..h with target = ((a x + b y + c) / (g x + h y + 1), (d x + e y + f) / (g x + h y + 1))."""
    rows = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
    solution, *_ = np.linalg.lstsq(np.array(rows), target.reshape(-1), rcond=None)
    return np.asarray(solution)
