"""What runs cover, and weights that fit no other's."""

import numpy as np
import pytest

from calibration.covered import check_references, gain_covariance_of, validity_of
from contract.faults import RejectError


def test_ranges_of_temperature_and_load():
    within = validity_of((5_800.0, 10_000.0), (0.0, 0.0), 12.0)
    assert (within.pavement_min_c, within.pavement_max_c, within.axle_max_kg, within.linearity) == (-18.0, 42.0, 11_000.0, None)
    loads = (5_800.0, 10_000.0, 8_000.0, 7_000.0, 9_000.0, 8_500.0)
    rough = validity_of(loads, (0.01, -0.01, 0.02, -0.02, 0.01, 0.0), None)
    smooth = validity_of(loads, (0.001, -0.001, 0.002, -0.002, 0.001, 0.0), None)
    assert rough.pavement_min_c is None
    assert 10_000.0 <= rough.axle_max_kg < smooth.axle_max_kg


def test_the_heaviest_reference_axle_is_always_within():
    loads = (5_000.0, 6_000.0, 7_000.0, 8_000.0, 9_000.0, 20_000.0)
    assert validity_of(loads, (0.1, -0.1, 0.1, -0.1, 0.1, -0.1), 20.0).axle_max_kg == 20_000.0


def test_however_straight_it_ends_at_twice_the_heaviest():
    loads = (5_000.0, 6_000.0, 7_000.0, 8_000.0, 9_000.0, 10_000.0)
    assert validity_of(loads, (0.0,) * 6, 20.0).axle_max_kg == 20_000.0


def test_the_covariance_is_that_of_the_means():
    kinds = [("A", 3), ("A", 5), ("B", 3), ("B", 5)]
    left, right = (0.01, -0.01, 0.02, -0.02), (-0.01, 0.01, -0.02, 0.02)
    found = gain_covariance_of({"R0L": dict(zip(kinds, left, strict=True)), "R0R": dict(zip(kinds, right, strict=True))})
    variance = np.var(left, ddof=1) / 4
    assert found.sensors == ("R0L", "R0R")
    assert np.array(found.relative) == pytest.approx(np.array([[variance, -variance], [-variance, variance]]), abs=1e-9)


def test_from_too_few_kinds_there_is_no_covariance():
    assert gain_covariance_of({"R0L": {("A", 3): 0.01, ("A", 5): 0.02}}) is None


@pytest.mark.parametrize(
    ("ratios", "guess"),
    [
        ({"A": 1.0, "B": 0.4536, "C": 1.02}, r"B.*2\.2 times.*the other vehicles: probably given in lb"),
        ({"A": 1.0, "B": 10.0}, r"B.*0\.1 times.*one digit too few"),
        ({"A": 0.4536}, r"A.*the nominal constants: probably given in lb"),
        ({"A": 1.0, "B": 1.2, "C": 0.99}, r"B.*0\.833 times what the scale reads"),
    ],
)
def test_a_weight_that_fits_no_other_vehicle_is_named_with_what_it_probably_is(ratios, guess):
    with pytest.raises(RejectError, match=guess) as caught:
        check_references(ratios)
    assert caught.value.code == "reference-factor"


def test_weights_that_agree_pass_whatever_the_nominal_constants_are_worth():
    check_references({"A": 0.7, "B": 0.75, "C": float("nan")})
    check_references({"A": 1.4})
    check_references({})
