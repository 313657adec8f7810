"""What is refused, and what is left out of the judgement and listed."""

import pytest
from pydantic import ValidationError

from calibration.acceptance import Reference, judge, sample_of
from calibration.acceptance.matching import matched_sample
from calibration.acceptance.pairs import members, pairs_of
from calibration.acceptance.runs_file import read_runs
from contract.faults import RejectError
from contract.vehicles import VehicleFlag
from tests.calibration.acceptance.runs import TRUCKS, run_of

GOOD = "run,truck,first_axle_sample,axle1_kg,axle2_kg,axle3_kg\n1,A,10000,5700,10800,\n2,B,30000,5900,9000,8000\n"
FULL = (
    "run,truck,first_axle_sample,axle1_kg,axle2_kg,gross_kg,gross_u_kg,axle_u_kg,left1_kg,left2_kg,spacing1_m,speed_kmh,groups,lateral\n"
    "7,A,10000.5,6000,10000,16010,20,10,3000,5010,4.5,40.5,1+1,left\n"
)


def line_of(sample, axle_kg, **other):
    return {
        "first_axle_sample": sample,
        "gross_kg": sum(axle_kg),
        "axle_kg": axle_kg,
        "left_kg": [load / 2 for load in axle_kg],
        "right_kg": [load / 2 for load in axle_kg],
        "spacings_m": [4.0] * (len(axle_kg) - 1),
        "speed_kmh": 40.0,
        "axle_groups": list(range(1, len(axle_kg) + 1)),
        "flags": {},
    } | other


def test_every_column_is_read():
    (line,) = read_runs(FULL, "runs.csv")
    assert (line.run, line.first_axle_sample, line.lateral) == (7, 10_000.5, "left")
    assert line.reference == Reference(
        vehicle="A",
        gross_kg=16_010,
        gross_u_kg=20,
        axle_kg=(6000, 10_000),
        axle_u_kg=10,
        left_kg=(3000, 5010),
        spacings_m=(4.5,),
        speed_kmh=40.5,
        groups=(1, 1),
    )


def test_what_is_not_given_stays_unknown():
    first, second = read_runs(GOOD, "runs.csv")
    assert (first.reference.gross_kg, second.reference.axle_kg) == (16_500, (5900, 9000, 8000))
    assert (first.reference.gross_u_kg, first.reference.speed_kmh, first.reference.groups, first.lateral) == (None, None, None, "unknown")
    (gross_only,) = read_runs("run,truck,first_axle_sample,gross_kg\n1,A,5,16000\n", "runs.csv")
    assert (gross_only.reference.gross_kg, gross_only.reference.axle_kg) == (16_000, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("run,truck\n1,A\n", "has no column 'first_axle_sample'"),
        ("run,truck,first_axle_sample\n1,A,5\n", "has no column 'axle1_kg'"),
        ("run,truck,first_axle_sample,gross_kg\n", "holds no run"),
        (GOOD.replace("10000", "soon"), r"line 2: first_axle_sample = 'soon' is no number"),
        (GOOD.replace("1,A", "1.5,A"), "run = '1.5' is no whole number"),
        (GOOD.replace("1,A", "1,"), "line 2: vehicle = ''"),
        (GOOD.replace("5700,10800", ",10800"), "axle2_kg is given but axle1_kg is empty"),
        (GOOD.replace("5700,10800", ","), "gives no static weight"),
        (GOOD.replace("5700", "-5700"), r"axle_kg.0 = -5700.0: Input should be greater than 0"),
        (GOOD.replace("5700", "5700000"), "less than or equal to"),
        (FULL.replace("16010", "160100"), "add up to 16000 kg, its gross weight is 160100 kg"),
        (FULL.replace("1+1", "1+2"), "different numbers of axles: axle_kg for 2"),
        (FULL.replace("1+1", "1-1"), "groups = '1-1'"),
        (FULL.replace("left\n", "middle\n"), "lateral = 'middle'; allowed are centre, left, right, unknown"),
        ("[", "is neither CSV nor JSON"),
        ("[]", "holds no vehicle"),
        ("[1]", "is no table"),
        ('[{"gvw_kg": 1}]', "vehicle 1: has no 'axle_kg'"),
    ],
)
def test_a_wrong_file_is_refused_naming_line_and_column(text, said):
    with pytest.raises(RejectError, match=said):
        read_runs(text, "runs.csv")


