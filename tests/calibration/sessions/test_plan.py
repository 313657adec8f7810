import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.acceptance import STANDARDS
from calibration.acceptance.standards import cost323, oiml_r134
from calibration.sessions.plan import Driven, match_plan, plan_runs
from contract.faults import RejectError


def count(runs, **wanted):
    return sum(all(getattr(run, key) == value for key, value in wanted.items()) for run in runs)


def test_two_trucks_at_three_speeds_twice_are_twelve_runs():
    runs = plan_runs(["A", "B"], [70, 30, 50], ["cost323"], repeats=2)
    assert len(runs) == 12
    assert [run.truck for run in runs[:4]] == ["A", "B", "A", "B"]
    assert [run.speed_kmh for run in runs] == sorted(run.speed_kmh for run in runs)


def test_cost_323_gets_its_ten_results():
    assert len(plan_runs(["A", "B"], [30, 50, 70], ["cost323"])) >= cost323().results_least


@pytest.mark.parametrize("standard", ["oiml-r134", "jjg907"])
def test_oiml_gets_its_places_and_speeds_for_every_truck(standard):
    plan = oiml_r134(standard).plan
    runs = plan_runs(["A", "B", "C"], [30, 50, 70], [standard])
    for truck in "ABC":
        assert count(runs, truck=truck) >= plan.runs
        for place in ("centre", "left", "right"):
            assert count(runs, truck=truck, lateral=place) >= getattr(plan, place)
        assert len({run.speed_kmh for run in runs if run.truck == truck}) >= plan.speeds


@pytest.mark.parametrize(
    ("trucks", "speeds", "code"),
    [
        ([], [30], "plan-empty"),
        (["A"], [], "plan-speeds"),
        (["A"], [500], "plan-speeds"),
        (["A"], [10, 20, 30, 40, 50, 60, 70], "plan-speeds"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(trucks, speeds, code):
    with pytest.raises(RejectError) as refused:
        plan_runs(trucks, speeds, ["cost323"])
    assert refused.value.code == code


@given(
    st.lists(st.sampled_from("ABC"), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from([20, 35, 50, 70, 90]), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from(STANDARDS), min_size=1, unique=True),
    st.permutations(range(400)),
)
def test_whoever_drives_the_whole_plan_in_any_order_has_fulfilled_it(trucks, speeds, standards, order):
    plan = plan_runs(trucks, speeds, standards)
    driven = [
        Driven(n, plan[i].truck, plan[i].speed_kmh * 1.02, plan[i].lateral) for n, i in enumerate((i for i in order if i < len(plan)), 1)
    ]
    done, beside = match_plan(plan, driven)
    assert sorted(done.values()) == list(range(len(plan)))
    assert beside == []


def test_a_run_at_another_speed_or_place_or_beyond_the_plan_is_beside_it():
    plan = plan_runs(["A"], [50], ["cost323"], repeats=1)
    driven = [Driven(1, "A", 80, "centre"), Driven(2, "A", 50, "left"), Driven(3, "A", 52, "unknown"), Driven(4, "A", 50, "centre")]
    assert match_plan(plan, driven) == ({3: 0}, [1, 2, 4])
