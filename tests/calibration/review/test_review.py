"""A fit looked at: wrong weights refused, what is open said, a run that all hangs on named, a picture that needs no network."""

import io
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from rich.console import Console

import calibration.review
from calibration.fit import fit_gains
from calibration.review.coverage import not_covered
from calibration.review.influence import influences
from calibration.review.picture import page
from calibration.review.residuals import residuals
from calibration.review.table import Review, show
from calibration.runs import Flagged, RunNote
from calibration.speed import speed_classes
from contract.faults import RejectError
from tests.calibration.test_fit import LANE, SENSORS, WHEN, fit, runs_of

FOLDER = Path(next(iter(calibration.review.__path__)))
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")
GAINS = np.linspace(0.9, 1.1, len(SENSORS))


@pytest.fixture
def runs():
    return runs_of(GAINS, np.random.default_rng(1), scatter=0.01)


def reviewed(runs, **more):
    fitted = fit(runs)
    facts = {
        "residuals": residuals(runs, fitted),
        "influences": influences(LANE, residuals(runs, fitted), fitted, lambda _: None),
        "left_out": (),
        "not_covered": not_covered(runs, fitted, gains_only=False),
    }
    return Review(**{**facts, **more}), fitted


def scaled(runs, vehicle, factor):
    return [replace(run, static_kg=tuple(load * factor for load in run.static_kg)) if run.vehicle == vehicle else run for run in runs]


@pytest.mark.parametrize(
    ("factor", "guess"),
    [(2.20462, "given in lb"), (0.001, "given in t"), (10.0, "one digit too many"), (1.3, "times what the scale reads")],
)
def test_a_reference_weight_off_by_a_factor_is_refused_with_what_it_probably_is(runs, factor, guess):
    with pytest.raises(RejectError, match=f"vehicle B.*{guess}"):
        fit(scaled(runs, "B", factor))


def test_the_only_vehicle_is_held_against_the_nominal_constants(runs):
    alone = [run for run in runs if run.vehicle == "A"]
    fit(alone)
    with pytest.raises(RejectError, match=r"nominal constants.*given in lb"):
        fit(scaled(alone, "A", 2.20462))


def test_sound_weights_pass(runs):
    assert fit(runs).runs
    assert fit(scaled(runs, "B", 1.05)).runs


def test_residuals_are_what_rows_read_too_much_beside_the_function_of_speed(runs):
    fitted = fit(runs)
    left = residuals(runs, fitted)
    run, said = runs[3], fitted.runs[3]
    row = LANE.weighing_rows[1]
    loads = [sum(run.nominal_kg[sensor.name][k] * fitted.sensors[sensor.name].gain for sensor in row) for k in range(len(run.static_kg))]
    expected = sum(loads) / sum(run.static_kg) / (1.0 + fitted.speed.errors(said.speed_kmh)[1]) - 1.0
    assert left.values[3, 1] == pytest.approx(expected, abs=2e-6)
    assert [group.number for group in left.by_row()] == [len(runs)] * len(LANE.weighing_rows)
    assert sum(group.number for group in left.by_speed()) == sum(group.number for group in left.by_vehicle()) == len(runs)


def test_the_run_that_all_hangs_on_is_named_and_what_it_does_is_what_a_fit_without_it_does(runs):
    bad = replace(runs[4], nominal_kg={name: [load * 1.05 for load in loads] for name, loads in runs[4].nominal_kg.items()})
    spoilt = [*runs[:4], bad, *runs[5:]]
    fitted = fit(spoilt)
    found = influences(LANE, residuals(spoilt, fitted), fitted, lambda _: None)
    (most,) = [one for one in found if one.marked]
    assert most.run == bad.run
    assert most.residual == pytest.approx(0.05, abs=0.01)
    without = fit([*spoilt[:4], *spoilt[5:]])
    changes = [without.sensors[name].gain / fitted.sensors[name].gain - 1.0 for name in fitted.sensors]
    assert most.mean == pytest.approx(np.mean(changes), abs=2e-6)
    assert abs(most.largest) == pytest.approx(max(map(abs, changes)), abs=3e-6)


def test_what_a_run_reads_unseen_is_what_a_fit_without_it_says_of_it(runs):
    fitted = fit(runs)
    found = influences(LANE, residuals(runs, fitted), fitted, lambda _: None)
    for index in (0, 4, 11):
        without = fit([*runs[:index], *runs[index + 1 :]])
        run = runs[index]
        loads = [sum(sum(run.nominal_kg[one.name]) * without.sensors[one.name].gain for one in row) for row in LANE.weighing_rows]
        expected = np.mean(np.array(loads) / sum(run.static_kg) / (1.0 + without.speed.errors(run.speed_kmh)) - 1.0)
        assert found[index].unseen == pytest.approx(expected, abs=5e-4)  # its deviations are not learnt anew


