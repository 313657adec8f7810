"""A real central, with what a real weighing has recorded, weighs it again by the edge's own program."""

import json

import pytest
from typer.testing import CliRunner

from central.__main__ import app
from central.evidence.journal import SERVICE
from central.evidence.models import Act
from central.evidence.subject import vehicle_subject
from central.reweighing import program
from central.reweighing.result import Outcome
from central.reweighing.reweigh import reweigh, reweighings
from contract.faults import RetryError
from contract.media import MediaRole
from tests.central.recorded import blob_path, receive
from tests.recorded_station import recorded_station

pytestmark = pytest.mark.usefixtures("captures")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return recorded_station(tmp_path_factory.mktemp("station"), vehicles=3)


@pytest.fixture
def holding(sqlite_bench, made):
    receive(sqlite_bench, made)
    return sqlite_bench


def subject(bench, seq=1):
    with bench.central.database.read() as session:
        return vehicle_subject(session, bench.station.id, seq)


def capture_of(bench, seq=1):
    return next(item.ref.sha256 for item in subject(bench, seq).vehicle.media if item.ref.role is MediaRole.CAPTURE)


def test_every_vehicle_weighs_the_same_to_the_kilogram(holding):
    for seq in (1, 2, 3):
        result = reweigh(holding.central, subject(holding, seq), SERVICE)
        assert (result.outcome, result.differences) == (Outcome.EQUAL, ())
        record = subject(holding, seq).vehicle.record
        assert result.axles_kg == tuple(axle.load_kg for axle in record.axles)
        assert result.gross_kg == record.gross_kg


def test_the_result_is_kept_and_noted_without_a_plate(holding):
    result = reweigh(holding.central, subject(holding), SERVICE)
    with holding.central.database.read() as session:
        assert reweighings(session, holding.station.id, 1) == (result,)
        (act,) = [row for row in session.query(Act) if row.subject.startswith(("case/", "vehicle/")) and b"reweighing" in row.entry]
    detail = json.loads(act.entry)["detail"]
    assert (detail["outcome"], detail["gross_kg"], detail["differences"]) == ("equal", result.gross_kg, 0)
    assert "湘A" not in act.entry.decode()


@pytest.mark.parametrize(
    ("of", "says"),
    [
        (capture_of, "capture: is "),
        (lambda bench: subject(bench).vehicle.record.parameters_sha256, "station file: is "),
        (lambda bench: subject(bench).vehicle.record.calibration.sha256, "calibration: is "),
    ],
)
def test_a_forged_document_is_named(holding, of, says):
    path = blob_path(holding, of(holding))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    result = reweigh(holding.central, subject(holding), SERVICE)
    assert result.outcome is Outcome.REFUSED
    assert says in result.what
    assert "the signed record names" in result.what


def test_a_missing_document_is_named(holding):
    blob_path(holding, subject(holding).vehicle.record.parameters_sha256).unlink()
    result = reweigh(holding.central, subject(holding), SERVICE)
    assert (result.outcome, result.code) == (Outcome.REFUSED, "document-missing")
    assert result.what.startswith("station file: ")


def test_other_software_is_a_comparison_and_no_repetition(sqlite_bench, tmp_path, monkeypatch):
    from contract.records import Software  # noqa: PLC0415

    older = Software(name="weighline", version="0.0.9", sha256="1" * 64)
    monkeypatch.setattr("tests.recorded_station.software", lambda: older)
    receive(sqlite_bench, recorded_station(tmp_path / "older", vehicles=1))
    result = reweigh(sqlite_bench.central, subject(sqlite_bench), SERVICE)
    assert result.outcome is Outcome.OTHER_SOFTWARE
    assert (result.made_by, result.gross_kg) == (older, result.signed_gross_kg)
    assert result.weighed_by.sha256 != older.sha256


@pytest.mark.parametrize("command", [("/nonexistent",), ("/bin/false",), ("/bin/sh", "-c", "echo no json")])
def test_a_program_that_does_not_run_leaves_no_result(holding, monkeypatch, command):
    monkeypatch.setattr(program, "COMMAND", command)
    with pytest.raises(RetryError):
        reweigh(holding.central, subject(holding), SERVICE)
    with holding.central.database.read() as session:
        assert reweighings(session, holding.station.id, 1) == ()


def test_a_program_that_does_not_end_is_ended(holding, monkeypatch):
    monkeypatch.setattr(program, "COMMAND", ("/bin/sh", "-c", "sleep 60"))
    monkeypatch.setattr(program, "WITHIN_S", 0.2)
    with pytest.raises(RetryError, match="did not end"):
        reweigh(holding.central, subject(holding), SERVICE)


def test_the_command_shows_both_weights(holding):
    options = ["--data", str(holding.central.settings.data), "--database-url", holding.central.settings.url]
    shown = CliRunner().invoke(app, ["reweigh", f"{holding.station.id}/2", *options])
    assert shown.exit_code == 0, shown.output
    assert "equal in every figure, to the kilogram, by the same software" in shown.output
    told = CliRunner().invoke(app, ["reweigh", f"{holding.station.id}/2", "--json", *options])
    assert json.loads(told.stdout)["outcome"] == "equal"
    for wrong, says in (("nothing", "neither a case's number"), ("99", "case 99"), ("S9/1", "no vehicle here")):
        refused = CliRunner().invoke(app, ["reweigh", wrong, *options])
        assert refused.exit_code == 1
        assert says in refused.output
    blob_path(holding, capture_of(holding, 2)).write_bytes(b"forged")
    assert CliRunner().invoke(app, ["reweigh", f"{holding.station.id}/2", *options]).exit_code == 3
