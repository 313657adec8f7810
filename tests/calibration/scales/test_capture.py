import math
from datetime import UTC, date, datetime, timedelta

import pytest

from calibration.scales.capture import StableRule, capture_stable
from calibration.scales.reading import Condition, reading_of
from calibration.scales.scale import Heard
from calibration.scales.weighbridge import parse_certificate
from contract.faults import RejectError

START = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
CERTIFICATE = """
number = "WB-2026-017"
institute = "Metrology institute of the province"
valid_until = {until}
accuracy_class = "III"
interval_kg = 20
max_kg = 80000
expanded_uncertainty_kg = 24
"""


def certificate(until="2027-01-31"):
    return parse_certificate(CERTIFICATE.format(until=until), "bridge.toml")


def heard(readings, period_s=0.1):
    for index, reading in enumerate(readings):
        yield Heard(index * period_s, START + timedelta(seconds=index * period_s), reading)


def shows(load_kg, count=1, **given):
    return [reading_of(load_kg, 0, "kg", str(load_kg).encode(), increment=20, **given)] * count


def captured(readings, rule=StableRule(), **given):  # noqa: B008 - frozen
    return capture_stable(heard(readings), rule, method="test", where="bench", **given)


def refused(readings, rule=StableRule(timeout_s=4), **given):  # noqa: B008 - frozen
    with pytest.raises(RejectError) as caught:
        captured(readings, rule, **given)
    return caught.value


def test_a_load_that_settles_is_taken_with_its_uncertainty_and_its_frames():
    swing = [reading for load_kg in (0, 9_000, 38_900, 37_800, 38_400) for reading in shows(load_kg, 3, stable=False)]
    load = captured(swing + shows(38_200, 15, stable=True) + shows(38_220, 15, stable=True), certificate=certificate())
    assert (load.readings, load.interval_kg, load.method) == (21, 20, "test")
    assert float(load.load_kg) == pytest.approx((15 * 38_200 + 6 * 38_220) / 21, abs=0.1)
    assert load.rounding_u_kg == pytest.approx(20 / math.sqrt(12))
    assert load.certificate_u_kg == 12
    assert load.standard_u_kg == pytest.approx(math.sqrt(400 / 12 + load.scatter_kg**2 + 144))
    assert (load.ended - load.began).total_seconds() >= 2
    assert bytes.fromhex(load.frames_hex[0]) == b"38200"


def test_a_protocol_without_a_word_on_rest_is_judged_by_its_readings():
    assert refused(shows(38_200, 5) + [r for k in range(40) for r in shows(38_200 + 60 * (k % 2), 1)]).code == "scale-motion"
    assert captured(shows(38_200, 30)).load_kg == 38_200


@pytest.mark.parametrize(
    ("readings", "code", "words"),
    [
        (shows(38_200, 60, stable=False), "scale-motion", "let the vehicle stand"),
        (shows(0, 60, condition=Condition.OVERLOAD), "scale-overload", "shows overload"),
        (shows(0, 60, condition=Condition.UNDERLOAD), "scale-underload", "shows underload"),
        (shows(38_200, 60, net=True), "scale-net", "clear the tare"),
        (shows(-60, 60, stable=True), "scale-negative", "set it to zero"),
        (shows(0, 60, stable=True), "scale-empty", "nothing is on it"),
        ([reading_of(1, 0, "oz", b"")] * 60, "scale-unit", "allowed are kg, g, t, lb"),
        ([None] * 80, "scale-silent", "check protocol"),
        (shows(38_200, 3), "scale-silent", "ended before"),
    ],
)
def test_what_is_no_stable_load_is_refused_with_the_reason(readings, code, words):
    error = refused(readings, StableRule(timeout_s=5.5 if readings[0] else 30))
    assert error.code == code
    assert words in error.what


def test_damage_is_named_in_the_refusal():
    def line():
        for index in range(70):
            yield Heard(index * 0.1, START, None, {"garbage-bytes": 3})

    with pytest.raises(RejectError, match="bytes outside any frame"):
        capture_stable(line(), StableRule(), method="test", where="bench")


def test_a_certificate_that_does_not_fit_is_refused():
    stable = shows(38_200, 30, stable=True)
    assert refused(stable, certificate=certificate("2026-05-03")).code == "certificate-expired"
    assert captured(stable, certificate=certificate("2026-05-04")).certificate.valid_until == date(2026, 5, 4)
    ten = [reading_of(38_200, 0, "kg", b"x", increment=10)] * 30
    assert refused(ten, certificate=certificate()).code == "certificate-interval"
    assert refused(shows(90_000, 30), certificate=certificate()).code == "certificate-capacity"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('accuracy_class = "III"', 'accuracy_class = "5"', "accuracy_class"),
        ("expanded_uncertainty_kg = 24", "expanded_uncertainty_kg = 24000", "grams"),
        ("max_kg = 80000", "max_kg = 80000\ncolour = 1", "colour"),
        ("interval_kg = 20", "interval_kg = -20", "interval_kg"),
        ("max_kg = 80000", "max_kg = = 2", "no TOML"),
    ],
)
def test_a_wrong_certificate_file_is_refused_by_key(old, new, words):
    with pytest.raises(RejectError, match=words) as caught:
        parse_certificate(CERTIFICATE.format(until="2027-01-31").replace(old, new), "bridge.toml")
    assert caught.value.where == "bridge.toml"
