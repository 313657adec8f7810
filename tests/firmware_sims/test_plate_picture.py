import numpy as np
import pytest

from firmware_sims.errors import SimulationError
from firmware_sims.plate_damage import DAMAGES, photograph
from firmware_sims.plate_picture import STYLES, draw_plate_picture

ONE_OF_EACH = [
    ("湘A12345", "blue", 1, (440, 140)),
    ("粤B8D0Q7", "yellow", 1, (440, 140)),
    ("冀JK123挂", "yellow", 2, (440, 220)),
    ("湘AD12345", "green", 1, (480, 140)),
    ("京A12345D", "yellow-green", 1, (480, 140)),
    ("鲁A1234警", "white", 1, (440, 140)),
    ("粤Z1234港", "black", 1, (440, 140)),
]


@pytest.mark.parametrize(("text", "color", "rows", "size"), ONE_OF_EACH)
def test_a_plate_has_the_standard_measures_and_one_cell_for_each_character(text, color, rows, size):
    picture = draw_plate_picture(text, color, rows)
    assert picture.size == size
    if color in {"blue", "yellow", "black"}:  # on a plain ground, ink fills columns with gaps between
        row = np.asarray(picture.convert("L"), dtype=float)[100:190] if rows == 2 else np.asarray(picture.convert("L"), dtype=float)[30:110]
        inked = np.abs(row - np.median(row)).max(axis=0)[12:-12] > 60
        starts = np.flatnonzero(np.diff(inked.astype(int)) == 1)
        assert len(starts) >= (5 if rows == 2 else 7)


def test_colours_are_told_apart():
    means = {color: np.asarray(draw_plate_picture(text, color, rows)).mean(axis=(0, 1)) for text, color, rows, _ in ONE_OF_EACH}
    assert set(means) == set(STYLES)
    assert means["blue"][2] > 2 * means["blue"][0]
    assert means["yellow"][0] > 2 * means["yellow"][2]
    assert means["green"][1] > means["green"][0]


def test_police_is_written_in_red():
    picture = np.asarray(draw_plate_picture("鲁A1234警", "white")).astype(int)
    red = (picture[..., 0] - picture[..., 1]) > 100
    assert red[:, 375:].sum() > 1000
    assert red[:, :360].sum() == 0


@pytest.mark.parametrize(
    ("text", "color", "rows"), [("湘A12345", "pink", 1), ("湘A123456", "blue", 1), ("湘A123456", "yellow", 2), ("", "blue", 1)]
)
def test_what_no_plate_looks_like_is_refused(text, color, rows):
    with pytest.raises(SimulationError, match=r"pink|no \w+ plate has"):
        draw_plate_picture(text, color, rows)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_grows_with_its_severity(damage):
    plate = draw_plate_picture("湘A12345", "blue")
    photos = [np.asarray(photograph(plate, {damage: s}, np.random.default_rng(3))[0]).astype(float) for s in (0.0, 0.4, 1.0)]
    if damage in {"tilt", "perspective", "low-resolution"}:
        sizes = [photo.shape for photo in photos]
        assert len(set(sizes)) == 3
    else:
        slight, heavy = (np.abs(photo - photos[0]).mean() for photo in photos[1:])
        assert 0.2 < slight < heavy


def test_the_same_seed_gives_the_same_photograph():
    plate = draw_plate_picture("湘A12345", "blue")
    every = dict.fromkeys(DAMAGES, 0.4)
    first, second = (photograph(plate, every, np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(first[0], second[0])
    assert first[1] == second[1]


def test_corners_lie_on_the_plate():
    plate = draw_plate_picture("湘A12345", "yellow")
    photo, corners = photograph(plate, {"tilt": 1.0, "perspective": 0.7}, np.random.default_rng(2))
    pixels = np.asarray(photo).astype(int)
    middle = np.mean(corners, axis=0)
    for x, y in corners:
        inside = np.array([x, y]) + 0.2 * (middle - np.array([x, y]))
        red, _, blue = pixels[round(inside[1]), round(inside[0])]
        assert red - blue > 60


@pytest.mark.parametrize("damages", [{"rust": 0.5}, {"dirt": 1.5}, {"dirt": -0.1}])
def test_unknown_damage_is_refused(damages):
    with pytest.raises(SimulationError, match="allowed are dirt, glare"):
        photograph(draw_plate_picture("湘A12345", "blue"), damages, np.random.default_rng(1))
