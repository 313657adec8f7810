import numpy as np
import pytest

from firmware_sims.plate_picture import draw_plate_picture
from plate_reader.recognise.looks import grey, rows_possible, sharpness, split_rows


@pytest.mark.parametrize(
    ("size", "rows"), [((94, 24), (1,)), ((440, 140), (1,)), ((440, 220), (1, 2)), ((150, 100), (2,)), ((8, 600), (2,)), ((90, 7), ())]
)
def test_proportions_tell_how_many_rows_there_may_be(size, rows):
    assert rows_possible(np.zeros((size[1], size[0], 3), np.uint8)) == rows


@pytest.mark.parametrize("shift", [-6, 0, 6])
def test_two_rows_are_cut_between_them(shift):
    plate = np.roll(np.asarray(draw_plate_picture("冀JK123挂", "yellow", 2)), shift, axis=0)
    upper, lower = split_rows(plate)
    gap = plate.shape[0] - lower.shape[0]
    assert 75 + shift - 5 <= gap <= 90 + shift
    assert upper.shape[1] < 0.5 * plate.shape[1]


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_plain_picture_stays_plain(value):
    plain = np.full((30, 90, 3), value, np.uint8)
    assert np.ptp(grey(plain)) == 0
    assert sharpness(plain, 1) == 0
    assert all(part.size for part in split_rows(plain))


def test_grey_uses_the_whole_range():
    dark = np.asarray(draw_plate_picture("湘A12345", "blue")) // 8
    seen = grey(dark)
    assert seen.min() == 0
    assert seen.max() == 255
    assert np.array_equal(seen[..., 0], seen[..., 2])


def test_blur_is_less_sharp():
    plate = draw_plate_picture("湘A12345", "yellow")
    small = plate.resize((44, 14)).resize(plate.size)
    assert sharpness(np.asarray(small), 1) < 0.7 * sharpness(np.asarray(plate), 1)
