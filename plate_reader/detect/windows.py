"""Where in a picture a plate could be: windows that look like one, by their strokes and by their ground.

A row of characters has many upright edges all along it and few above, below and beside it; and a plate's ground is of another colour than
what is above and below it. Both are differences between a window and its surroundings, so the light of the scene, a tinted lens or a dark
picture change them little. Every window of every size is judged by sums over rectangles, which a summed-area table gives at four look-ups
each (Crow, Summed-area tables for texture mapping, SIGGRAPH 1984).

Wanted here is that the plates are among the first few; what is no plate is told later, by the line finder and by the reader.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from plate_reader.recognise.rectify import Pixels

WIDTH_MIN_PX: Final = 30
"""Narrowest plate looked for in the reduced picture: below it characters are 3 pixels wide and no reader would read them."""

WIDTH_STEP: Final = 1.4
"""From one size of window to the next: the line finder stands twice this error."""

ASPECT: Final = 3.4
"""Width over height of a window: a one-row plate is 440 mm x 140 mm (GA 36), seen a little from the side."""

COLOUR_WEIGHT: Final = 2.0
"""What a difference in colour counts against one in strokes; from 1 to 3 the same plates are found."""

COLOUR_MAX: Final = 0.2
"""Difference in colour that a worn plate reaches too; more of it is no surer sign."""

DARK: Final = 20.0
"""Added to the brightness before dividing by it, of 255: the noise of a dark sensor must not look like strokes."""

SIZE_POWER: Final = 0.15
"""Wider windows count more, as their width to this power: a part of a plate looks like a plate too, and no plate is a part of another."""

ALIKE: Final = 2.1
"""Windows suppress each other only up to this ratio of their widths: else the end of a plate could hide the whole."""

STROKES_MIN: Final = 0.04
"""Least share of edges in a window: the faintest plates that can be read have 0.06."""

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Window:
    """An upright rectangle that may hold a plate: centre and width in pixels of the picture given, and how much it looks like one."""

    x: float
    y: float
    width: float
    score: float

    def scaled(self, scale: float) -> "Window":
        """Give the window in a picture that is so many times as large."""
        return Window(self.x * scale, self.y * scale, self.width * scale, self.score)


def find_windows(picture: Pixels, *, most: int) -> list[Window]:
    """Give the windows that look most like a plate, best first.

    Parameters
    ----------
    picture
        (height, width, 3), uint8, RGB; a plate in it should be `WIDTH_MIN_PX` wide or more.
    most
        At most so many are given.
    """
    strokes, colour = (_table(plane) for plane in _strokes_and_colour(picture))
    found: list[Window] = []
    width = WIDTH_MIN_PX
    while width + 2 < picture.shape[1] and 2 * _height(width) < picture.shape[0]:
        found += _windows_of(width, strokes, colour)
        width = round(width * WIDTH_STEP)
    return _apart(sorted(found, key=lambda window: -window.score), most)


def _strokes_and_colour(picture: Pixels) -> tuple[Plane, Plane]:
    """Upright edges against the brightness there, at most 1; and blue against red and green, -1 (yellow) … 1 (blue)."""
    red, green, blue = np.moveaxis(picture.astype(np.float32), 2, 0)
    total = red + green + blue
    bright = total / 3
    strokes = np.zeros_like(bright)
    np.abs(bright[:, 2:] - bright[:, :-2], out=strokes[:, 1:-1])
    strokes /= bright + DARK
    return np.minimum(strokes, 1.0, out=strokes), (1.5 * blue - 0.5 * total) / (total + DARK)


def _table(plane: Plane) -> Plane:
    """Sum over everything above and left, with a row and a column of zeros before."""
    table = np.zeros((plane.shape[0] + 1, plane.shape[1] + 1), dtype=np.float32)
    np.cumsum(plane, axis=0, out=table[1:, 1:])
    np.cumsum(table[1:, 1:], axis=1, out=table[1:, 1:])
    return table


def _height(width: int) -> int:
    return max(8, round(width / ASPECT))


def _windows_of(width: int, strokes: Plane, colour: Plane) -> list[Window]:
    """Judge all windows of one width; give those that are better than their neighbours."""
    height = _height(width)
    step_x = max(2, width // 6)
    step_y = max(2, step_x // 2)
    top = np.arange(0, strokes.shape[0] - 1 - height, step_y)[:, None]
    left = np.arange(0, strokes.shape[1] - 1 - width, step_x)[None, :]
    right, bottom, half = left + width, top + height, height // 2

    quarters = [_mean(strokes, top, bottom, left + width * k // 4, left + width * (k + 1) // 4) for k in range(4)]
    inside = 0.5 * np.minimum.reduce(quarters) + 0.125 * np.add.reduce(quarters)
    around = (
        _mean(strokes, top - half, top, left, right)
        + _mean(strokes, bottom, bottom + half, left, right)
        + 0.5 * _mean(strokes, top, bottom, left - half, left)
        + 0.5 * _mean(strokes, top, bottom, right, right + half)
    ) / 3
    beside = 0.5 * (_mean(colour, top - half, top, left, right) + _mean(colour, bottom, bottom + half, left, right))
    ground = np.minimum(np.abs(_mean(colour, top, bottom, left, right) - beside), COLOUR_MAX)
    score = (inside - around + COLOUR_WEIGHT * ground) * (width / WIDTH_MIN_PX) ** SIZE_POWER

    peak = score == ndimage.maximum_filter(score, size=(height // step_y | 1, width // step_x | 1))
    rows, columns = np.nonzero(peak & (inside > STROKES_MIN) & (score > 0))
    return [
        Window(float(left[0, c] + width / 2), float(top[r, 0] + height / 2), float(width), float(score[r, c]))
        for r, c in zip(rows, columns, strict=True)
    ]


def _mean(table: Plane, top: NDArray[np.int64], bottom: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64]) -> Plane:
    """Means over the rectangles of every row of `top` and every column of `left`, cut at the picture's edges; 0 where nothing is left."""
    rows, columns = table.shape[0] - 1, table.shape[1] - 1
    top, bottom, left, right = np.clip(top, 0, rows), np.clip(bottom, 0, rows), np.clip(left, 0, columns), np.clip(right, 0, columns)
    strips = table[bottom[:, 0]] - table[top[:, 0]]
    sums = strips[:, right[0]] - strips[:, left[0]]
    area = np.maximum((bottom - top) * (right - left), 1).astype(np.float32)
    return np.asarray(sums / area, dtype=np.float32)


def _apart(windows: list[Window], most: int) -> list[Window]:
    """Keep the better of two that mean the same place."""
    kept: list[Window] = []
    for window in windows:
        if all(_apart_from(window, other) for other in kept):
            kept.append(window)
            if len(kept) == most:
                break
    return kept


def _apart_from(one: Window, other: Window) -> bool:
    wider, narrower = max(one.width, other.width), min(one.width, other.width)
    return wider > ALIKE * narrower or abs(one.x - other.x) > 0.35 * wider or abs(one.y - other.y) > 0.5 * wider / ASPECT
