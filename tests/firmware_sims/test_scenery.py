"""Projection, bodies and weather: laws of perspective, and pictures measured."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from firmware_sims.scene import SIZE, Plate, Sight, photograph
from firmware_sims.scenery.body import body_of, typical_shape
from firmware_sims.scenery.painter import Passing, paint
from firmware_sims.scenery.pinhole import View, overview_view, plate_view
from firmware_sims.scenery.weather import Conditions, smear, soil
from firmware_sims.vehicle import GROSS_LIMIT_KG

PLATE = Plate("湘A12345", "yellow")
metres = st.floats(-30, 30)


@given(metres, metres, st.floats(1, 12), st.floats(0, 360), st.floats(-30, 60))
def test_the_cameras_axes_are_square_and_its_line_of_sight_is_the_middle(x, y, height, heading, tilt):
    view = View(x, y, height, heading, tilt, 1000.0)
    assert np.allclose(view.axes() @ view.axes().T, np.eye(3))
    ahead = np.array([[x, y, height]]) + 7.0 * view.axes()[2]
    assert np.allclose(view.project(ahead), [[640, 360]])


@pytest.mark.parametrize(("distance_m", "height_m"), [(10.0, 0.5), (40.0, 3.0)])
def test_a_metre_is_focal_length_over_distance(distance_m, height_m):
    view = View(0.0, 0.0, height_m, 0.0, 0.0, 1500.0)
    left, right = view.project(np.array([[distance_m, -0.5, height_m], [distance_m, 0.5, height_m]]))
    assert right[0] - left[0] == pytest.approx(1500.0 / distance_m)
    assert left[1] == right[1] == pytest.approx(360)


def test_the_drivers_right_is_left_in_a_picture_taken_from_ahead():
    points = np.array([[0.0, 1.0, 0.5], [0.0, 3.0, 0.5]])
    (near_left, _), (near_right, _) = plate_view(0.0, "front").project(points)
    assert near_left > near_right
    (near_left, _), (near_right, _) = plate_view(0.0, "rear").project(points)
    assert near_left < near_right


@given(st.lists(st.tuples(metres, metres, st.floats(0, 4)), min_size=3, max_size=5))
def test_an_outline_never_holds_what_is_behind_the_camera(points):
    for x, y in overview_view(0.0).outline(np.array(points)):
        assert np.isfinite([x, y]).all()


@pytest.mark.parametrize("kind", sorted(GROSS_LIMIT_KG))
def test_every_kind_has_a_plate_at_each_end_and_stands_on_the_road(kind):
    shape = typical_shape(kind, "seed")
    body = body_of(shape)
    faces = [face for shells in (body.treads, body.boxes, body.wheels) for shell in shells for side in shell.sides for face in side]
    ends = sorted(float(face.corners[:, 0].mean()) for face in faces if face.plate)
    assert ends == pytest.approx([-shape.length_m, 0.0], abs=0.05)
    corners = np.concatenate([face.corners for face in faces])
    assert corners[:, 2].min() >= -1e-9
    assert corners[:, 2].max() <= 4.0
    assert np.abs(corners[:, 1]).max() <= 1.3


@pytest.mark.parametrize("kind", ["semi6", "car", "truck_trl", "bus2"])
@pytest.mark.parametrize("facing", ["front", "rear"])
def test_a_plate_camera_sees_the_plate_of_its_end_some_130_pixels_wide(kind, facing):
    pictures = photograph(Sight(typical_shape(kind, "7"), PLATE, facing), "imprint")
    left, top, width, _ = pictures.plate_rect
    assert 110 < width * SIZE[0] / 1000 < 160
    assert left > 0
    assert top > 0


def test_a_lorry_close_ahead_hides_the_plate():
    def yellow(ahead_m):
        shape = typical_shape("rigid3", "7")
        picture = np.asarray(Image.open(BytesIO(photograph(Sight(shape, PLATE, ahead_m=ahead_m), "").crop)), float)
        return (np.abs(picture - (245, 180, 20)).max(axis=2) < 70).mean()

    assert yellow(None) > 0.2
    assert yellow(2.0) < 0.02


def test_smearing_keeps_the_light_and_lengthens_a_point():
    picture = Image.new("RGB", (60, 20))
    picture.putpixel((30, 10), (240, 240, 240))
    smeared = np.asarray(smear(picture, (11.0, 0.0)), float)[:, :, 0]
    assert (smeared > 0).sum() == 12
    assert smeared.sum() == pytest.approx(240, abs=12)
    assert smear(picture, (0.3, 0.2)) is picture


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_dirt_covers_about_its_share(share):
    plate = Image.new("RGB", (440, 140), (255, 0, 255))
    changed = (np.abs(np.asarray(soil(plate, share, "x"), float) - (255, 0, 255)).max(axis=2) > 60).mean()
    assert 0.4 * share < changed < 1.3 * share


def test_at_night_the_plate_stays_bright_and_the_road_does_not():
    vehicle = Passing(typical_shape("rigid2", "7"), 0.0, 1.75, PLATE, PLATE)
    view = plate_view(0.0, "front")
    day, night = (paint(view, [vehicle], Conditions(night=dark)) for dark in (False, True))
    box = night.front_plate
    brightness = [np.asarray(painted.picture.crop(box), float).mean() for painted in (day, night)]
    assert brightness[1] > 0.8 * brightness[0]
    road = [np.asarray(painted.picture.crop((20, 300, 200, 500)), float).mean() for painted in (day, night)]
    assert road[1] < 0.3 * road[0]
