"""Step 10 by itself: who put the calibration into force, and that it is this one."""

import json

import pytest
import rfc8785

from calibration.certificate import parse_sealed
from contract.faults import RejectError
from contract.signatures import PayloadType, seal
from tests.calibration.certificate.office import KEYS, VERIFIED, Office, station
from verifier.steps.kept import certificate_findings


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    made.certify(1.0, verification=VERIFIED)
    made.certify(1.1, by="zhao", approver="chen", verification=VERIFIED)
    return made


def sealed(office, index=0):
    book = office.ledger.book()
    return book.sealed(book.certificates[index]), book.certificates[index].entry()


def found(office, data, entry, at=None):
    return [one.what for one in certificate_findings(data, at or office.station, entry, "certificate.json")]


@pytest.mark.parametrize("index", [0, 1])
def test_a_certificate_of_the_ledger_holds(office, index):
    whole, entry = sealed(office, index)
    data = whole.model_dump_json().encode()
    assert found(office, data, entry) == []
    assert parse_sealed(data.decode(), "sealed").open(office.station, "sealed").certificate.number == entry.number


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("proposal", "approves another proposal"),
        ("approval", "is not the one that the record names"),
        ("parameters", "are not those that were proposed"),
    ],
)
def test_a_part_of_another_certificate_is_named(office, part, says):
    (first, entry), (second, _) = sealed(office), sealed(office, 1)
    swapped = json.loads(first.model_dump_json()) | {part: getattr(second, part)}
    assert any(says in what for what in found(office, json.dumps(swapped).encode(), entry))


def test_who_may_not_or_is_nobody_any_more_is_named(office):
    whole, entry = sealed(office)
    data = whole.model_dump_json().encode()
    gone = station(wang="until = 2026-01-01")
    assert found(office, data, entry, gone) == ["wang may not propose"]
    with pytest.raises(Exception, match="not enrolled"):
        found(office, data, entry, station(names=("zhao", "chen")))


def told(office, data, entry):
    """Give what is found, be it that the step ends with it, as the verifier tells it."""
    try:
        return found(office, data, entry)
    except RejectError as error:
        return [error.what]


@pytest.mark.parametrize("entry", [{"calibration": 5, "station": ["x"], "time_us": "now"}, {}, [1], "text", 7])
def test_whatever_a_signatory_has_signed_is_named_and_ends_nothing(office, entry):
    whole, named = sealed(office)
    odd = seal(rfc8785.dumps(entry), PayloadType.CERTIFICATE, KEYS["wang"]).decode()
    for part in ("proposal", "approval"):
        assert told(office, json.dumps(json.loads(whole.model_dump_json()) | {part: odd}).encode(), named)
