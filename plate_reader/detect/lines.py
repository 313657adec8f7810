"""Lines of text in small pictures, by the text detector of PP-OCRv4 that the wheel `rapidocr-onnxruntime` carries.

The model gives for each pixel how probably it lies in the core of a line of text; the core is the line's outline drawn in by a distance
that depends on its area and perimeter, so that lines close to each other stay apart (Liao et al., Real-time scene text detection with
differentiable binarization, AAAI 2020). Here each connected core becomes a rectangle along its principal axis, drawn out again.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

CORE_MIN: Final = 0.3
"""Least probability of a core's pixels (the value of the paper)."""

SCORE_MIN: Final = 0.5
"""Least mean probability over a core: below it the model sees no text but texture."""

PIXELS_MIN: Final = 12
"""Least size of a core: smaller ones have no direction."""

EDGE: Final = 3
"""Pixels: a core that comes so near to the picture's edge may go on beyond it."""

DRAW_OUT: Final = 1.8
"""How far a core is drawn out, in areas per perimeter; 1.5 in the paper, a little more here so that a plate's edge is inside."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text.

    Attributes
    ----------
    x, y, length, height
        Centre, extent along it and across it, in pixels.
    angle
        In radians, clockwise from the x axis.
    score
        How surely it is text, 0 … 1.
    cut
        At how many of the left and right edges of the picture it may go on, 0 … 2.
    """

    x: float
    y: float
    length: float
    height: float
    angle: float
    score: float
    cut: int = 0

    def corners(self) -> NDArray[np.float64]:
        """(4, 2): upper left, upper right, lower right, lower left, as the line is read."""
        along = np.array([math.cos(self.angle), math.sin(self.angle)]) * self.length / 2
        across = np.array([-math.sin(self.angle), math.cos(self.angle)]) * self.height / 2
        middle = np.array([self.x, self.y])
        corners: NDArray[np.float64] = middle + np.array([-along - across, along - across, along + across, across - along])
        return corners

    def holds(self, x: float, y: float) -> bool:
        """Say whether a point lies in the line."""
        right, down = x - self.x, y - self.y
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return abs(right * cos + down * sin) < self.length / 2 and abs(down * cos - right * sin) < self.height / 2


def lines_in(probability: NDArray[np.float32]) -> list[Line]:
    """Give the lines of one map of the model.

    Parameters
    ----------
    probability
        (height, width), 0 … 1.
    """
    labels, _ = ndimage.label(probability > CORE_MIN)
    found = []
    for index, part in enumerate(ndimage.find_objects(labels), start=1):
        rows, columns = np.nonzero(labels[part] == index)
        if len(rows) < PIXELS_MIN:
            continue
        weights = probability[part][rows, columns]
        if weights.mean() >= SCORE_MIN:
            cut = (part[1].start < EDGE) + (part[1].stop > probability.shape[1] - EDGE)
            found.append(replace(_line(columns + part[1].start + 0.5, rows + part[0].start + 0.5, weights), cut=cut))
    return found


def _line(x: NDArray[np.float64], y: NDArray[np.float64], weights: NDArray[np.float32]) -> Line:
    """Fit the rectangle: direction from the second moments, length from the ends, height from the area."""
    middle_x, middle_y = np.average(x, weights=weights), np.average(y, weights=weights)
    (xx, xy), (_, yy) = np.cov(np.stack([x, y]), aweights=weights)
    angle = 0.5 * math.atan2(2 * xy, xx - yy)
    cos, sin = math.cos(angle), math.sin(angle)
    along = (x - middle_x) * cos + (y - middle_y) * sin
    first, last = along.min() - 0.5, along.max() + 0.5
    length = last - first
    height = len(x) / length
    out = DRAW_OUT * length * height / (length + height)
    centre = (first + last) / 2
    return Line(
        float(middle_x + centre * cos),
        float(middle_y + centre * sin),
        float(length + out),
        float(height + out),
        angle,
        float(weights.mean()),
    )
