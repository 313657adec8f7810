"""Finds the plates in a picture of the road.

::

    picture → windows that look like a plate (strokes, colour) → a patch around each → lines of text in it
            → a closer, level patch around each line that may be a plate's row → plates

The windows come from a reduced picture and cost the same for every camera; the patches come from the picture itself, so a plate is looked
at in its own detail, at one size and in full contrast, however far away and dark it is. Other text on vehicles is found too: only the
reader's grammar tells a plate from a telephone number.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from plate_reader.detect.lines import Line, lines_in
from plate_reader.detect.model import LineModel, shared_line_model
from plate_reader.detect.patches import Patch, PatchSize, cut_patch
from plate_reader.detect.windows import find_windows
from plate_reader.recognise.rectify import Pixels

SEARCHED_PIXELS: Final = 225_000
"""Pixels of the reduced picture: 632 x 356 of a wide one. 60 pixels of a plate in 1280 x 720 are 30 there, the least sought."""

WINDOWS_MAX: Final = 16
"""Windows whose patch is looked at."""

LINES_MAX: Final = 5
"""Lines that are looked at closer."""

FIRST: Final = PatchSize(160, 64, 100)
"""Room for a plate that is off its window by a sixth and turned by 15 degrees; its characters are 20 pixels high."""

CLOSER: Final = PatchSize(192, 96, 120)
"""A fifth closer, with more room above and below."""

ASPECT_MIN, ASPECT_MAX = 1.6, 8.0
"""Length over height of a line that may be a plate's row: the lower of two rows seen askew, one row of eight characters seen from above."""


@dataclass(frozen=True, slots=True)
class Plate:
    """Where a plate may be: corners (4, 2), upper left, upper right, lower right, lower left, in pixels of the picture; a score 0 … 1."""

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
        first = [cut_patch(image, FIRST, window.x * scale, window.y * scale, window.width * scale) for window in windows]
        rows = _distinct([line for lines in self._lines(first) for line in lines if _may_be_row(line)])[:LINES_MAX]
        closer = [cut_patch(image, CLOSER, row.x, row.y, row.length, angle=row.angle) for row in rows]
        seen = [_same_row(row, lines) for row, lines in zip(rows, self._lines(closer), strict=True)]
        return [Plate(line.corners(), line.score) for line in _distinct([line for line in seen if line is not None])]

    def _lines(self, patches: list[Patch]) -> list[list[Line]]:
        """Give the lines of text in each patch, as they lie in the picture."""
        if not patches:
            return []
        maps = self._model.probabilities(np.stack([patch.pixels for patch in patches]))
        return [[patch.outside(line) for line in lines_in(found)] for patch, found in zip(patches, maps, strict=True)]


def _reduced(image: Image.Image) -> tuple[Pixels, float]:
    """Reduce to `SEARCHED_PIXELS`; give also how many pixels of the picture one of the result stands for."""
    scale = math.sqrt(image.width * image.height / SEARCHED_PIXELS)
    if scale <= 1:
        return np.asarray(image), 1.0
    size = max(1, round(image.width / scale)), max(1, round(image.height / scale))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)), scale


def _may_be_row(line: Line) -> bool:
    return ASPECT_MIN <= line.length / line.height <= ASPECT_MAX


def _same_row(row: Line, lines: list[Line]) -> Line | None:
    """Give the longest of the lines that lie on the row; None where the closer look shows no text."""
    on_row = [line for line in lines if row.holds(line.x, line.y) and _may_be_row(line)]
    return max(on_row, key=lambda line: line.length, default=None)


def _distinct(lines: list[Line]) -> list[Line]:
    """Of lines that mean the same row keep the largest, for the others are parts of it; the surest first."""
    kept: list[Line] = []
    for line in sorted(lines, key=lambda line: -line.length * line.height):
        if not any(other.holds(line.x, line.y) for other in kept):
            kept.append(line)
    return sorted(kept, key=lambda line: -line.score)
