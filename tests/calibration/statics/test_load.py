"""Tests of dead weights made with known errors; each figure must come out as the one that was put in."""

import numpy as np
import pytest

from calibration.statics.dead_weight import check_load
from calibration.statics.limits import known_limits
from calibration.statics.readings_file import Readings
from calibration.statics.shunt import check_shunt, expected_mv_v
from calibration.statics.steps import cycles_of
from contract.faults import RejectError

LIMITS = known_limits()["strip"]
RATED_KG = 10_000.0
PER_KG = 20.0
WHOLE = RATED_KG * PER_KG
UP = [0, 2500, 5000, 7500, 10_000]


def carried_out(*, cycles=3, bow=0.0, loop=0.0, spread=(0.0,), creep=0.0, hold_s=30.0, zero=0.0, places=(None,), gains=(1.0,)):
    """Readings of cycles: errors in per cent of the rated reading; a bow is a parabola through both ends, a loop half an ellipse."""
    rows = []
    time_s = 0.0
    for number in range(cycles):
        for leg, masses in (("up", UP), ("down", UP[-2::-1])):
            for mass_kg in masses:
                if rows and leg == "up" and mass_kg == 0:
                    continue
                share = mass_kg / RATED_KG
                value = PER_KG * mass_kg * gains[number % len(gains)] + WHOLE / 100 * (4 * bow * share * (1 - share))
                value += WHOLE / 100 * (spread[number % len(spread)] if mass_kg else 0.0)
                value += WHOLE / 100 * (4 * loop * share * (1 - share) if leg == "down" else 0.0)
                value += WHOLE / 100 * (zero if leg == "down" and mass_kg == 0 else 0.0)
                held_s = hold_s if share == 1 else 30.0
                for step in np.arange(0.0, held_s + 1, 2.0):
                    slow = WHOLE / 100 * creep * (1 - np.exp(-step / (hold_s / 5))) if share == 1 else 0.0
                    rows.append((time_s + step, 300 + value + slow, mass_kg, places[number % len(places)] or 0.0))
                time_s += held_s + 10
    columns = np.array(rows).T
    return Readings(columns[0], columns[1], None, columns[2], columns[3] if places[0] is not None else None)


def by_name(rated_kg=RATED_KG, **given):
    return {figure.name: figure for figure in check_load(cycles_of(carried_out(**given), "test"), rated_kg, LIMITS)}


def test_a_perfect_sensor_passes_everything_that_was_tested():
    found = by_name(hold_s=1800.0)
    assert {name for name, figure in found.items() if figure.verdict == "not-found"} == {"uniformity"}
    assert all(abs(figure.value) < 1e-9 for figure in found.values() if figure.value is not None)


def test_a_bow_is_linearity_of_half_and_whole_size():
    """4b·s(1 − s) leaves b at the middle of the terminal line; at five even steps least squares leaves 0.6 b less 0.1 b of slope none."""
    found = by_name(bow=0.8)
    assert found["linearity_terminal"].value == pytest.approx(0.8, rel=1e-6)
    steps = np.linspace(0, 1, 5)
    parabola = 4 * 0.8 * steps * (1 - steps)
    left = parabola - np.polyval(np.polyfit(steps, parabola, 1), steps)
    assert abs(found["linearity_best"].value) == pytest.approx(np.abs(left).max(), rel=1e-6)
    assert found["hysteresis"].value == pytest.approx(0.0, abs=1e-9)
    assert by_name(bow=1.2)["linearity_terminal"].verdict == "fail"


def test_hysteresis_is_the_width_of_the_loop_and_says_where():
    figure = by_name(loop=0.7)["hysteresis"]
    assert figure.value == pytest.approx(0.7, rel=1e-6)
    assert figure.at.startswith("5000 kg")
    assert by_name(loop=-1.3)["hysteresis"].verdict == "fail"


