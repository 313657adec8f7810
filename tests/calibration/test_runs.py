import pytest

from calibration.passages import parse_passages
from calibration.runs import match_runs, parse_runs, without_flagged
from contract.faults import RejectError

GOOD = "run,truck,first_axle_sample,axle1_kg,axle2_kg,axle3_kg\n1,A,10000,5700,10800,\n2,B,30000,5900,9000,8000\n"


def vehicle(sample, axles):
    return {
        "first_axle_sample": sample,
        "speed_kmh": 50.0,
        "spacings_m": [4.0] * (axles - 1),
        "axle_kg": [1.0] * axles,
        "nominal_kg": {"R0L": [1.0] * axles},
    }


def test_runs_are_read_and_matched_by_time_and_axles():
    notes = parse_runs(GOOD, "runs.csv")
    assert [note.static_kg for note in notes] == [(5700.0, 10800.0), (5900.0, 9000.0, 8000.0)]
    runs = match_runs(notes, [vehicle(10_900, 2), vehicle(20_000, 2), vehicle(29_100.5, 3)], 1000.0)
    assert [(run.run, run.vehicle, len(run.nominal_kg["R0L"])) for run in runs] == [(1, "A", 2), (2, "B", 3)]


@pytest.mark.parametrize(
    ("passages", "said"),
    [
        ([vehicle(12_000, 2), vehicle(30_000, 3)], "run 1: 0 vehicles were found within 1 s of sample 10000"),
        ([vehicle(9_500, 2), vehicle(10_400, 2), vehicle(30_000, 3)], "run 1: 2 vehicles were found"),
        ([vehicle(10_000, 3), vehicle(30_000, 3)], "run 1: vehicle A has 2 axle loads in the list but 3 axles were measured"),
    ],
)
def test_a_run_without_its_one_passage_is_refused(passages, said):
    with pytest.raises(RejectError, match=said):
        match_runs(parse_runs(GOOD, "runs.csv"), passages, 1000.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("run,truck\n", r"runs\.csv: has no column 'first_axle_sample'"),
        (GOOD.replace("10000", "soon"), r"runs\.csv line 2: first_axle_sample = 'soon' is no number"),
        (GOOD.replace("10000", "nan"), "is no number"),
        (GOOD.replace("5700", "-5"), "axle1_kg = -5 is no axle load in kg"),
        (GOOD.replace("5700", "5700000"), "allowed is above 0 up to 60000"),
        (GOOD.replace("5700,10800,", ",10800,"), "axle2_kg is given but axle1_kg is empty"),
        (GOOD.replace("5700,10800,", ",,"), "gives no axle load"),
        (GOOD.replace("1,A", "1,"), "truck is empty"),
    ],
)
def test_a_wrong_list_is_refused_naming_line_and_column(text, said):
    with pytest.raises(RejectError, match=said):
        parse_runs(text, "runs.csv")


def test_answers_of_the_edge_are_checked():
    line = '{"first_axle_sample": 1, "speed_kmh": 2, "spacings_m": [], "axle_kg": [], "nominal_kg": {}}'
    assert len(parse_passages(f"{line}\n\n{line}\n", "x.h5")) == 2
    with pytest.raises(RejectError, match=r"x\.h5, vehicle 1: is no JSON"):
        parse_passages("Traceback", "x.h5")
    with pytest.raises(RejectError, match="vehicle 2: has no nominal_kg"):
        parse_passages(f"{line}\n{line.replace('nominal_kg', 'other')}", "x.h5")
    with pytest.raises(RejectError, match="has no first_axle_sample"):
        parse_passages("[]", "x.h5")


def test_stated_uncertainties_of_reference_weights_are_taken_along():
    text = "run,truck,first_axle_sample,axle1_kg,axle2_kg,axle_u_kg,gross_u_kg\n1,A,10000,5700,10800,20,\n2,A,30000,5700,10800,,44\n"
    notes = parse_runs(text, "runs.csv")
    assert [(note.axle_u_kg, note.gross_u_kg) for note in notes] == [(20.0, None), (None, 44.0)]
    runs = match_runs(notes, [vehicle(10_000, 2), vehicle(30_000, 2)], 1000.0)
    assert [run.reference.relative_u for run in runs] == [pytest.approx(20 / 16_500), pytest.approx(22 / 16_500)]


@pytest.mark.parametrize("u", ["-3", "0", "700", "much"])
def test_an_uncertainty_that_cannot_be_is_refused(u):
    with pytest.raises(RejectError, match=r"runs\.csv line 2: axle_u_kg"):
        parse_runs(f"run,truck,first_axle_sample,axle1_kg,axle2_kg,axle_u_kg\n1,A,10000,5700,10800,{u}\n", "runs.csv")


def test_a_run_whose_passage_was_flagged_is_left_out_and_named():
    notes = parse_runs(GOOD, "runs.csv")
    braking = vehicle(10_000, 2) | {"flags": {"braking": -1.2, "uncalibrated": 1.0}}
    bent = vehicle(30_000, 3) | {"flags": {"s-path": 0.2, "uncalibrated": 1.0}}  # follows from gains that are not known yet
    sound, flagged = without_flagged(notes, [braking, bent], 1000.0)
    assert [note.run for note in sound] == [2]
    assert [(one.note.run, one.flags) for one in flagged] == [(1, ("braking",))]


def test_a_list_whose_clock_jumped_is_told_by_how_much():
    lines = "".join(f"{number},A,{10_000 * number},5700,10800\n" for number in range(1, 6))
    notes = parse_runs("run,truck,first_axle_sample,axle1_kg,axle2_kg\n" + lines, "runs.csv")
    passages = [vehicle(10_000 * number + 4_200, 2) for number in range(1, 6)]
    with pytest.raises(RejectError, match=r"5 of 5 runs would fit if the list were \+4\.2 s later: was a clock set"):
        match_runs(notes, passages, 1000.0)


def test_temperatures_of_runs_are_read_and_kept():
    text = "run,truck,first_axle_sample,axle1_kg,pavement_c\n1,A,10000,5700,31.5\n"
    notes = parse_runs(text, "runs.csv")
    assert match_runs(notes, [vehicle(10_000, 1)], 1000.0)[0].pavement_c == 31.5
    with pytest.raises(RejectError, match="pavement_c = 'warm' is no number"):
        parse_runs(text.replace("31.5", "warm"), "runs.csv")


def test_a_run_that_stands_twice_is_refused():
    with pytest.raises(RejectError, match="run 1 stands twice"):
        parse_runs(GOOD.replace("2,B", "1,B"), "runs.csv")
