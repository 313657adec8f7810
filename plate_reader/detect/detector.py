"""Finds the plates in a picture of the road.

::

    picture → windows that look like a plate (strokes, colour) → a patch around each → lines of text in it
            → a closer, level patch around each line that may be a plate's row → plates

The windows come from a reduced picture and cost the same for every camera; the patches come from the picture itself, so a plate is looked
at in its own detail, at one size and in full contrast, however far away and dark it is. Other text on vehicles is found too: only the
reader's grammar tells a plate from a telephone number.
"""

import math
from dataclasses import replace
from typing import Final

import numpy as np
from PIL import Image

from plate_reader.detect.lines import Line, lines_in
from plate_reader.detect.model import LineModel, shared_line_model
from plate_reader.detect.patches import Patch, PatchSize, cut_patch
from plate_reader.detect.plates import Plate, plates_of
from plate_reader.detect.windows import Window, find_windows
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

ASPECT_MIN, ASPECT_MAX = 1.6, 6.0
"""Length over height of a plate's row: 3.1 for one row head-on and for the lower of two, less when seen from the side, more from above and
where haze leaves of the characters only their middles (5.2 seen). Most times and dates that cameras write into pictures are longer."""

LONGEST: Final = 8.0
"""Length over height of a line worth a closer look: at first sight a row may be joined to what is beside it."""


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
        windows = [window.scaled(scale) for window in find_windows(reduced, most=WINDOWS_MAX)]
        rows = self._rows(image, windows)
        closer = [cut_patch(image, CLOSER, row.x, row.y, row.length, angle=row.angle) for row in rows]
        seen = self._lines(closer)
        better = [line for row, lines in zip(rows, seen, strict=True) if (line := _same_row(row, lines)) is not None]
        return plates_of(_distinct(better), [line for lines in seen for line in lines])

    def _rows(self, image: Image.Image, windows: list[Window]) -> list[Line]:
        """Give the lines that deserve a closer look: those whole in their patch first, then by how much the window is like a plate.

        A line that goes on beyond both ends of its patch is a longer text: the camera's imprint, a slogan.
        """
        patches = [cut_patch(image, FIRST, window.x, window.y, window.width) for window in windows]
        seen = [
            replace(line, score=line.score * window.score)
            for window, lines in zip(windows, self._lines(patches), strict=True)
            for line in lines
            if _may_be_row(line, LONGEST) and line.cut < 2
        ]
        return sorted(_distinct(seen), key=lambda line: (line.cut, -line.score))[:LINES_MAX]

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


def _may_be_row(line: Line, longest: float = ASPECT_MAX) -> bool:
    return ASPECT_MIN <= line.length / line.height <= longest


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
