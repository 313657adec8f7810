import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plate_reader.detect.lines import CORE_MIN, Line, lines_in


def _core(x, y, length, height, angle, shape=(120, 200)):
    """Draw a rectangle of probability 0.9, its edges smoothed over a pixel."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]] + 0.5
    along = (columns - x) * math.cos(angle) + (rows - y) * math.sin(angle)
    across = (rows - y) * math.cos(angle) - (columns - x) * math.sin(angle)
    inside = np.clip(length / 2 - np.abs(along) + 0.5, 0, 1) * np.clip(height / 2 - np.abs(across) + 0.5, 0, 1)
    return (0.9 * inside).astype(np.float32)


@given(st.floats(80, 120), st.floats(50, 70), st.floats(50, 90), st.floats(8, 16), st.floats(-0.5, 0.5))
def test_a_core_becomes_the_rectangle_it_was_drawn_in_from(x, y, length, height, angle):
    (line,) = lines_in(_core(x, y, length, height, angle))
    out = line.length - length
    assert (line.x, line.y) == pytest.approx((x, y), abs=0.6)
    assert line.angle == pytest.approx(angle, abs=0.03)
    assert out == pytest.approx(1.8 * length * height / (length + height), abs=3)
    assert line.height - height == pytest.approx(out, abs=3)


def test_faint_and_tiny_cores_are_no_lines():
    assert lines_in(np.zeros((64, 160), dtype=np.float32)) == []
    assert lines_in(_core(80, 30, 60, 10, 0) * 0.5) == []
    assert lines_in(_core(80, 30, 2, 2, 0)) == []


@pytest.mark.parametrize(("x", "length", "cut"), [(100, 80, 0), (40, 80, 1), (160, 80, 1), (100, 200, 2)])
def test_a_line_that_may_go_on_beyond_the_picture_is_marked(x, length, cut):
    (line,) = lines_in(_core(x, 60, length, 10, 0))
    assert line.cut == cut


def test_lines_apart_are_told_apart():
    two = np.maximum(_core(60, 30, 50, 8, 0.1), _core(120, 90, 60, 9, -0.2))
    assert sorted(round(line.x) for line in lines_in(two)) == [60, 120]
    assert (two > CORE_MIN).any()


@given(st.floats(-500, 500), st.floats(-500, 500), st.floats(5, 200), st.floats(2, 90), st.floats(-math.pi / 2, math.pi / 2))
def test_corners_are_those_of_the_line_and_it_holds_what_is_between_them(x, y, length, height, angle):
    line = Line(x, y, length, height, angle, 1.0)
    corners = line.corners()
    assert corners.mean(axis=0) == pytest.approx([x, y])
    right, down = corners[1] - corners[0], corners[3] - corners[0]
    assert (np.linalg.norm(right), np.linalg.norm(down)) == pytest.approx((length, height))
    assert right[0] * down[1] - right[1] * down[0] == pytest.approx(length * height)  # clockwise, as y points down
    for corner in corners:
        assert line.holds(*(0.99 * corner + 0.01 * np.array([x, y])))
        assert not line.holds(*(1.01 * corner - 0.01 * np.array([x, y])))
