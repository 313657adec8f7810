from datetime import UTC, datetime
from decimal import Decimal

import pytest

from calibration.scales.reference_weights import reference_weights
from calibration.scales.stable_load import typed_load
from contract.faults import RejectError
from tests.calibration.scales.test_capture import certificate

AXLES = ("6200", "8000", "8000", "8000", "8000")


def load(text):
    return typed_load(Decimal(text), datetime(2026, 5, 4, tzinfo=UTC), certificate(), "a technician").model_copy()


def judged(axles=(), gross=None, **given):
    return reference_weights([load(text) for text in axles], None if gross is None else load(gross), where="truck A", **given)


def test_weights_that_agree_pass():
    weights = judged(AXLES, "38200")
    assert weights.gross_kg == 38_200
    assert weights.gross_u_kg > 12
    assert judged(AXLES).gross_kg == 38_200
    assert judged(gross="38200", axle_count=5).gross_u_kg == weights.gross_u_kg


@pytest.mark.parametrize(
    ("axles", "gross", "given", "code", "probably"),
    [
        (AXLES, "38.2", {}, "reference-sum", "given in t"),
        ((), "38.2", {"axle_count": 5}, "reference-factor", "given in t"),
        (("6.2", "8.0", "8.0"), None, {}, "reference-factor", "given in t"),
        (AXLES, "17327", {}, "reference-sum", "converted from lb"),
        (AXLES, "79800", {"expected_gross_kg": Decimal(38200)}, "reference-sum", "axles sum to 38200"),
        ((), "79800", {"axle_count": 5}, "reference-factor", "given in lb"),
        ((), "17327", {"axle_count": 5, "expected_gross_kg": Decimal(38000)}, "reference-factor", "converted from lb"),
        (("620", "8000", "8000", "8000", "8000"), "38200", {}, "reference-sum", "weigh again"),
        (AXLES, "3820", {}, "reference-sum", "one digit too few"),
        (AXLES, "39000", {}, "reference-sum", "level approach"),
        ((), None, {"axle_count": 5}, "reference-missing", "needs axle loads"),
        ((), "38200", {}, "reference-missing", "number of axles"),
    ],
)
def test_a_figure_that_is_off_is_refused_with_what_it_probably_was(axles, gross, given, code, probably):
    with pytest.raises(RejectError) as caught:
        judged(axles, gross, **given)
    assert caught.value.code == code
    assert probably in caught.value.what
    assert "truck A" in caught.value.where


def test_more_than_the_certificate_allows_is_refused():
    with pytest.raises(RejectError, match="at most 80000 kg"):
        judged(gross="382000", axle_count=5)
