import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.plates import PlateColour
from edge.matching.likelihood import density_hz, direction_ratio, kind_ratio, lane_ratio, link_ratio
from edge.matching.passage import Size
from tests.edge.matching.scenery import camera, passage, read

LARGE, SMALL = passage(1, 0, size=Size.LARGE), passage(1, 0, size=Size.SMALL)
ARTIC, RIGID = passage(1, 0, size=Size.LARGE, articulated=True), passage(1, 0, size=Size.LARGE, articulated=False)


@given(st.floats(1e3, 1e6))
def test_the_density_of_residuals_is_one_in_all(sigma_us):
    at_us = np.linspace(-15 * sigma_us, 15 * sigma_us, 20_001)
    whole = np.trapezoid([density_hz(float(value), sigma_us) for value in at_us], at_us / 1e6)
    assert math.isclose(whole, 1.0, rel_tol=1e-5)


@pytest.mark.parametrize(
    ("vehicle", "text", "colour", "facing", "speaks"),
    [
        (LARGE, "湘A12345", PlateColour.YELLOW, "front", "for"),
        (SMALL, "湘A12345", PlateColour.YELLOW, "front", "against"),
        (LARGE, "湘A12345", PlateColour.BLUE, "front", "against"),
        (SMALL, "湘A12345", PlateColour.BLUE, "front", "for"),
        (SMALL, "湘AD12345", PlateColour.UNKNOWN, "front", "for"),
        (LARGE, "湘AD12345", PlateColour.GREEN, "front", "against"),
        (LARGE, "湘A12345D", PlateColour.UNKNOWN, "front", "for"),
        (SMALL, "湘A12345D", PlateColour.YELLOW_GREEN, "front", "against"),
        (LARGE, "湘A12345", PlateColour.UNKNOWN, "front", "nothing"),
        (LARGE, "湘A1234警", PlateColour.WHITE, "front", "nothing"),
        (passage(1, 0), "湘A12345", PlateColour.YELLOW, "front", "nothing"),
        (ARTIC, "湘A1234挂", PlateColour.YELLOW, "rear", "for"),
        (RIGID, "湘A1234挂", PlateColour.YELLOW, "rear", "against"),
        (LARGE, "湘A1234挂", PlateColour.YELLOW, "rear", "nothing"),
        (ARTIC, "湘A1234挂", PlateColour.YELLOW, "front", "against"),
    ],
)
def test_a_plates_kind_speaks_for_or_against_a_vehicle(vehicle, text, colour, facing, speaks):
    ratio = kind_ratio(vehicle, text, read(1, 0, colour=colour), facing)
    assert {"for": ratio > 1.5, "against": ratio < 0.2, "nothing": ratio == 1}[speaks]


def test_who_leaves_a_front_camera_is_of_the_opposite_lane():
    assert direction_ratio(camera(), read(1, 0, direction="leaving")) < 0.1
    assert direction_ratio(camera(), read(1, 0, direction="approaching")) == 1
    assert direction_ratio(camera(), read(1, 0)) == 1
    assert direction_ratio(camera(facing="rear"), read(1, 0, direction="approaching")) < 0.1


@pytest.mark.parametrize(("lane", "share", "ratio"), [(1, 0.0, 1), (2, 0.0, 0), (2, 0.02, 0.02), (3, 0.02, 0)])
def test_a_lane_is_left_for_the_next_one_only(lane, share, ratio):
    assert lane_ratio(camera(), read(1, 0), lane, share) == ratio


def test_the_lane_a_camera_names_is_believed_mostly():
    wide = camera(also_lanes=(2,), lane_numbers={"7": 1, "8": 2})
    named, other, silent = (lane_ratio(wide, read(1, 0, camera_lane=lane), 1, 0.0) for lane in (7, 8, None))
    assert 0 < other < 0.2
    assert 0.8 < named < silent == 1
    assert lane_ratio(wide, read(1, 0, camera_lane=99), 1, 0.0) == 1


@pytest.mark.parametrize(
    ("front", "rear", "least", "most"),
    [
        ("湘A12345", "湘A12345", 20, 100),
        ("湘A8B345", "湘A88345", 2, 10),
        ("湘A12345", "湘A12346", 1, 1),
        ("湘A12345", "川C98765", 0, 0.05),
        ("湘A12345", "湘A1234挂", 1, 1),
        ("", "湘A12345", 1, 1),
    ],
)
def test_front_and_rear_of_one_vehicle_agree(front, rear, least, most):
    assert least <= link_ratio(front, rear) == link_ratio(rear, front) <= most
