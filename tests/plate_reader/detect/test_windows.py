import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plate_reader.detect.windows import WIDTH_MIN_PX, _mean, _table, find_windows
from tests.plate_reader.detect.stills import still

SMALL = (640, 360)


@given(st.integers(0, 2**32 - 1), st.lists(st.tuples(*[st.integers(-9, 40)] * 4), min_size=1, max_size=5))
def test_means_over_rectangles_are_means_of_their_pixels(seed, boxes):
    plane = np.random.default_rng(seed).random((23, 31), dtype=np.float32)
    for top, left, height, width in boxes:
        part = plane[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)] if height > 0 < width else plane[:0]
        edges = (np.array([[top]]), np.array([[top + max(0, height)]]), np.array([[left]]), np.array([[left + max(0, width)]]))
        assert _mean(_table(plane), *edges)[0, 0] == pytest.approx(part.mean() if part.size else 0, abs=1e-4)


@settings(max_examples=25)
@given(
    st.integers(0, 99), st.floats(110, 530), st.floats(70, 290), st.floats(36, 180), st.sampled_from(["blue", "yellow"]), st.floats(-8, 8)
)
def test_a_plate_is_among_the_first_windows_wherever_it_is(seed, x, y, width, color, degrees):
    picture, _ = still(color=color, x=x, y=y, width=width, degrees=degrees, seed=seed, size=SMALL)
    windows = find_windows(picture, most=8)
    assert any(abs(w.x - x) < 0.25 * width and abs(w.y - y) < 0.15 * width and 0.6 < w.width / width < 1.6 for w in windows)


def test_less_light_leaves_the_windows_where_they_are():
    picture, corners = still(color="blue", x=300, y=200, width=90, size=SMALL)
    x, y = corners.mean(axis=0)
    for share in (1.0, 0.5, 0.2):
        dimmed = (picture * share).astype(np.uint8)
        assert any(np.hypot(w.x - x, w.y - y) < 20 for w in find_windows(dimmed, most=3))


def test_the_best_come_first_and_no_more_than_asked_for():
    windows = find_windows(still(size=SMALL, x=300, y=200, width=90)[0], most=5)
    assert len(windows) <= 5
    assert [w.score for w in windows] == sorted((w.score for w in windows), reverse=True)


@pytest.mark.parametrize("shape", [(8, 8), (300, WIDTH_MIN_PX), (8, 900), (400, 400)])
def test_where_there_is_no_stroke_there_is_no_window(shape):
    assert find_windows(np.full((*shape, 3), 80, dtype=np.uint8), most=9) == []
