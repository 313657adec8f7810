"""Every vehicle of the recorded sites by its true spacings and loads: its configuration, body, driven axles and classes."""

import json

import pytest

from contract.vehicles import Body
from edge.vehicles.classify import classify

KINDS = {
    "car": ("1+1", Body.RIGID, "2", 2, 1),
    "van": ("1+1", Body.RIGID, "2", 3, 1),
    "bus2": ("1+1", Body.RIGID, "2", 5, 1),
    "rigid2": ("1+1", Body.RIGID, "2", 5, 1),
    "rigid3": ("1+2", Body.RIGID, "3", 6, None),
    "rigid3s": ("2+1", Body.RIGID, "3", None, 1),
    "rigid4": ("2+2", Body.RIGID, "4", None, None),
    "semi3": ("1+1+1", Body.COMBINATION, "2S1", 8, 1),
    "semi4": ("1+1+2", Body.COMBINATION, "2S2", 8, 1),
    "semi5": ("1+1+3", Body.COMBINATION, "2S3", 9, 1),
    "semi5t": ("1+2+2", Body.COMBINATION, "3S2", 9, None),
    "truck_trl": ("1+2+1+1", Body.COMBINATION, "3+2", 9, None),
    "semi6": ("1+2+3", Body.COMBINATION, "3S3", 10, None),
    "long8": ("1+2+5", Body.COMBINATION, None, 13, None),
}
"""Configuration, body, European and American class, driven axles. The American rule knows no twin-steered trucks."""
U_SHARE = 0.08


def truths(captures):
    return [truth for path in sorted(captures.glob("*/*.truth.json")) for truth in json.loads(path.read_text())]


def classified(truth, spacing_error_m=0.0):
    loads = truth["axle_kg"]
    return classify(
        [spacing + spacing_error_m for spacing in truth["spacings_m"]],
        axle_kg=loads,
        axle_u_kg=[load * U_SHARE for load in loads],
        gross_u_kg=sum(loads) * U_SHARE / 2,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_recorded_vehicle_is_what_it_is(captures, kind):
    vehicles = [truth for truth in truths(captures) if truth["kind"] == kind]
    assert vehicles
    for truth in vehicles:
        found = classified(truth)
        assert (found.code, found.body, found.eu, found.fhwa, found.drive_axles) == KINDS[kind]
        assert found.confidence > 0.99


def test_the_recordings_hold_no_other_kind(captures):
    assert {truth["kind"] for truth in truths(captures)} == set(KINDS)


@pytest.mark.parametrize("error_m", [-0.1, -0.04, 0.04, 0.1])
def test_an_error_of_the_spacings_makes_a_body_doubtful_but_never_wrong(captures, error_m):
    for truth in truths(captures):
        assert classified(truth, error_m).body in {KINDS[truth["kind"]][1], Body.UNKNOWN}