def test_runs_are_matched_by_time_and_what_does_not_fit_is_listed():
    lines = read_runs(GOOD + "3,A,50000,5700,10800,\n4,A,70000,5700,10800,\n5,B,90000,5900,9000,8000\n6,A,99000,5700,10800,\n", "runs.csv")
    vehicles = [
        line_of(10_900, [5750, 10_900]),
        line_of(49_900, [5700, 10_800]),
        line_of(50_100, [5700, 10_800]),
        line_of(70_000, [5700, 10_800, 900]),
        line_of(90_000, [5900, 9000, 8000], flags={"braking": 1.2}),
        line_of(98_500, [5700, 10_800]),
    ]
    sample = matched_sample(lines, vehicles, 1000.0)
    assert [run.run for run in sample.runs] == [1, 6]
    assert {one.run: one.why.text("en") for one in sample.excluded} == {
        2: "no vehicle was found at its time",
        3: "2 vehicles were found at its time",
        4: "3 axles were found, the vehicle has 2",
        5: "flagged by the weighing: braking",
    }
    (report,) = judge(sample, ["cost323"], stage="initial")
    assert len(report.document("zh")["excluded"]) == 4
    with pytest.raises(RejectError, match="none of 6 runs"):
        matched_sample(lines, [], 1000.0)


def test_a_reference_in_pounds_is_refused():
    runs = [run_of(number, "A", [load * 2.2046 for load in TRUCKS["A"]], [1 / 2.2046 - 1] * 2) for number in range(3)]
    with pytest.raises(RejectError, match=r"0\.45 times as much; look whether the reference is in kg"):
        sample_of(runs)


def test_a_run_twice_or_a_vehicle_with_two_truths_is_refused():
    one = run_of(1, "A", TRUCKS["A"], [0.0] * 2)
    with pytest.raises(RejectError, match="run 1: stands twice"):
        sample_of([one, one])
    other = run_of(2, "A", [6100.0, 10_000.0], [0.0] * 2)
    with pytest.raises(RejectError, match="vehicle A, run 2: has other static weights"):
        sample_of([one, other])


def test_a_run_of_another_number_of_axles_is_no_run():
    with pytest.raises(ValidationError, match="run 1: A has 2 axles, the scale found 5"):
        run_of(1, "B", TRUCKS["B"], [0.0] * 5).model_validate(
            {
                "run": 1,
                "reference": {"vehicle": "A", "gross_kg": 16_000, "groups": (1, 1)},
                "measured": run_of(1, "B", TRUCKS["B"], [0.0] * 5).measured,
            }
        )


def test_every_flag_excludes():
    for flag in VehicleFlag:
        run = run_of(1, "A", TRUCKS["A"], [0.0] * 2)
        flagged = run.model_copy(update={"measured": run.measured.model_copy(update={"flags": (flag,)})})
        assert sample_of([flagged]).runs == ()


def test_pairs_hold_what_a_vehicle_is_made_of():
    run = run_of(1, "C", TRUCKS["C"], [0.01, 0.0, 0.0, 0.02, 0.0, 0.0])
    assert [list(axles) for axles in members((1, 2, 3))] == [[0], [1, 2], [3, 4, 5]]
    assert [pair.percent for pair in pairs_of("single-axle", [run])] == pytest.approx([1.0])
    assert [pair.truth for pair in pairs_of("group", [run])] == [16_000.0, 21_000.0]
    assert [pair.error for pair in pairs_of("group", [run])] == pytest.approx([0.0, 140.0])
    assert [len(pairs_of(name, [run])) for name in ("gross", "axle", "axle-of-group", "wheel", "speed", "spacing")] == [1, 6, 5, 0, 0, 0]


def test_unknown_standards_and_environments_are_refused():
    sample = sample_of([run_of(1, "A", TRUCKS["A"], [0.0] * 2)])
    with pytest.raises(RejectError, match="allowed are cost323"):
        judge(sample, ["din"], stage="initial")
    with pytest.raises(RejectError, match="allowed are r1, r2, R1, R2"):
        judge(sample, stage="initial", environment="r3")
