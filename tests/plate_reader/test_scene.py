import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.plate_scenes import Label, Tally, count
from plate_reader.decode import decode_picture
from plate_reader.detect.detector import Detector
from plate_reader.recognise.reader import Reader
from plate_reader.recognise.rectify import rectify
from plate_reader.scene import SceneReader, straighten
from tests.plate_reader.detect.stills import road, still

FOUND_MIN, EXACT_MIN, OTHERS_MAX = 0.95, 0.88, 0.1
"""Floors on real scenes: share of tagged plates found and read exactly, reads a scene where nothing is tagged. Seen: 1.00, 0.98, 0.03."""


@pytest.fixture(scope="module")
def scenes():
    return SceneReader(Reader(), Detector())


def test_plates_of_real_scenes_are_found_and_read(scenes, real_scenes):
    tally = Tally()
    for file, plates in real_scenes:
        picture, scale = decode_picture(file.read_bytes(), file.name)
        places = [place.corners * scale for place in Detector().detect(picture)]
        count(tally, file.name, [Label.of(plate) for plate in plates], places, scenes.read(picture))
    assert tally.found >= FOUND_MIN * tally.labels
    assert tally.exact >= EXACT_MIN * tally.labels
    assert len(tally.others) <= OTHERS_MAX * len(real_scenes)


@pytest.mark.parametrize(
    ("text", "color", "rows"),
    [("湘A12345", "yellow", 1), ("京HB027Q", "blue", 1), ("粤BD12345", "green", 1), ("湘A12345", "yellow", 2), ("京HT888挂", "yellow", 2)],
)
def test_plates_of_every_layout_are_read_where_they_stand(scenes, text, color, rows):
    picture, corners = still(text, color, rows=rows, width=150, degrees=5, seed=3)
    (plate,) = scenes.read(picture)
    assert plate.reading.text == text
    assert plate.reading.rows == rows
    assert np.abs(plate.corners - corners).max() < 0.12 * 150
    assert plate.crop.shape[2] == 3


def test_a_picture_without_plates_gives_none(scenes):
    assert scenes.read(np.asarray(road(1))) == []


def test_the_surest_comes_first(scenes):
    left, _ = still("湘A12345", "yellow", x=300, y=400, width=160)
    right, _ = still("京HB027Q", "blue", x=1000, y=400, width=44)
    both = np.concatenate([left[:, :640], right[:, 640:]], axis=1)
    confidences = [plate.reading.confidence for plate in scenes.read(both)]
    assert len(confidences) == 2
    assert confidences == sorted(confidences, reverse=True)


@given(st.floats(60, 1220), st.floats(40, 680), st.floats(40, 400), st.floats(-15, 15))
def test_cutting_first_changes_nothing(x, y, width, degrees):
    picture, corners = still(x=x, y=y, width=width, degrees=degrees)
    whole = rectify(picture, [(float(x), float(y)) for x, y in corners])
    assert np.abs(straighten(picture, corners).astype(int) - whole).mean() < 1.5
