"""Screening in a running central, from what a station sends to the work list; and what the office enters by command."""

import base64
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from central.__main__ import app
from central.app import create_app
from central.config import Settings
from central.evidence.accounts import Role
from central.evidence.models import Act, Case
from central.evidence.publications import publication_at, publications
from central.review.diagram import state_diagram
from central.review.workflow import State
from contract.canonical import canonical_bytes
from contract.faults import StopError
from contract.receipts import BlobClaim
from contract.signatures import PayloadType
from tests.central.bench import open_bench
from tests.central.review.office import Office, pictures
from tests.central.review.serving import serving
from tests.signing_station import T0_US, SigningStation

WAIT_S = 20
DAY_US = 86_400_000_000


def wait_for(reached: Callable[[], bool]) -> None:
    """Wait until a background task has done its part."""
    deadline_s = time.monotonic() + WAIT_S
    while not reached():
        assert time.monotonic() < deadline_s, "nothing happened"
        time.sleep(0.05)


def upload(client: httpx.Client, station: SigningStation, data: bytes, sha256: str) -> None:
    claim = BlobClaim(station=station.id, sha256=sha256, size=len(data), time_us=T0_US)
    envelope = station.seal(canonical_bytes(claim), PayloadType.BLOB_CLAIM)
    authorization = "DSSE " + base64.b64encode(envelope).decode()
    assert client.put(f"/blobs/{sha256}", content=data, headers={"Authorization": authorization}).status_code == 201


def test_an_overload_becomes_work_as_soon_as_its_pictures_are_here(tmp_path: Path):
    with serving(tmp_path) as running:
        office = running.office
        reviewer = running.asker("rao", Role.REVIEWER)
        record = office.overload(arrived=False)

        def stands() -> State | None:
            with office.bench.central.database.read() as session:
                row = session.query(Case).first()
                return None if row is None else State(row.state)

        wait_for(lambda: stands() is State.BARRED)
        assert [line["state"] for line in reviewer.get("/work").json()["cases"]] == ["barred"]
        with httpx.Client(base_url=running.base_url) as station:
            for item, data in pictures(record.seq - 1):
                upload(station, office.bench.station, data, item.sha256)
        wait_for(lambda: stands() is State.SCREENED)
        (line,) = reviewer.get("/work").json()["cases"]
        assert (line["seq"], line["cleared"]) == (record.seq, True)
        case = reviewer.get(f"/{line['id']}").json()
        assert {one["action"]: one["refused"] for one in case["offered"]}["confirm"] is None
        with office.bench.central.database.read() as session:
            assert session.query(Act).filter_by(verb="saw", subject=f"case/{line['id']}", person="rao").count() == 1


def test_a_screening_that_fails_as_nobody_expected_ends_the_service_rather_than_standing_still(tmp_path: Path, monkeypatch):
    with serving(tmp_path) as running:
        central = running.office.bench.central

        def fail(_sha256: str) -> None:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(central.blobs, "open", fail)
        running.office.overload()
        wait_for(lambda: central.ending.asked)
        assert (central.ending.error.code, central.ending.error.where) == ("background-ended", "screening")


def test_what_came_while_central_was_down_is_screened_at_the_start(tmp_path: Path):
    with open_bench(tmp_path, f"sqlite:///{tmp_path / 'central.db'}") as bench:
        office = Office(bench)
        office.publish()
        office.overload()
    with serving(tmp_path, enrolled=bench.station) as running:
        database = running.office.bench.central.database

        def states() -> list[str]:
            with database.read() as session:
                return [state for (state,) in session.query(Case.state)]

        wait_for(lambda: states() == ["screened"])


class TestPublishing:
    GIVEN = (
        *("--road", "G104", "--stake", "K12+300", "--office", "Highway bureau", "--institute", "Institute of metrology"),
        *("--place", "Gazette 7/2026", "--from", "2026-09-01"),
    )

    def run(self, folder: Path, *arguments: str, station: str = "G104-K12"):
        return CliRunner().invoke(app, ["publish-station", station, *self.GIVEN, *arguments, "--data", str(folder)])

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        with open_bench(tmp_path, f"sqlite:///{tmp_path / 'central.db'}"):
            return tmp_path

    def test_a_station_is_published_with_its_certificate_and_the_next_publication_ends_this_one(self, folder: Path):
        certificate = ("--certificate", "JJG-7", "--verified-from", "2026-01-01", "--verified-until", "2026-12-31")
        done = self.run(folder, *certificate, "--position", "39.904,116.407")
        assert (done.exit_code, done.output) == (0, "G104-K12 is published from 2026-09-01\n")
        assert self.run(folder, "--from", "2026-10-01", "--until", "2026-10-31").exit_code == 0
        with open_bench(folder, f"sqlite:///{folder / 'central.db'}") as bench, bench.central.database.read() as session:
            first, second = publications(session)
            assert (first.latitude_udeg, first.longitude_udeg) == (39_904_000, 116_407_000)
            assert first.until_us == second.from_us
            assert (second.until_us or 0) - second.from_us == 31 * DAY_US
            assert first.verified_at(T0_US)
            assert not second.verified_at(T0_US)
            assert publication_at(session, "G104-K12", T0_US) == first
            assert publication_at(session, "G104-K12", first.from_us - 1) is None
            assert publication_at(session, "G104-K12", second.until_us or 0) is None
            assert session.query(Act).filter_by(subject="station/G104-K12/publication").count() == 2

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--from", "1.9.2026"), "--from: '1.9.2026' is no day; write it as 2026-09-21"),
            (("--until", "2026-08-01"), "ends before it begins"),
            (("--position", "here"), "is not LATITUDE,LONGITUDE"),
            (("--position", "95,10"), "latitude is within"),
            (("--certificate", "JJG-7"), "together with --verified-from and --verified-until"),
        ],
    )
    def test_what_can_not_be_is_refused_with_what_is_allowed(self, folder: Path, arguments, said):
        done = self.run(folder, *arguments)
        assert (done.exit_code, said in done.output) == (1, True), done.output

    def test_a_station_must_be_enrolled(self, folder: Path):
        done = self.run(folder, station="nowhere")
        assert done.exit_code == 1
        assert "is not enrolled; enrol it with `wim-central enrol`" in done.output


def test_the_workflow_is_printed_as_it_is_drawn():
    done = CliRunner().invoke(app, ["workflow"])
    assert (done.exit_code, done.output) == (0, state_diagram())


def test_a_calendar_that_is_not_shipped_is_refused_at_the_start(tmp_path: Path):
    settings = Settings.model_validate({"data": tmp_path / "new", "review": {"calendar": "mars"}})
    with pytest.raises(StopError, match="'mars' is not shipped"):
        create_app(settings)
    assert not (tmp_path / "new").exists()
