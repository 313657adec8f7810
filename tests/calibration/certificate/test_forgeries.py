"""Every way to change a ledger by hand is found, named, and stops changes; what stood before it still verifies."""

import base64
import json
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibration.certificate import Approval, Ledger, parse_sealed
from calibration.certificate.entries import to_us
from contract.canonical import canonical_bytes
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.signatures import PayloadType, seal
from contract.station import parse_station
from tests.calibration.certificate.office import KEYS, Office, station, station_text


@pytest.fixture
def signed(office):
    """Three certificates, six entries."""
    for gain in (1.0, 1.01, 1.02):
        office.certify(gain)
    return office


def broken(office):
    """Give the fault; the ledger takes no change while it is there."""
    fault = office.ledger.verify().fault
    assert fault is not None
    assert fault.code in {"ledger-broken", "ledger-newer"}
    with pytest.raises(RejectError) as caught:
        office.propose("wang", 1.03)
    assert caught.value.code == fault.code
    return str(fault)


def envelope(office, counter):
    return dict(office.ledger._storage.read().rows)[counter]


def edited(office, counter, **changes):
    """Give an entry's envelope with its payload changed and the old signature."""
    outer = json.loads(envelope(office, counter))
    payload = json.loads(base64.b64decode(outer["payload"])) | changes
    outer["payload"] = base64.b64encode(json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()).decode()
    return json.dumps(outer).encode()


def replace_entry(office, counter, data):
    office.by_hand(("UPDATE entry SET envelope = ? WHERE counter = ?", (data, counter)))


