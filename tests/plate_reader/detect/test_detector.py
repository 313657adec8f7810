import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from firmware_sims.plate_damage import dirt, glare, night, noise, to_image
from firmware_sims.plate_picture import font
from plate_reader.detect.detector import Detector
from tests.plate_reader.detect.stills import road, still


@pytest.fixture(scope="module")
def detector():
    return Detector()


def _misses(plate, corners):
    """How far the corners are from the plate's, as a share of its height, at worst."""
    return np.linalg.norm(plate.corners - corners, axis=1).max() / np.linalg.norm(corners[3] - corners[0])


@settings(max_examples=20)
@given(
    st.sampled_from([("湘A12345", "yellow"), ("京HB027Q", "blue"), ("粤BD12345", "green"), ("川A1234警", "white")]),
    st.floats(250, 1030),
    st.floats(150, 570),
    st.floats(70, 400),
    st.floats(-12, 12),
    st.floats(-0.2, 0.2),
    st.integers(0, 99),
)
def test_one_plate_is_found_and_nothing_else(plate, x, y, width, degrees, lean, seed):
    picture, corners = still(*plate, x=x, y=y, width=width, degrees=degrees, lean=lean, seed=seed)
    (found,) = Detector().detect(picture)
    assert _misses(found, corners) < 0.5
    assert 0.5 < found.score <= 1


@pytest.mark.parametrize("damage", [dirt, glare, night])
def test_dirt_glare_and_night_hide_no_plate(detector, damage):
    rng = np.random.default_rng(4)
    for at in range(6):
        picture, corners = still(x=400 + 80 * at, y=300 + 40 * at, width=130, seed=at, hurt=lambda plate: damage(plate, 0.7, rng))
        assert any(_misses(plate, corners) < 0.6 for plate in detector.detect(picture))


def test_a_dark_and_noisy_picture_hides_no_plate(detector):
    picture, corners = still(width=130)
    dark = np.asarray(to_image(noise(picture * 0.15, 0.3, np.random.default_rng(4))))
    assert any(_misses(plate, corners) < 0.6 for plate in detector.detect(dark))


def test_several_plates_are_found_far_and_near(detector):
    picture, first = still("湘A12345", "yellow", x=300, y=520, width=240)
    image = Image.fromarray(picture)
    truths = [first]
    for text, color, x, y, width in [("京HB027Q", "blue", 800, 200, 80), ("粤BD12345", "green", 1000, 500, 150)]:
        other, corners = still(text, color, x=x, y=y, width=width)
        box = (x - width, y - width // 2, x + width, y + width // 2)
        image.paste(Image.fromarray(other).crop(box), box[:2])
        truths.append(corners)
    found = detector.detect(np.asarray(image))
    assert len(found) == len(truths)
    assert all(any(_misses(plate, corners) < 0.5 for plate in found) for corners in truths)


def test_a_camera_s_imprint_crowds_no_plate_out(detector):
    picture, corners = still(x=700, y=500, width=120)
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1280, 40), fill=(20, 20, 20))
    draw.text((16, 20), "2026-01-01 12:00:00  G107  K12+300  LANE 2  73 km/h  49 800 kg", font=font(22), fill=(240, 240, 240), anchor="lm")
    assert any(_misses(plate, corners) < 0.5 for plate in detector.detect(np.asarray(image)))


def test_a_road_without_plates_gives_none(detector):
    assert all(detector.detect(np.asarray(road(seed))) == [] for seed in range(4))


@pytest.mark.parametrize("shape", [(8, 8), (8, 2000), (2000, 8), (40, 60)])
def test_no_picture_is_too_small_or_too_thin(detector, shape):
    noise = np.random.default_rng(3).integers(0, 256, (*shape, 3), np.uint8)
    assert isinstance(detector.detect(noise), list)
