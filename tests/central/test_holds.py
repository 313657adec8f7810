"""A legal hold keeps what the schedule would delete, until it is lifted; the journal tells of both and names no plate."""

import json

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from central.__main__ import app
from central.evidence.holds import hold_plate, hold_vehicle, holds, lift_hold
from central.evidence.journal import Actor
from central.evidence.models import LegalHold
from contract.faults import RejectError
from tests.central.bench import Bench
from tests.central.test_retention import DAY_US, acts, passage, sweep
from tests.signing_station import READ

LIGHT_KG = (5_000, 6_000, 6_000, 6_000, 6_000)
COURT = "order 12 of the court"
CLERK = Actor("Wang", "wim-central", "local")


def send(bench: Bench, **changes: object) -> None:
    bench.send(bench.station.sign(passage(bench.station, **({"loads_kg": LIGHT_KG, "plate_certainty_ppm": 990_000} | changes))))


def plates(bench: Bench) -> dict[int, str | None]:
    return {row.seq: row.plate for row in bench.vehicles()}


def test_a_held_vehicle_stays_while_others_go_and_goes_when_the_hold_is_lifted(bench: Bench):
    for _ in range(3):
        send(bench, plate="湘A12345")
    with bench.central.database.write() as session:
        number = hold_vehicle(session, CLERK, bench.station.id, 2, reason=COURT, now_us=bench.clock())
    bench.clock.now_us += 31 * DAY_US
    assert sweep(bench).vehicles == 2
    assert plates(bench) == {1: None, 2: "湘A12345", 3: None}
    assert bench.vehicle(2).record.plate == "湘A12345"
    with bench.central.database.write() as session:
        lift_hold(session, CLERK, number, "the court has ended it", bench.clock())
    assert sweep(bench).vehicles == 1
    assert plates(bench)[2] is None


def test_a_hold_on_a_plate_keeps_its_vehicles_whether_the_list_or_a_read_names_it(bench: Bench):
    with bench.central.database.write() as session:
        number = hold_plate(session, CLERK, " 湘a12345 ", COURT, bench.clock())
    send(bench, plate="湘A12345")
    send(bench, plate="湘B54321", plates=(READ | {"text": "湘A12345"},))
    send(bench, plate="湘A1234")
    bench.clock.now_us += 31 * DAY_US
    assert sweep(bench).vehicles == 1
    assert plates(bench) == {1: "湘A12345", 2: "湘B54321", 3: None}
    with bench.central.database.write() as session:
        lift_hold(session, CLERK, number, "no longer needed", bench.clock())
        assert session.scalars(select(LegalHold.plate)).all() == [None]
    assert sweep(bench).vehicles == 2


def test_the_journal_tells_who_placed_and_lifted_a_hold_and_why_and_no_plate(bench: Bench):
    with bench.central.database.write() as session:
        number = hold_plate(session, CLERK, "湘A12345", COURT, bench.clock())
        lift_hold(session, CLERK, number, "no longer needed", bench.clock())
        (hold,) = holds(session)
    assert (hold.placed_by, hold.lifted_by, hold.plate) == ("Wang", "Wang", None)
    assert [(act.verb, act.subject, act.person, act.detail["reason"]) for act in acts(bench)] == [
        ("did", f"hold/{number}", "Wang", COURT),
        ("changed", f"hold/{number}", "Wang", "no longer needed"),
    ]
    assert "湘" not in str(acts(bench))


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (lambda session: hold_vehicle(session, CLERK, "nowhere", 1, reason=COURT, now_us=1), "no-vehicle"),
        (lambda session: hold_plate(session, CLERK, " ", COURT, 1), "bad-plate"),
        (lambda session: hold_plate(session, CLERK, "湘" * 17, COURT, 1), "bad-plate"),
        (lambda session: hold_plate(session, CLERK, "湘A12345", " ", 1), "no-reason"),
        (lambda session: lift_hold(session, CLERK, 7, COURT, 1), "no-hold"),
    ],
)
def test_what_is_no_hold_is_refused(bench: Bench, order, code):
    with pytest.raises(RejectError) as caught, bench.central.database.write() as session:
        order(session)
    assert caught.value.code == code
    assert acts(bench) == []


def test_the_commands_place_list_and_lift(sqlite_bench: Bench):
    send(sqlite_bench, plate="湘A12345")
    runner, data = CliRunner(), ["--data", str(sqlite_bench.central.settings.data)]
    by = ["--by", "Wang", "--reason", COURT]
    vehicle = runner.invoke(app, ["hold", "add", *data, *by, "--vehicle", f"{sqlite_bench.station.id}/1"])
    plate = runner.invoke(app, ["hold", "add", *data, *by, "--plate", "湘A12345"])
    assert (vehicle.output, plate.output) == ("1\n", "2\n")
    assert runner.invoke(app, ["hold", "lift", "1", *data, "--by", "Li", "--reason", "ended"]).output == "hold 1 is lifted\n"
    listed = [json.loads(line) for line in runner.invoke(app, ["hold", "list", "--json", *data]).output.splitlines()]
    assert [(one["id"], one["plate"], one["lifted_by"]) for one in listed] == [(2, "湘A12345", None), (1, None, "Li")]
    lines = runner.invoke(app, ["hold", "list", *data]).output.splitlines()
    assert lines[0].startswith("2 湘A12345 since 20")
    assert "lifted" in lines[1]
    for wrong in (["--by", " ", "--reason", "x", "--plate", "湘A1"], [*by], [*by, "--vehicle", "no number"], [*by, "--vehicle", "S1/9"]):
        refused = runner.invoke(app, ["hold", "add", *data, *wrong])
        assert (refused.exit_code, refused.output.startswith("wim-central: ")) == (1, True), refused.output