def test_the_file_itself_refuses_to_change_or_forget(signed):
    connection = sqlite3.connect(signed.path, isolation_level=None)
    for statement in (
        "UPDATE entry SET envelope = x'00' WHERE counter = 1",
        "DELETE FROM entry WHERE counter = 6",
        "INSERT OR REPLACE INTO entry VALUES (6, x'00')",
        "INSERT INTO entry VALUES (8, x'00')",
        "UPDATE parameters SET text = ''",
        "DELETE FROM parameters",
        "INSERT OR REPLACE INTO parameters SELECT sha256, '' FROM parameters LIMIT 1",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
    connection.close()
    assert signed.ledger.verify().fault is None


def test_a_changed_reason_is_found_and_the_entries_before_it_stand(signed):
    replace_entry(signed, 3, edited(signed, 3, reason="something else"))
    assert "entry 3: the signature" in broken(signed)
    assert signed.ledger.verify().book.counter == 2


def test_an_entry_of_another_station_does_not_fit(signed):
    replace_entry(signed, 3, seal(json.dumps({}).encode(), PayloadType.RECORD, KEYS["wang"]))
    assert "entry 3" in broken(signed)


@pytest.mark.parametrize(("lost", "said"), [(1, "entry 1"), (4, "entry 4")])
def test_a_removed_entry_is_missed(signed, lost, said):
    signed.by_hand(f"DELETE FROM entry WHERE counter = {lost}")
    assert said in broken(signed)
    assert "is missing" in str(signed.ledger.verify().fault)


def test_entries_that_were_renumbered_to_hide_a_gap_are_found(signed):
    signed.by_hand("DELETE FROM entry WHERE counter = 3", "UPDATE entry SET counter = counter - 1 WHERE counter > 3")
    assert "entry 3" in broken(signed)


def test_changed_parameters_are_found(signed):
    signed.by_hand("UPDATE parameters SET text = replace(text, '1.01', '1.07')")
    assert "were changed" in broken(signed)


def test_removed_parameters_are_found(signed):
    signed.by_hand("DELETE FROM parameters")
    assert "are missing" in broken(signed)


def test_a_trigger_taken_off_is_found(signed):
    connection = sqlite3.connect(signed.path, isolation_level=None)
    connection.execute("DROP TRIGGER entry_kept")
    connection.close()
    assert "altered by hand" in broken(signed)


def test_another_programs_database_is_no_ledger(office):
    connection = sqlite3.connect(office.path, isolation_level=None)
    connection.execute("CREATE TABLE entry (counter INTEGER PRIMARY KEY, envelope BLOB)")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    assert "another program's" in broken(office)


def test_a_ledger_of_newer_software_is_left_alone(signed):
    signed.by_hand("PRAGMA user_version = 9")
    assert "install the newer software" in broken(signed)


def test_a_file_that_is_no_database_is_no_ledger(office):
    office.path.write_bytes(b"garbage" * 1_000)
    assert "is no ledger" in broken(office)


def test_a_proposer_who_approves_with_a_tool_of_their_own_is_found(office):
    """The signature is good, the person is not: the rule is held on reading, too."""
    office.propose("wang")
    book = office.ledger.book()
    approval = Approval(
        station="here",
        counter=2,
        prev_sha256=book.head_sha256,
        by="wang",
        time_us=to_us(office.time()),
        number=1,
        proposal_counter=1,
        proposal_sha256=book.head_sha256,
        effective_from_us=to_us(office.time()),
    )
    office.by_hand(("INSERT INTO entry VALUES (2, ?)", (seal(canonical_bytes(approval), PayloadType.CERTIFICATE, KEYS["wang"]),)))
    assert "wang proposed it and may not approve it" in broken(office)
    assert office.ledger.verify().book.certificates == ()


def test_a_ledger_of_another_station_is_refused(signed):
    text = station_text().replace('id = "here"', 'id = "there"')
    fault = Ledger(signed.path, parse_station(text, "x")).verify().fault
    assert "is of station 'here', this is 'there'" in str(fault)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_single_bit_of_an_entry_or_of_parameters_is_found(tmp_path_factory, data):
    office = Office(tmp_path_factory.mktemp("bit"))
    office.certify()
    kind = data.draw(st.sampled_from(["entry", "parameters"]))
    if kind == "entry":
        counter = data.draw(st.integers(1, 2))
        flipped = bytearray(envelope(office, counter))
        place, bit = data.draw(st.integers(0, len(flipped) - 1)), data.draw(st.integers(0, 7))
        flipped[place] ^= 1 << bit
        replace_entry(office, counter, bytes(flipped))
    else:
        ((sha256, text),) = office.ledger._storage.read().parameters
        place = data.draw(st.integers(0, len(text) - 1))
        changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
        office.by_hand(("UPDATE parameters SET text = ? WHERE sha256 = ?", (changed, sha256)))
    assert "ledger.sqlite" in broken(office)


def test_bits_of_base64_that_carry_nothing_are_not_free(office):
    office.certify()
    data = envelope(office, 2)
    assert data.endswith(b'=="}]}')
    replace_entry(office, 2, data[:-7] + bytes([data[-7] ^ 1]) + data[-6:])
    assert "entry 2" in broken(office)


def test_a_sealed_certificate_stands_by_itself_and_any_other_part_breaks_it(signed):
    book = signed.ledger.book()
    first, second = (book.sealed(one) for one in book.certificates[:2])
    in_force = parse_sealed(first.model_dump_json(), "kept").open(signed.station, "kept")
    assert in_force.identity == book.certificates[0].calibration
    assert in_force.certificate == book.certificates[0].entry(sha256_hex(first.model_dump_json().encode()))
    swapped = {"proposal": "proposal-differs", "approval": "proposal-differs", "parameters": "parameters-differ"}
    for part, code in swapped.items():
        mixed = first.model_copy(update={part: getattr(second, part)})
        with pytest.raises(RejectError) as caught:
            mixed.open(signed.station, "kept")
        assert caught.value.code == code
    with pytest.raises(RejectError, match="not enrolled"):
        first.open(station(("zhao", "chen")), "kept")
    with pytest.raises(RejectError, match="holds a approval and a proposal"):
        first.model_copy(update={"proposal": first.approval, "approval": first.proposal}).open(signed.station, "kept")
    with pytest.raises(RejectError, match="no sealed certificate"):
        parse_sealed("{}", "kept")
