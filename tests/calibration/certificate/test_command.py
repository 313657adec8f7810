"""The commands as a technician and an approver run them, and a program that reads their JSON."""

import json
import re

import pytest
from typer.testing import CliRunner

from calibration.__main__ import app
from contract.faults import WimError
from tests.calibration.certificate.office import Office, station_text

VERIFICATION = """
number = "JJG-2026-00417"
institute = "Provincial metrology institute"
valid_from = 2026-01-01
valid_until = 2099-12-31
classes = ["vehicle mass 5"]
"""


@pytest.fixture
def desk(tmp_path):
    """Give a function that runs a command with everything lying ready; an error of ours comes back as its exit code and text."""
    keys = {}
    for name in ("wang", "li"):
        result = CliRunner().invoke(app, ["key", str(tmp_path / f"{name}.key")])
        keys[name] = re.search(r'^key = "(.+?)"', result.stdout, re.MULTILINE).group(1)
    people = "\n".join(f'[[signatory]]\nname = "{name}"\nkey = "{key}"\nmay = ["propose", "approve"]\n' for name, key in keys.items())
    (tmp_path / "station.toml").write_text(station_text(()) + people, encoding="utf-8")
    (tmp_path / "v.toml").write_text(VERIFICATION, encoding="utf-8")
    (tmp_path / "c.json").write_text(Office(tmp_path).calibration(1.02).dump(), encoding="utf-8")

    def run(command, *arguments, by=None):
        common = ["--ledger", str(tmp_path / "own.sqlite"), "--station", str(tmp_path / "station.toml")]
        key = ["--key", str(tmp_path / f"{by}.key")] if by else []
        told = [str(tmp_path / one) if re.search(r"\.(json|toml|pdf)$", one) else one for one in arguments]
        result = CliRunner().invoke(app, [command, *told, *common, *key])
        if isinstance(result.exception, WimError):
            return 3, str(result.exception)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return run


def test_from_a_proposal_to_a_printed_certificate(desk, tmp_path):
    code, said = desk("certify", "c.json", "--reason", "first", "--verification", "v.toml", by="wang")
    assert (code, "wim-calibration approve 1" in said) == (0, True)
    assert re.search(r"gain R0L\s+–\s+1\.02000", said)
    assert desk("approve", "1", by="wang")[0] == 3
    code, said = desk("approve", "1", "--json", by="li")
    certificate = json.loads(said)
    assert (code, certificate["number"], certificate["verification"]["valid_until"]) == (0, 1, "2099-12-31")
    code, said = desk("history", "--json")
    history = json.loads(said)
    assert (history["counter"], history["in_force"], [one["kind"] for one in history["entries"]]) == (2, {"1": 1}, ["proposal", "approval"])
    assert "certificate 1, c-1.02; verification JJG-2026-00417" in " ".join(desk("history")[1].split())
    assert json.loads(desk("verify", "--json")[1]) == {
        "whole": True,
        "entries": 2,
        "certificates": 1,
        "sha256": certificate["sha256"],
        "fault": None,
    }
    assert "is the printed one" in desk("verify", "--number", "1", "--digest", certificate["sha256"][:20])[1]
    assert desk("print", "1", "-o", "c.pdf", "--lang", "zh")[0] == 0
    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")
    assert desk("export", "1", "-o", "again.json")[0] == 0
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "c.json").read_bytes()


def test_a_roll_back_and_a_rejection(desk):
    desk("certify", "c.json", "--reason", "first", by="wang")
    desk("approve", "1", "-y", by="li")
    code, said = desk("certify", "--again", "1", "--reason", "verified", "--verification", "v.toml", by="li")
    assert (code, "the parameters stay as they are" in said) == (0, True)
    assert "rejected by wang" in desk("reject", "3", "--reason", "wrong institute", by="wang")[1]
    assert "again 1" in " ".join(desk("history")[1].split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("certify", "--reason", "x"), "takes a calibration file or --again NUMBER"),
        (("certify", "c.json", "--again", "1", "--reason", "x"), "one of the two"),
        (("certify", "v.toml", "--reason", "x"), "fit it again"),
        (("certify", "c.json", "--reason", "x", "--verification", "station.toml"), "keys are number, institute"),
        (("certify", "c.json", "--reason", "x", "--effective-from", "2027-01-01"), "with its offset from UTC"),
        (("approve", "1"), "is no proposal; open are none"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(desk, arguments, words):
    code, said = desk(*arguments, by="wang")
    assert code == 3
    assert words in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("verify",), "does not exist"),
        (("print", "1", "-o", "c.pdf"), "there are none"),
        (("apply",), "cannot be asked"),
    ],
)
def test_what_is_not_there_is_told(desk, arguments, words):
    code, said = desk(*arguments, *(("--edge", "http://127.0.0.1:9") if arguments == ("apply",) else ()))
    assert code == 3
    assert words in said


def test_an_edited_ledger_has_exit_code_3_and_json_says_where(desk, tmp_path):
    desk("certify", "c.json", "--reason", "first", by="wang")
    office = Office(tmp_path)
    office.path = tmp_path / "own.sqlite"
    office.by_hand("UPDATE entry SET envelope = zeroblob(10)")
    code, said = desk("verify")
    assert (code, "own.sqlite entry 1: is no DSSE envelope" in said) == (3, True)
    assert desk("history")[0] == 3


def test_a_station_without_signatories_is_told_what_to_add(desk, tmp_path):
    (tmp_path / "station.toml").write_text(station_text(()), encoding="utf-8")
    code, said = desk("certify", "c.json", "--reason", "x", by="wang")
    assert (code, "names no [[signatory]]" in said) == (3, True)
