"""Plates from the rows of characters found on them.

A plate of one row is its row, drawn out by the line finder as far as the plate's edge. A plate of two rows (GA 36: 440 mm x 220 mm, rear of
heavy vehicles and trailers) shows a short row above a long one::

    ┌──────────────────────┐      upper row: 0.5 of the plate's width, 0.15 of it above the plate's middle
    │      湘   ·   A      │
    │   1   2   3   4   5  │      lower row: 0.95 of the plate's width, 0.09 of it below the middle
    └──────────────────────┘
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from plate_reader.detect.lines import Line

LOWER_LENGTH, LOWER_DOWN = 0.95, 0.09
"""Length of the lower row, and how far it lies below the plate's middle, in plate widths; measured on drawn plates, each within 0.02."""

UPPER_ABOVE: Final = 0.24
"""How far the upper row lies above the lower one, in plate widths."""

UPPER_MISS: Final = 0.08
"""How far an upper row may be from its place, in plate widths: half its height."""

UPPER_LENGTH_MAX: Final = 0.75
"""Longest upper row, in plate widths: one as long as the lower is another line of text."""


@dataclass(frozen=True, slots=True)
class Plate:
    """Where a plate may be.

    Attributes
    ----------
    corners
        (4, 2): upper left, upper right, lower right, lower left, in pixels of the picture.
    two_rows
        The corners if this is the lower of two rows, where something stands above it as an upper row would; else None.
    score
        0 … 1: how surely there is text.
    """

    corners: NDArray[np.float64]
    two_rows: NDArray[np.float64] | None
    score: float


def plates_of(rows: Sequence[Line], lines: Sequence[Line]) -> list[Plate]:
    """Make plates of the rows that may be a plate's only or lower one.

    Parameters
    ----------
    rows
        What may be a plate's row, in the order in which the plates are wanted.
    lines
        All lines of text seen there.
    """
    plates = []
    for row in rows:
        if any(_is_upper_row(row, other) for other in rows):
            continue
        two = _two_row_outline(row).corners() if any(_is_upper_row(line, row) for line in lines) else None
        plates.append(Plate(row.corners(), two, row.score))
    return plates


def _two_row_outline(lower: Line) -> Line:
    """Give the outline of the plate whose lower row this is."""
    width = lower.length / LOWER_LENGTH
    up = LOWER_DOWN * width
    middle = replace(lower, x=lower.x + up * math.sin(lower.angle), y=lower.y - up * math.cos(lower.angle))
    return replace(middle, length=width, height=width / 2)


def _is_upper_row(line: Line, lower: Line) -> bool:
    width = lower.length / LOWER_LENGTH
    right, down = line.x - lower.x, line.y - lower.y
    along = right * math.cos(lower.angle) + down * math.sin(lower.angle)
    above = right * math.sin(lower.angle) - down * math.cos(lower.angle)
    placed = abs(above - UPPER_ABOVE * width) < UPPER_MISS * width and abs(along) < UPPER_LENGTH_MAX * width / 2
    return placed and line.length < UPPER_LENGTH_MAX * width
