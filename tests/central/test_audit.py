import json

import pytest

from central.evidence.audit import Audit, audit
from central.evidence.models import Blob
from contract.media import sha256_hex
from contract.records import CertificateEntry
from tests.central.bench import Bench
from tests.signing_station import picture_ref

PICTURE = b"\xff\xd8 a picture"


def walk(bench: Bench) -> Audit:
    with bench.central.database.read() as session:
        return audit(session, bench.central.blobs)


def fill(bench: Bench) -> None:
    """Store two vehicles and a supplement with a picture that is here and one that is not."""
    refs = (picture_ref(sha256_hex(PICTURE), len(PICTURE)), picture_ref("b" * 64, 5))
    first = bench.station.next_envelope()
    of = bench.station.last
    bench.send(first, bench.station.next_envelope(), bench.station.sign(bench.station.supplement(of, media=refs)))
    with bench.central.blobs.begin(sha256_hex(PICTURE), len(PICTURE)) as upload:
        upload.write(PICTURE)
        upload.finish()
    with bench.central.database.write() as session:
        session.add(Blob(sha256=sha256_hex(PICTURE), size=len(PICTURE), station=bench.station.id, received_us=1))


def change(bench: Bench, statement: str) -> None:
    with bench.central.database.write() as session:
        session.connection().exec_driver_sql(statement)


def test_a_sound_store_verifies_in_the_form_that_programs_read(bench: Bench):
    fill(bench)
    assert json.loads(json.dumps(walk(bench).as_json())) == {
        "stations": {
            bench.station.id: {
                "records": 3,
                "vehicles": 2,
                "overloads": 0,
                "verified": 3,
                "chain": "unbroken",
                "first_seq": 1,
                "last_seq": 3,
                "texts_deleted": 0,
                "blobs_missing": 1,
                "blobs_deleted": 0,
            }
        },
        "quarantine": 0,
        "failures": [],
        "remarks": [f"station {bench.station.id}: no act of the journal vouches for how it stands: it was entered before acts did"],
    }


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (
            "UPDATE record SET payload = CAST(replace(CAST(payload AS TEXT), '1', '2') AS BLOB) WHERE seq = 2",
            "/2: altered",
        ),
        ("UPDATE record SET envelope = CAST(replace(CAST(envelope AS TEXT), 'eyJ', 'eyK') AS BLOB) WHERE seq = 1", "/1: bad-signature"),
        ("UPDATE record SET sha256 = replace(sha256, '0', '1') || '' WHERE seq = 2", "/2: altered"),
        ("UPDATE record SET time_us = time_us + 1 WHERE seq = 3", "/3: altered"),
        ("UPDATE vehicle SET gross_kg = 1000 WHERE seq = 1", "/1: altered"),
        ("UPDATE vehicle SET outcome = 'overload' WHERE seq = 1", "/1: altered"),
        ("UPDATE supplement SET of_seq = 2", "/3: altered"),
        ("DELETE FROM vehicle WHERE seq = 1", "/1: altered"),
        ("UPDATE vehicle SET plate = '京A99999' WHERE seq = 1", "/1: altered"),
        ("UPDATE disclosure SET text = '京A99999' WHERE record_id = 1", "/1: disclosure-misfit"),
        ("UPDATE disclosure SET salt = '00000000000000000000000000000000' WHERE record_id = 2", "/2: disclosure-misfit"),
        ("UPDATE disclosure SET record_id = 3 WHERE record_id = 2", "/3: disclosure-misfit"),
        ("INSERT INTO disclosure SELECT record_id, 9, salt, text FROM disclosure WHERE record_id = 1", "/1: disclosure-twice"),
        ("DELETE FROM disclosure WHERE record_id = 2", "/2: altered"),
    ],
)
def test_whatever_is_changed_in_a_row_is_found_and_named(sqlite_bench: Bench, statement: str, named: str):
    fill(sqlite_bench)
    change(sqlite_bench, statement)
    assert any(failure.startswith(f"{sqlite_bench.station.id}{named}") for failure in walk(sqlite_bench).failures)


def test_a_record_that_is_gone_is_a_gap(sqlite_bench: Bench):
    one, _two, three = (sqlite_bench.station.next_envelope() for _ in range(3))
    sqlite_bench.send(one, three)
    found = walk(sqlite_bench)
    assert found.stations[sqlite_bench.station.id].chain == "gap"
    assert found.failures == [f"{sqlite_bench.station.id}/3: chain-gap: seq 3 does not follow seq 1"]


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(PICTURE[:-1] + b"!"), lambda path: path.unlink()])
def test_a_blob_that_is_altered_or_gone_is_found_and_named(bench: Bench, damage):
    fill(bench)
    damage(bench.central.blobs.path(sha256_hex(PICTURE)))
    assert walk(bench).failures == [f"{bench.station.id}/3: blob {sha256_hex(PICTURE)[:16]}: is gone from the folder or altered"]


def certified(number, counter, digit="5"):
    return CertificateEntry(number=number, sha256=digit * 64, counter=counter)


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (certified(3, 6), None),
        (certified(4, 9, "6"), None),
        (certified(2, 4, "4"), "certificate-fell"),
        (certified(4, 5, "6"), "certificate-fell"),
        (certified(3, 6, "7"), "certificate-forked"),
        (None, "certificate-missing"),
    ],
)
def test_the_certificates_that_records_name_are_one_history(bench: Bench, second, code):
    for certificate in (None, certified(3, 6), second):
        bench.send(bench.station.sign(bench.station.vehicle(certificate=certificate)))
    failures = walk(bench).failures
    assert [failure.split(": ")[:2] for failure in failures] == ([] if code is None else [[f"{bench.station.id}/3", code]])


def test_lanes_go_by_certificates_of_their_own(bench: Bench):
    for lane, certificate in ((1, certified(3, 6)), (2, certified(2, 4, "4")), (1, certified(3, 6))):
        bench.send(bench.station.sign(bench.station.vehicle(lane=lane, certificate=certificate)))
    assert walk(bench).failures == []