def test_a_run_without_which_there_is_no_fit_is_marked_and_nothing_is_invented(runs):
    first = SENSORS[0]
    blind = [
        replace(run, nominal_kg={**run.nominal_kg, first: [None] * len(run.static_kg)} if index else run.nominal_kg)
        for index, run in enumerate(runs)
    ]
    whole = fit(runs)
    found = influences(LANE, residuals(blind, whole), whole, lambda _: None)
    assert found[0].marked
    assert np.isnan([found[0].mean, found[0].unseen, found[0].distance]).all()
    assert not np.isnan([one.distance for one in found[1:]]).any()
    review, _ = reviewed(runs, influences=found)
    show(review, Console(file=io.StringIO(), width=120), "en")
    assert page(review, whole, "en")


def test_one_speed_gives_no_function_of_speed_but_gains_on_demand(runs):
    slow = [replace(run, speed_kmh=50.0 + 0.3 * run.run) for run in runs]
    with pytest.raises(RejectError, match=r"one speed gives no function of speed.*--gains-only"):
        fit(slow)
    only = fit_only(slow)
    assert only.speed.rows == ((0.0,),) * len(LANE.weighing_rows)
    assert only.speed.mean_u[0] > 0.0
    assert (only.speed_min_kmh, only.speed_max_kmh) == (50.3, 53.6)
    assert "nothing is known of other speeds" in " ".join(one.text("en") for one in not_covered(slow, only, gains_only=True))


def fit_only(runs):
    return fit_gains(LANE, runs, name="c1", station="here", created=WHEN, pavement_c=21.0, gains_only=True)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda runs: [replace(run, vehicle="A", static_kg=runs[0].static_kg) for run in runs if run.vehicle == "A"],
            "one vehicle only (A)",
        ),
        (lambda runs: [replace(run, speed_kmh=min(run.speed_kmh, 50.0)) for run in runs], "2 speeds"),
        (lambda runs: [run for run in runs if run.vehicle == "A" or run.speed_kmh < 60.0], "was driven by vehicle A alone"),
    ],
)
def test_what_runs_leave_open_is_said(runs, change, says):
    changed = change(runs)
    sentences = " ".join(one.text("en") for one in not_covered(changed, fit(changed), gains_only=False))
    assert says in sentences
    assert "one pavement temperature" in sentences


def test_temperatures_that_differ_are_not_called_one(runs):
    warm = [replace(run, pavement_c=10.0 + 2.0 * run.run) for run in runs]
    assert not [one for one in not_covered(warm, fit(warm), gains_only=False) if "temperature" in one.text("en")]


def test_speeds_are_parted_where_they_differ_by_a_fifth():
    assert speed_classes([72.0, 30.0, 31.0, 50.0, 55.0, 60.0, 61.0]) == [[30.0, 31.0], [50.0, 55.0, 60.0], [61.0, 72.0]]


@pytest.mark.parametrize(("language", "word"), [("en", "residuals by"), ("zh", "残差分组")])
def test_table_and_picture_are_shown_in_both_languages(runs, language, word):
    named = [replace(run, vehicle="<b>B</b>" if run.vehicle == "B" else "A") for run in runs]
    note = RunNote(99, "<i>", 1.0, (1000.0,))
    review, fitted = reviewed(named, left_out=(Flagged(note, ("braking",)),))
    out = io.StringIO()
    show(review, Console(file=out, width=120), language)
    assert word in out.getvalue()
    assert "braking" in out.getvalue()
    html = page(review, fitted, language)
    assert fitted.digest() in html
    assert "&lt;i&gt;" in html
    assert "<b>B</b>" not in html
    assert not re.search(r"<(script|link)[^>]+(src|href)=", html)


def catalogue():
    source = resources.files("calibration.review").joinpath("locales", "zh", "LC_MESSAGES", "review.po")
    with source.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def test_every_sentence_is_translated_and_none_is_left_over():
    used = set()
    for path in FOLDER.rglob("*.py"):
        with path.open("rb") as file:
            used |= {message for _, message, _, _ in extract("python", file, keywords={"N_": None})}
    assert used == set(catalogue())


@pytest.mark.parametrize(("message", "translated"), catalogue().items())
def test_a_translation_holds_the_same_figures(message, translated):
    assert translated
    assert translated != message
    assert sorted(PLACEHOLDER.findall(message)) == sorted(PLACEHOLDER.findall(translated))
