import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plate_reader.recognise.rectify import rectify


def picture_of_ramps(height=240, width=400):
    """Red grows with x, green with y, so that a pixel tells where it came from."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 255 / width, y * 255 / height, 0 * x], axis=-1).astype(np.uint8)


def test_an_upright_rectangle_is_cut_out():
    cut = rectify(picture_of_ramps(), [(100, 60), (340, 60), (340, 132), (100, 132)])
    assert cut.shape == (120, 400, 3)
    assert cut[60, 200, 0] == pytest.approx(220 / 400 * 255, abs=2)
    assert cut[60, 200, 1] == pytest.approx(96 / 240 * 255, abs=2)


def test_a_plate_on_its_side_is_turned_upright():
    cut = rectify(picture_of_ramps(), [(100, 220), (100, 20), (160, 20), (160, 220)])
    assert cut[60, 5, 1] > cut[60, -5, 1]
    assert cut[5, 200, 0] < cut[-5, 200, 0]


def test_a_large_plate_is_averaged_and_not_skipped_through():
    stripes = np.zeros((480, 1440, 3), np.uint8)
    stripes[:, ::2] = 255
    cut = rectify(stripes, [(0, 0), (1440, 0), (1440, 480), (0, 480)])
    assert np.ptp(cut[:, 10:-10]) < 20


@given(st.lists(st.tuples(st.floats(-500, 900), st.floats(-500, 900)), min_size=4, max_size=4))
def test_any_four_corners_give_a_picture(corners):
    cut = rectify(picture_of_ramps(), corners)
    assert cut.shape[0] == 120
    assert 144 <= cut.shape[1] <= 600