def test_repeatability_is_the_range_at_equal_mass():
    assert by_name(spread=(0.0, 0.3, -0.1))["repeatability"].value == pytest.approx(0.4, rel=2e-3)
    assert by_name(cycles=1)["repeatability"].verdict == "not-found"


def test_creep_counts_from_twenty_seconds_on_and_needs_a_held_load():
    figure = by_name(creep=0.3, hold_s=1800.0)["creep"]
    early, late = np.arange(20, 30, 2), np.arange(1792, 1802, 2)
    expected = 0.3 * (np.exp(-early / 360).mean() - np.exp(-late / 360).mean())
    assert figure.value == pytest.approx(expected, rel=4e-3)  # the rated reading itself holds some creep
    assert by_name(creep=0.3, hold_s=60.0)["creep"].verdict == "not-found"


def test_return_to_zero():
    assert by_name(zero=0.35, cycles=1)["zero_return"].value == pytest.approx(0.35, rel=1e-6)
    assert by_name(zero=0.35, cycles=1)["zero_return"].verdict == "fail"


def test_uniformity_is_the_largest_departure_of_a_place():
    figure = by_name(places=(0.4, 0.9, 1.4), gains=(1.0, 1.02, 0.98))["uniformity"]
    assert abs(figure.value) == pytest.approx(2.0, rel=1e-6)
    assert by_name(places=(0.4, 0.9, 1.4), gains=(1.0, 1.05, 0.98))["uniformity"].verdict == "fail"


def test_cycles_at_drifting_zeros_share_one_line():
    found = by_name(zero=0.1)
    assert abs(found["linearity_best"].value) < 0.2


@pytest.mark.parametrize(
    ("masses", "code"),
    [
        ([100, 200, 300, 0], "load-start"),
        ([0, 100, 200, 0], "load-few"),
        ([0, 200, 100, 300, 0], "load-order"),
        ([0, 100, 300, 100, 200, 0], "load-order"),
        ([0, -100, 100, 200, 300, 0], "load-start"),
    ],
)
def test_a_test_that_was_not_carried_out_as_one_is_refused(masses, code):
    mass = np.repeat(np.array(masses, float), 3)
    with pytest.raises(RejectError) as caught:
        cycles_of(Readings(np.arange(mass.size, dtype=float), 5 * mass, None, mass), "test.csv")
    assert caught.value.code == code


def test_a_sensor_that_does_not_answer_and_a_rated_load_in_another_unit_are_refused():
    mass = np.repeat(np.array([0.0, 100, 200, 300, 0]), 3)
    with pytest.raises(RejectError, match="wiring"):
        cycles_of(Readings(np.arange(mass.size, dtype=float), np.zeros(mass.size), None, mass), "test.csv")
    with pytest.raises(RejectError, match="another unit"):
        by_name(rated_kg=10.0)


def test_a_shunt_by_the_bridge_divider():
    """The divider, worked out: 350 Ω, 100 kΩ across one arm; half-bridge against the shunted arm's."""
    arm = 350 * 100_000 / 100_350
    assert expected_mv_v(350, 100_000) == pytest.approx(1000 * (0.5 - arm / (350 + arm)), rel=1e-12)
    (figure,) = check_shunt(0.01, 0.01 + 0.8735 * 1.005, 0.8735, LIMITS)
    assert (figure.value, figure.verdict) == (pytest.approx(0.5), "pass")
    assert check_shunt(0.0, 0.9, 0.8735, LIMITS)[0].verdict == "fail"


@pytest.mark.parametrize(
    ("given", "code"), [((0, -0.87, 0.87), "shunt-wiring"), ((0, 1, 0), "shunt-value"), ((0, float("nan"), 1), "shunt-value")]
)
def test_a_shunt_test_that_cannot_be_is_refused(given, code):
    with pytest.raises(RejectError) as caught:
        check_shunt(*given, LIMITS)
    assert caught.value.code == code
    with pytest.raises(RejectError, match="bridge"):
        expected_mv_v(350, 120)
