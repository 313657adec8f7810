"""Finds the plates in a picture of the road.

::

    picture → windows that look like a plate (strokes, colour) → a patch around each → lines of text in it → plates

The windows come from a reduced picture and cost the same for every camera; the patches come from the picture itself, so a plate is looked at
in its own detail, at one size and in full contrast, however far away and dark it is.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from plate_reader.detect.lines import Line, lines_in
from plate_reader.detect.model import LineModel, shared_line_model
from plate_reader.detect.patches import HEIGHT_PX, WIDTH_PX, cut_patch
from plate_reader.detect.windows import Window, find_windows
from plate_reader.recognise.rectify import Pixels

SEARCHED_PIXELS: Final = 225_000
"""Pixels of the reduced picture: 632 x 356 of a wide one. A plate 60 pixels wide in 1280 x 720 is `WIDTH_MIN_PX` there."""

WINDOWS_MAX: Final = 16
"""Windows whose patch is looked at."""

ASPECT_MIN, ASPECT_MAX = 1.6, 8.0
"""Length over height of a line that may be a plate's row: the lower of two rows seen askew, one row of eight characters seen from above."""

OVERLAP: Final = 0.5
"""Lines whose centres are nearer than this part of the longer one's height and length mean the same plate."""


@dataclass(frozen=True, slots=True)
class Plate:
    """Where a plate may be: corners (upper left, upper right, lower right, lower left) in pixels of the picture, and a score 0 … 1."""

    corners: NDArray[np.float64]
    score: float


class Detector:
    """Finds plates; holds the loaded model."""

    def __init__(self, model: LineModel | None = None) -> None:
        self._model = model or shared_line_model()

    def detect(self, picture: Pixels) -> list[Plate]:
        """Give the places that look like plates, the surest first.

        Parameters
        ----------
        picture
            (height, width, 3), uint8, RGB.
        """
        image = Image.fromarray(picture)
        reduced, scale = _reduced(image)
        windows = find_windows(reduced, most=WINDOWS_MAX)
        if not windows:
            return []
        lines = [line for line in self._lines(image, windows, scale) if ASPECT_MIN <= line.length / line.height <= ASPECT_MAX]
        return [Plate(line.corners(), line.score) for line in _distinct(lines)]

    def _lines(self, image: Image.Image, windows: list[Window], scale: float) -> list[Line]:
        """Look at the patch of each window."""
        patches = [cut_patch(image, window.x * scale, window.y * scale, window.width * scale) for window in windows]
        maps = self._model.probabilities(np.stack([patch.pixels for patch in patches]))
        return [
            line.shifted(patch.scale, patch.left, patch.top) for patch, found in zip(patches, maps, strict=True) for line in lines_in(found)
        ]


def _reduced(image: Image.Image) -> tuple[Pixels, float]:
    """Reduce to `SEARCHED_PIXELS`; give also how many pixels of the picture one of the result stands for."""
    scale = math.sqrt(image.width * image.height / SEARCHED_PIXELS)
    if scale <= 1:
        return np.asarray(image), 1.0
    size = max(1, round(image.width / scale)), max(1, round(image.height / scale))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)), scale


def _distinct(lines: list[Line]) -> list[Line]:
    """Of lines that mean the same row keep the largest: the others are parts of it."""
    kept: list[Line] = []
    for line in sorted(lines, key=lambda line: -line.length * line.height):
        if not any(_holds(other, line) for other in kept):
            kept.append(line)
    return sorted(kept, key=lambda line: -line.score)


def _holds(large: Line, small: Line) -> bool:
    """Say whether the middle of the small one lies in the large one."""
    x, y = small.x - large.x, small.y - large.y
    cos, sin = math.cos(large.angle), math.sin(large.angle)
    return abs(x * cos + y * sin) < large.length / 2 and abs(y * cos - x * sin) < large.height / 2
