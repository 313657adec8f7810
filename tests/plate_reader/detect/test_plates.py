import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plate_reader.detect.detector import Detector
from plate_reader.detect.lines import Line
from plate_reader.detect.plates import plates_of
from tests.plate_reader.detect.stills import still

LOWER = Line(200, 150, 95, 31, 0.0, 0.9)
UPPER = Line(200, 126, 52, 16, 0.0, 0.8)


def _turned(line, angle):
    x, y = line.x - LOWER.x, line.y - LOWER.y
    cos, sin = math.cos(angle), math.sin(angle)
    return replace(line, x=LOWER.x + x * cos - y * sin, y=LOWER.y + x * sin + y * cos, angle=line.angle + angle)


@given(st.floats(-0.5, 0.5))
def test_a_short_row_above_a_long_one_makes_a_plate_of_two_rows(angle):
    lower, upper = _turned(LOWER, angle), _turned(UPPER, angle)
    (plate,) = plates_of([upper, lower], [upper, lower])
    assert plate.corners == pytest.approx(lower.corners())
    right, down = plate.two_rows[1] - plate.two_rows[0], plate.two_rows[3] - plate.two_rows[0]
    assert (np.linalg.norm(right), np.linalg.norm(down)) == pytest.approx((100, 50))
    assert plate.two_rows.mean(axis=0) == pytest.approx(list(_line_at(lower, 9)))


def _line_at(lower, up):
    return lower.x + up * math.sin(lower.angle), lower.y - up * math.cos(lower.angle)


@pytest.mark.parametrize(
    "other",
    [
        replace(UPPER, y=174),  # below
        replace(UPPER, y=80),  # far above
        replace(UPPER, x=260),  # beside
        replace(UPPER, length=95),  # as long
    ],
)
def test_another_line_elsewhere_makes_none(other):
    (plate,) = plates_of([LOWER], [LOWER, other])
    assert plate.two_rows is None
    assert plate.score == LOWER.score


@pytest.mark.parametrize(("text", "width"), [("湘A12345", 80), ("粤BK9331", 150), ("京HT888挂", 300)])
@pytest.mark.parametrize("degrees", [-8, 0, 8])
def test_a_drawn_plate_of_two_rows_is_outlined(text, width, degrees):
    picture, corners = still(text, rows=2, width=width, degrees=degrees)
    (plate,) = Detector().detect(picture)
    assert np.abs(plate.two_rows - corners).max() < 0.06 * width
