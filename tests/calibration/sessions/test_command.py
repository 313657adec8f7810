"""`wim-calibration session` as a technician types it, and what it says to what cannot be."""

import json

import pytest
from typer.testing import CliRunner

from calibration.__main__ import app
from calibration.sessions import actions
from calibration.sessions.store import STATION, SessionStore
from contract.faults import RejectError
from demo.site import SiteName, find_site
from tests.calibration.sessions.material import seen

WEIGHBRIDGE = """number = "WB-1"
institute = "institute"
valid_until = 2099-01-31
accuracy_class = "III"
interval_kg = 20
max_kg = 80000
expanded_uncertainty_kg = 24
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    (tmp_path / "station.toml").write_text(find_site(SiteName.OWN).station_text, encoding="utf-8")
    (tmp_path / "weighbridge.toml").write_text(WEIGHBRIDGE)
    monkeypatch.setenv("WIM_CALIBRATION_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WIM_STATION", str(tmp_path / "station.toml"))
    monkeypatch.setenv("WIM_TECHNICIAN", "Li")

    def run(*arguments, by=None):
        said = CliRunner().invoke(app, ["session", *arguments], env={"WIM_TECHNICIAN": by} if by else None)
        if said.exception is not None and not isinstance(said.exception, SystemExit):
            raise said.exception
        assert said.exit_code == 0, said.output
        return said.output.strip()

    run.folder = tmp_path
    return run


@pytest.fixture
def opened(run):
    name = run("new", "--edge-url", "http://127.0.0.1:1")
    run("truck", "A", "--axle", "6240", "--axle", "10260", "--certificate", str(run.folder / "weighbridge.toml"))
    return name


def pass_by(run, name, one):
    store = SessionStore(run.folder / "data" / "sessions.db")
    store.act(name, STATION, actions.see_pass(one, 4_000.0, captured=False))
    store.close()


def refusal(run, *arguments, by=None):
    with pytest.raises(RejectError) as refused:
        run(*arguments, by=by)
    return refused.value


def test_a_session_from_truck_to_run(run, opened):
    assert run("plan", "--speed", "30", "--speed", "50", "--repeats", "2") == "4 runs planned for 1 trucks"
    pass_by(run, opened, seen())
    assert run("accept", seen().id) == "run 1: truck A"
    told = json.loads(run("status", "--json"))
    assert (told["session"], told["planned"], told["driven"]) == (opened, 4, 1)
    assert told["accepted"] == [{"run": 1, "truck": "A", "pass": seen().id}]
    run("reopen", seen().id, "--reason", "was another truck")
    run("reject", seen().id, "--reason", "was another truck")
    run("close", "--reason", "rain")
    assert json.loads(run("status", "--json"))["closed"] == "rain"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("new", "--edge-url", "http://127.0.0.1:1"), "session-open"),
        (("new", "--lane", "7", "--edge-url", "http://127.0.0.1:1"), "lane-unknown"),
        (("new", "--standard", "iso", "--edge-url", "http://127.0.0.1:1"), "standard-unknown"),
        (("truck", "B", "--axle", "sixty"), "scale-number"),
        (("truck", "B", "--axle", "6.24", "--axle", "10.26"), "reference-factor"),
        (("truck", "B", "--axle", "6240", "--axle", "10260", "--gross", "18000"), "reference-sum"),
        (("truck", "B", "--axle", "6240", "--axle", "10260", "--groups", "1+1+1"), "input-invalid"),
        (("truck", "B"), "input-invalid"),
        (("accept", "1-0-0"), "pass-unknown"),
        (("accept", "1-0-0", "--truck", "A", "--lateral", "middle"), "lateral-unknown"),
        (("fit",), "too-few-runs"),
        (("judge",), "not-fitted"),
        (("status", "--session", "none"), "session-unknown"),
    ],
)
def test_what_cannot_be_is_refused(run, opened, arguments, code):
    before = run("status", "--json")
    assert refusal(run, *arguments).code == code
    assert run("status", "--json") == before


def test_a_pass_that_two_trucks_fit_needs_a_word(run, opened):
    run("truck", "B", "--axle", "6300", "--axle", "10200")
    pass_by(run, opened, seen())
    error = refusal(run, "accept", seen().id)
    assert error.code == "truck-unclear"
    assert "A, B" in error.what
    assert run("accept", seen().id, "--truck", "B", "--lateral", "left") == "run 1: truck B"


def test_another_technician_is_told_who_works_there(run, opened):
    error = refusal(run, "plan", "--speed", "30", by="Wang")
    assert error.code == "session-held"
    assert "Li is working" in error.what


def test_figures_typed_in_need_a_certificate(run):
    run("new", "--edge-url", "http://127.0.0.1:1")
    assert refusal(run, "truck", "A", "--axle", "6240", "--axle", "10260").code == "certificate-missing"
