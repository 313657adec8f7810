"""What a technician may give wrongly, and what a session says to it."""

from contextlib import closing
from decimal import Decimal

import pytest

from calibration.sessions import actions
from calibration.sessions.outcome import fit_session, fitted_calibration, judge_session
from calibration.sessions.store import SessionStore
from contract.faults import RejectError
from demo.site import SiteName, find_site
from tests.calibration.sessions.material import FIVE, OPENED, TWO, WHEN, HandClock, load, seen, truck


@pytest.fixture
def store(tmp_path):
    with closing(SessionStore(tmp_path / "sessions.db", HandClock())) as store:
        store.open("s1", OPENED, "Li")
        store.act("s1", "Li", actions.enter_truck(truck("A")))
        yield store


def do(store, *decisions):
    for decide in decisions:
        state = store.act("s1", "Li", decide)
    return state


def see(one):
    return actions.see_pass(one, 4_000.0, captured=True)


def refusal(store, decide):
    before = store.session("s1")
    with pytest.raises(RejectError) as refused:
        store.act("s1", "Li", decide)
    assert store.session("s1") == before
    return refused.value


def test_a_pass_with_another_number_of_axles_is_no_run_of_the_truck(store):
    do(store, actions.enter_truck(truck("B", FIVE)), see(seen(12, FIVE, (3.6, 5.6, 1.3, 1.3))))
    error = refusal(store, actions.accept(seen(12).id, "A", "centre"))
    assert error.code == "axle-count"
    assert "5 axles" in error.what


@pytest.mark.parametrize("flag", ["braking", "signal-gap", "off-sensors-left", "rows-disagree"])
def test_a_flagged_pass_is_no_run(store, flag):
    do(store, see(seen(flags={"uncalibrated": 1.0, flag: 2.0})))
    error = refusal(store, actions.accept(seen().id, "A", "centre"))
    assert error.code == "run-flagged"
    assert flag in error.what
    assert do(store, actions.reject(seen().id, "was braking")).passes[seen().id].standing == "rejected"


def test_pounds_taken_for_kilograms_are_named(store):
    do(store, actions.enter_truck(truck("P", tuple(kg / 0.45359237 for kg in TWO))), see(seen()))
    error = refusal(store, actions.accept(seen().id, "P", "centre"))
    assert error.code == "reference-factor"
    assert "pounds" in error.what


def test_a_scale_that_reads_half_before_its_calibration_is_measured_by_its_other_trucks(store):
    half = tuple(kg * 0.6 for kg in TWO)
    do(store, actions.enter_truck(truck("B", FIVE)), see(seen(11, half)))
    do(store, actions.accept(seen(11).id, "A", "centre"))
    do(store, see(seen(12, tuple(kg * 0.4 for kg in FIVE), (3.6, 5.6, 1.3, 1.3))))
    assert do(store, actions.accept(seen(12).id, "B", "centre")).runs[-1].truck.name == "B"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ((6.24, 10.26), "reference-factor"),
        ((6_240.0, 102_600.0), "reference-factor"),
        ((61_200.0, 100_600.0), "reference-factor"),
    ],
)
def test_static_loads_in_another_unit_or_with_a_digit_too_many_are_refused_at_once(wrong, code):
    entered = truck("X").model_copy(update={"axles": tuple(load("6240").model_copy(update={"load_kg": Decimal(str(kg))}) for kg in wrong)})
    with pytest.raises(RejectError) as refused:
        entered.weights()
    assert refused.value.code == code


def test_axles_and_gross_must_agree(store):
    error = refusal(store, actions.enter_truck(truck("G", TWO, gross=load(18_000))))
    assert error.code == "reference-sum"


def test_a_truck_with_runs_is_never_entered_anew(store):
    do(store, see(seen()), actions.accept(seen().id, "A", "centre"))
    assert refusal(store, actions.enter_truck(truck("A", (6_000.0, 10_000.0)))).code == "truck-has-runs"
    assert do(store, actions.withdraw_truck("A", "load has shifted")).runs == []


def test_one_pass_is_decided_on_once_and_taken_back_only_with_a_reason(store):
    do(store, see(seen()), actions.accept(seen().id, "A", "centre"))
    assert refusal(store, actions.accept(seen().id, "A", "centre")).code == "pass-decided"
    assert refusal(store, actions.reject(seen().id, "too fast")).code == "pass-decided"
    assert refusal(store, actions.reopen(seen().id, " ")).code == "input-invalid"
    state = do(store, actions.reopen(seen().id, "was truck B"), actions.accept(seen().id, "A", "left"))
    assert [(run.number, run.lateral) for run in state.runs] == [(2, "left")]


@pytest.mark.parametrize(
    ("decide", "code"),
    [
        (actions.accept("nothing", "A", "centre"), "pass-unknown"),
        (actions.withdraw_truck("Z", "not here"), "truck-unknown"),
        (actions.make_plan([]), "plan-speeds"),
        (actions.close("x"), "input-invalid"),
    ],
)
def test_what_is_not_there_is_named(store, decide, code):
    assert refusal(store, decide).code == code


def test_the_same_pass_told_twice_or_weighed_again_is_one(store):
    do(store, see(seen(11)), see(seen(11)), see(seen(12, first_axle_sample=20_000.0 * 11 + 40)))
    assert len(store.session("s1").passes) == 1


def test_a_pass_teaches_the_distances_that_nobody_measured(store):
    state = do(store, see(seen(spacings_m=(4.81,))), actions.accept(seen().id, "A", "centre"))
    assert state.spacings == {"A": (4.81,)}
    assert do(store, see(seen(12, spacings_m=(6.0,)))).passes[seen(12).id].offer.truck is None


def test_without_runs_there_is_no_fit_and_without_a_fit_no_acceptance(store, tmp_path):
    lane = find_site(SiteName.OWN).station.lane[0]
    state = store.session("s1")
    with pytest.raises(RejectError, match="at least 6") as few:
        fit_session(state, lane, WHEN)
    assert few.value.code == "too-few-runs"
    with pytest.raises(RejectError) as none:
        fitted_calibration(state)
    assert none.value.code == "not-fitted"
    with pytest.raises(RejectError):
        judge_session(state, tmp_path, None)
