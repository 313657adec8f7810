from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.fit import ReferenceRun, fit_gains
from contract.faults import RejectError
from contract.station import SensorKind
from tests.edge.axles.road import lane_of

LANE = lane_of(SensorKind.STRIP, rows=(0.0, 2.0, 5.0))
SENSORS = [sensor.name for sensor in LANE.weighing_sensors]
TRUCKS = {"A": (5700.0, 10_800.0), "B": (5900.0, 9700.0, 8200.0, 8700.0, 8100.0)}
SPACINGS = {"A": (4.8,), "B": (3.6, 6.0, 1.3, 1.3)}
WHEN = datetime(2026, 3, 1, 8, tzinfo=UTC)


def runs_of(gains, rng, *, scatter=0.03, repeats=6, shares=None):
    runs = []
    for number in range(2 * repeats):
        vehicle = "AB"[number % 2]
        static = TRUCKS[vehicle]
        nominal = {name: [] for name in SENSORS}
        for k, load in enumerate(static):
            left = 0.5 if shares is None else shares[vehicle][k]
            for i, name in enumerate(SENSORS):
                side = left if name.endswith("L") else 1.0 - left
                nominal[name].append(side * load / gains[i] * (1.0 + scatter * rng.normal()))
        runs.append(ReferenceRun(number + 1, vehicle, static, nominal, 30.0 + 20.0 * (number // 2 % 3), SPACINGS[vehicle]))
    return runs


def fit(runs):
    return fit_gains(LANE, runs, name="c1", station="here", created=WHEN, pavement_c=21.0)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), gains=st.lists(st.floats(0.85, 1.15), min_size=6, max_size=6))
def test_gains_are_recovered(seed, gains):
    calibration = fit(runs_of(gains, np.random.default_rng(seed)))
    for name, gain in zip(SENSORS, gains, strict=True):
        assert calibration.sensors[name].gain == pytest.approx(gain, rel=0.05)
    assert len(calibration.runs) == 12
    assert (calibration.speed_min_kmh, calibration.speed_max_kmh) == (30.0, 70.0)
    assert 0.005 < calibration.disturbance.rest < 0.05
    assert np.abs(calibration.speed.rows).max() < 0.06


def test_a_load_that_leans_does_not_bend_the_sum_of_a_row():
    gains = (1.0, 1.05, 0.95, 1.02, 0.9, 1.1)
    shares = {"A": (0.52, 0.53), "B": (0.51,) * 5}
    calibration = fit(runs_of(gains, np.random.default_rng(8), scatter=0.002, shares=shares))
    found = [calibration.sensors[name].gain for name in SENSORS]
    for row in range(3):
        left, right = found[2 * row] / gains[2 * row], found[2 * row + 1] / gains[2 * row + 1]
        assert (left + right) / 2 == pytest.approx(1.0, abs=0.003)


def test_one_wild_run_does_not_move_the_gains():
    runs = runs_of((1.0,) * 6, np.random.default_rng(3), scatter=0.01)
    wild = runs[4]
    runs[4] = replace(wild, nominal_kg={n: [1.4 * x for x in v] for n, v in wild.nominal_kg.items()})
    assert all(sensor.gain == pytest.approx(1.0, rel=0.015) for sensor in fit(runs).sensors.values())


def test_what_cannot_be_fitted_is_refused_with_reasons():
    runs = runs_of((1.0,) * 6, np.random.default_rng(3))
    with pytest.raises(RejectError, match="5 usable runs; at least 6"):
        fit(runs[:5])
    short = replace(runs[0], run=9, static_kg=(5000.0, 6000.0, 7000.0))
    with pytest.raises(RejectError, match="run 9: sensor R0L saw 2 axles of A, which has 3"):
        fit([*runs, short])
    deaf = [replace(run, nominal_kg={n: [None] * len(v) if n == "R1L" else v for n, v in run.nominal_kg.items()}) for run in runs]
    with pytest.raises(RejectError, match="sensor R1L: weighed no axle"):
        fit(deaf)
    partly = [replace(run, nominal_kg={n: [None, *v[1:]] if n == "R1L" else v for n, v in run.nominal_kg.items()}) for run in runs]
    with pytest.raises(RejectError, match="only 0 runs were seen whole"):
        fit(partly)


def test_what_the_runs_cover_is_found_in_them():
    gains = (1.0, 1.05, 0.95, 1.02, 0.9, 1.1)
    calibration = fit([replace(run, gross_u_kg=30.0) for run in runs_of(gains, np.random.default_rng(3))])
    within = calibration.validity
    assert (within.pavement_min_c, within.pavement_max_c) == (-9.0, 51.0)
    assert within.linearity.axles == 7
    assert abs(within.linearity.slope) < 3 * within.linearity.u
    assert within.axle_max_kg >= 10_800.0
    assert [(one.vehicle, one.axle_kg, one.gross_u_kg) for one in calibration.references] == [(name, TRUCKS[name], 30.0) for name in "AB"]
    spread = np.sqrt(np.array(calibration.gain_covariance.relative).diagonal())
    assert spread == pytest.approx([calibration.sensors[name].relative_u for name in calibration.gain_covariance.sensors], abs=2e-6)


def test_a_scale_that_reads_heavy_axles_low_has_a_shorter_range():
    straight = runs_of((1.0,) * 6, np.random.default_rng(4), scatter=0.004)
    bent = [
        replace(
            run,
            nominal_kg={
                name: [load * (1.0 - 0.06 * (static - 8_000.0) / 10_000.0) for load, static in zip(loads, run.static_kg, strict=True)]
                for name, loads in run.nominal_kg.items()
            },
        )
        for run in straight
    ]
    found = fit(bent).validity
    assert found.linearity.slope == pytest.approx(-0.06, abs=3 * found.linearity.u + 0.006)
    assert found.axle_max_kg < fit(straight).validity.axle_max_kg


@pytest.mark.parametrize("factor", [2.2046, 1 / 2.2046, 1.3])
def test_a_truck_whose_weight_is_in_another_unit_is_refused(factor):
    runs = runs_of((1.0,) * 6, np.random.default_rng(6))
    wrong = [replace(run, static_kg=tuple(load * factor for load in run.static_kg)) if run.vehicle == "A" else run for run in runs]
    with pytest.raises(RejectError, match="times what the scale reads of it against the other vehicles") as caught:
        fit(wrong)
    assert caught.value.code == "reference-factor"
