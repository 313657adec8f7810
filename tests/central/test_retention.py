"""What the schedule deletes, what it leaves, and that every proof holds afterwards."""

import asyncio
import os
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from central import housekeeping
from central.config import Settings
from central.evidence.audit import audit
from central.evidence.journal import ActEntry
from central.evidence.models import Act, Blob, Case, Deletion, HeldText, IssuedDocument, Vehicle
from central.evidence.quarantine import quarantined_data
from central.housekeeping import STRAY_PARTS, Deleted, delete_due
from central.ingest.blob_upload import _is_here
from contract.clips import CLIP_TYPE
from contract.faults import StopError
from contract.media import MediaRole, sha256_hex
from tests.central.bench import Bench, open_bench
from tests.central.cases import open_case
from tests.central.web.passages import passage, ref, store_blob, store_passage
from tests.postgres import new_database
from tests.signing_station import READ

DAY_US = 86_400_000_000
DAY_S = 86_400
CLOCK_S = 1_790_000_000.0
LIGHT_KG = (5_000, 6_000, 6_000, 6_000, 6_000)


def sweep(bench: Bench) -> Deleted:
    central = bench.central
    return delete_due(central.database, central.blobs, central.derived, bench.clock(), central.settings)


def verified(bench: Bench):
    with bench.central.database.read() as session:
        found = audit(session, bench.central.blobs)
    assert found.failures == []
    return found.stations[bench.station.id]


def acts(bench: Bench) -> list[ActEntry]:
    with bench.central.database.read() as session:
        return [ActEntry.model_validate_json(entry) for entry in session.scalars(select(Act.entry).order_by(Act.id))]


def store(bench: Bench, data: bytes, role: MediaRole, **changes: object) -> None:
    """Store a light vehicle with one medium of its own."""
    bench.send(bench.station.sign(passage(bench.station, **({"loads_kg": LIGHT_KG, "media": (ref(role, data, "image/jpeg"),)} | changes))))
    store_blob(bench, data)


PAPER = "a penalty for 湘A12345".encode()


def issue(bench: Bench, case: int) -> None:
    """Issue a document of a case."""
    fields = {"kind": "notice", "language": "zh", "basis": 1, "issued_us": 1, "person": "Wang"}
    store_blob(bench, PAPER)
    with bench.central.database.write() as session:
        session.add(IssuedDocument(case_id=case, sha256=sha256_hex(PAPER), size=len(PAPER), **fields))


def test_pictures_and_plates_go_after_thirty_days_and_the_signal_and_the_proofs_stay(bench: Bench):
    record = store_passage(bench, loads_kg=LIGHT_KG, plate="湘A12345", plate_certainty_ppm=990_000)
    bench.clock.now_us += 29 * DAY_US
    assert sweep(bench) == Deleted()
    bench.clock.now_us += 2 * DAY_US
    deleted = sweep(bench)
    scene, plate, _ = record.media
    assert deleted == Deleted(vehicles=1, plates=1, texts=1, media=2, size=scene.size + plate.size)
    assert [bench.central.blobs.has(item.sha256) for item in record.media] == [False, False, True]
    assert bench.vehicles()[0].plate is None
    assert bench.vehicles()[0].swept_us == bench.clock()
    kept = bench.vehicle(1).record
    assert (kept.plate, kept.plate_withheld, kept.gross_kg) == (None, True, record.gross_kg)
    found = verified(bench)
    assert (found.verified, found.chain, found.blobs_missing, found.blobs_deleted, found.texts_deleted) == (1, "unbroken", 0, 2, 1)
    assert sweep(bench) == Deleted()


def test_of_a_record_that_signs_its_plate_in_plain_the_list_forgets_it_and_the_signed_bytes_stay(bench: Bench):
    store(bench, b"front", MediaRole.FRONT, version=1, plate="湘A12345", plate_certainty_ppm=990_000)
    bench.clock.now_us += 31 * DAY_US
    assert sweep(bench) == Deleted(vehicles=1, plates=1, media=1, size=5)
    assert bench.vehicles()[0].plate is None
    assert bench.vehicle(1).record.plate == "湘A12345"
    assert verified(bench).verified == 1


def test_an_overload_without_a_case_keeps_everything(bench: Bench):
    record = store_passage(bench, plate="湘A12345", plate_certainty_ppm=990_000)
    bench.clock.now_us += 4_000 * DAY_US
    assert sweep(bench) == Deleted()
    assert all(bench.central.blobs.has(item.sha256) for item in record.media)
    assert bench.vehicles()[0].plate == "湘A12345"


def test_an_overload_goes_when_its_case_has_ended_and_the_time_of_the_case_is_over(bench: Bench):
    ends = {"decided": {}, "dismissed": {"entered_us": bench.clock()}, "published": {"closed_us": bench.clock()}}
    for state, end in ends.items():
        store(bench, state.encode(), MediaRole.FRONT, loads_kg=(6_500, 11_000, 11_200, 10_400, 10_100), plate="湘A12345")
        case = open_case(bench, bench.station.last.seq, state=state, **end)
    issue(bench, case)
    bench.clock.now_us += 179 * DAY_US
    assert sweep(bench) == Deleted()
    bench.clock.now_us += 2 * DAY_US
    assert sweep(bench).vehicles == 1
    bench.clock.now_us += 1_700 * DAY_US
    assert (sweep(bench).media, bench.central.blobs.has(sha256_hex(PAPER))) == (2, False)
    assert {row.seq: row.plate for row in bench.vehicles()} == {1: "湘A12345", 2: None, 3: None}
    with bench.central.database.read() as session:
        assert session.execute(select(Case.state, Case.plate).order_by(Case.id)).all() == [
            ("decided", "湘A12345"),
            ("dismissed", None),
            ("published", None),
        ]
        left = audit(session, bench.central.blobs).failures
    assert all("is listed as" in failure for failure in left), "these cases have no history; all else verifies"


def test_what_a_supplement_brought_goes_too_and_what_comes_later_still_is_not_kept(bench: Bench):
    store(bench, b"front", MediaRole.FRONT, plate=None, plate_certainty_ppm=0)
    of = bench.station.last
    clip = (ref(MediaRole.CLIP, b"clip", CLIP_TYPE),)
    bench.send(bench.station.sign(bench.station.supplement(of, media=clip, plates=(READ,))))
    store_blob(bench, b"clip")
    assert bench.vehicles()[0].plate == "粤B99999"
    bench.clock.now_us += 31 * DAY_US
    assert sweep(bench) == Deleted(vehicles=1, supplements=1, plates=1, texts=2, media=2, size=9)
    assert not bench.central.blobs.has(sha256_hex(b"clip"))
    later = (ref(MediaRole.REAR, b"rear", "image/jpeg"),)
    bench.send(bench.station.sign(bench.station.supplement(of, media=later, plates=(READ,))))
    store_blob(bench, b"rear")
    assert bench.vehicles()[0].plate is None
    with bench.central.database.read() as session:
        assert session.scalars(select(HeldText.text)).all() == []
    assert sweep(bench) == Deleted(supplements=1, media=1, size=4)
    assert not bench.central.blobs.has(sha256_hex(b"rear"))
    assert sweep(bench) == Deleted()
    assert verified(bench).texts_deleted == 4


def test_a_supplement_whose_vehicle_never_comes_goes_after_the_time_of_what_was_refused(bench: Bench):
    bench.station.next_envelope()
    bench.send(bench.station.sign(bench.station.supplement(bench.station.last, plates=(READ,))))
    bench.clock.now_us += 89 * DAY_US
    assert sweep(bench) == Deleted()
    bench.clock.now_us += 2 * DAY_US
    assert sweep(bench) == Deleted(supplements=1, texts=2)


def test_a_picture_that_an_overload_shares_stays(bench: Bench):
    store(bench, b"both", MediaRole.OVERVIEW)
    bench.send(bench.station.sign(passage(bench.station, media=(ref(MediaRole.OVERVIEW, b"both", "image/jpeg"),))))
    bench.clock.now_us += 31 * DAY_US
    assert sweep(bench).media == 0
    assert bench.central.blobs.has(sha256_hex(b"both"))


def test_a_picture_that_two_vehicles_share_goes_with_the_second(bench: Bench):
    store(bench, b"both", MediaRole.OVERVIEW)
    bench.clock.now_us += 5 * DAY_US
    store(bench, b"both", MediaRole.OVERVIEW)
    bench.clock.now_us += 26 * DAY_US
    assert sweep(bench).media == 0
    bench.clock.now_us += 5 * DAY_US
    assert sweep(bench).media == 1
    assert not bench.central.blobs.has(sha256_hex(b"both"))


def test_what_was_deleted_is_not_taken_again(bench: Bench):
    store(bench, b"front", MediaRole.FRONT)
    bench.clock.now_us += 31 * DAY_US
    sweep(bench)
    assert _is_here(bench.central, sha256_hex(b"front"))
    with bench.central.database.read() as session:
        assert session.get(Blob, sha256_hex(b"front")) is None
        assert session.scalars(select(Deletion.after_days)).all() == [30.0]


def test_a_file_that_a_crash_has_left_goes_with_the_next_run(bench: Bench):
    store(bench, b"front", MediaRole.FRONT)
    bench.clock.now_us += 31 * DAY_US
    sweep(bench)
    bench.central.blobs.path(sha256_hex(b"front")).write_bytes(b"front")
    assert sweep(bench) == Deleted()
    assert not bench.central.blobs.has(sha256_hex(b"front"))


def test_many_vehicles_go_batch_by_batch_and_log_and_journal_say_how_many_and_name_no_plate(bench: Bench):
    for number in range(230):
        store(bench, b"picture %d" % number, MediaRole.REAR, plate=f"湘A{number:05d}", plate_certainty_ppm=900_000)
    bench.clock.now_us += 31 * DAY_US
    with structlog.testing.capture_logs() as lines:
        deleted = sweep(bench)
    assert (deleted.vehicles, deleted.plates, deleted.texts, deleted.media) == (230, 230, 230, 230)
    assert [line["event"] for line in lines] == ["deleted-on-schedule"]
    noted = acts(bench)
    assert [(act.verb, act.subject, act.person) for act in noted] == [("deleted", "retention/vehicles", "service")] * 3
    assert [(act.detail["vehicles"], act.detail["records"]) for act in noted] == [(100, "1-100"), (100, "101-200"), (30, "201-230")]
    assert "湘" not in str(lines) + str(noted)
    with bench.central.database.read() as session:
        assert session.scalars(select(Vehicle.plate).where(Vehicle.plate.is_not(None))).all() == []


def test_the_bytes_of_refused_messages_go_and_that_they_were_refused_stays(bench: Bench):
    refused = bench.station.envelope(bench.station.vehicle(station="other", plate="湘A12345"))
    bench.send(refused, b"rubbish about \xe6\xb9\x98A54321")
    bench.clock.now_us += 91 * DAY_US
    assert sweep(bench).messages == 2
    assert sweep(bench) == Deleted()
    bench.send(refused)
    first = bench.quarantine()[-1]
    assert (first.code, first.times, first.size, first.deleted_us) == ("wrong-station", 2, len(refused), bench.clock())
    with bench.central.database.read() as session:
        found = quarantined_data(session, first.id)
    assert found is not None
    assert found[1] == b""


def test_files_in_the_folder_of_exports_that_no_job_accounts_for_go_after_a_day(bench: Bench):
    folder = bench.central.settings.export_folder
    folder.mkdir()
    old, new = folder / "old.csv", folder / "new.csv"
    for path, age_days in ((old, 1.1), (new, 0.9)):
        path.write_text("湘A12345", encoding="utf-8")
        written_s = (bench.clock() - age_days * DAY_US) / 1_000_000
        os.utime(path, (written_s, written_s))
    assert sweep(bench) == Deleted(exports=1, size=9)
    assert (old.exists(), new.exists()) == (False, True)
    assert [(act.subject, act.detail) for act in acts(bench)] == [("exports/strays", {"files": 1})]


def bytes_on_disk(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_after_the_sweep_no_file_of_central_holds_a_plate_that_was_due(sqlite_bench: Bench):
    bench = sqlite_bench
    folder = bench.central.settings.data
    for number in range(150):
        reasons = (f"front read 湘C{number:05d}, +3 ms from the expected time",)
        read = READ | {"text": f"湘C{number:05d}", "event_id": f"e-湘C{number:05d}", "reasons": reasons}
        overloaded = number % 10 == 0
        plate = f"湘K{number:05d}" if overloaded else f"湘C{number:05d}"
        changes = {"loads_kg": (6_500, 11_000, 11_200, 10_400, 10_100)} if overloaded else {"plates": (read,)}
        store(bench, f"picture of {plate}".encode(), MediaRole.FRONT, plate=plate, **changes)
        if number % 7 == 1 and not overloaded:
            bench.send(bench.station.sign(bench.station.supplement(bench.station.last, plates=(read,))))
    bench.send(bench.station.envelope(bench.station.vehicle(station="other", plate="湘C99999")))
    bench.central.derived.get(f"{sha256_hex('picture of 湘C00001'.encode())}.webm", "湘C00001".encode)
    assert any("湘C".encode() in data for data in bytes_on_disk(folder).values())
    bench.clock.now_us += 91 * DAY_US
    sweep(bench)
    left = bytes_on_disk(folder)
    assert {"central.db", "central.db-wal"} <= left.keys()
    assert [name for name, data in left.items() if "湘C".encode() in data] == []
    assert any("湘K00140".encode() in data for data in left.values()), "an overload's plate stays"
    found = verified(bench)
    assert (found.records, found.verified, found.chain) == (170, 170, "unbroken")


@pytest.mark.system("postgres")
def test_after_compacting_no_file_of_postgresql_holds_a_plate_that_was_due(postgres_cluster: str, tmp_path: Path):
    """Heap, indexes, what the planner has counted, and the write-ahead log; the cluster is of this test only in its plates."""
    gone, kept = "湘Q9", "湘R9"
    with open_bench(tmp_path, new_database(postgres_cluster, "compacted")) as bench:
        for number in range(40):
            overloaded = number % 10 == 0
            loads_kg = (6_500, 11_000, 11_200, 10_400, 10_100) if overloaded else LIGHT_KG
            plate = f"{kept if overloaded else gone}{number:04d}"
            store(bench, f"picture {number}".encode(), MediaRole.FRONT, plate=plate, loads_kg=loads_kg)
        with bench.central.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.exec_driver_sql("CHECKPOINT")
            folder = Path(connection.exec_driver_sql("SHOW data_directory").scalar_one())
        assert files_with(folder, gone), "before the sweep it is there"
        bench.clock.now_us += 31 * DAY_US
        assert sweep(bench).plates == 36
        assert files_with(folder, gone), "PostgreSQL overwrites nothing by itself"
        assert bench.central.database.compact() == []
        assert files_with(folder, gone) == []
        assert files_with(folder, kept), "an overload's plate stays"
        assert verified(bench).verified == 40


def files_with(folder: Path, plate: str) -> list[str]:
    return [name for name, data in bytes_on_disk(folder).items() if plate.encode() in data]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(swept=st.sets(st.integers(1, 8)), data=st.data())
def test_whichever_vehicles_go_every_signature_and_the_chain_hold(swept, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("swept")
    with open_bench(folder, f"sqlite:///{folder / 'central.db'}") as bench:
        for seq in range(1, 9):
            store(bench, b"picture %d" % seq, MediaRole.FRONT, plate="湘A12345", plates=(READ,) * data.draw(st.integers(0, 2)))
        with bench.central.database.write() as session:
            session.execute(update(Vehicle).where(Vehicle.seq.not_in(swept)).values(swept_us=1))
        bench.clock.now_us += 31 * DAY_US
        assert sweep(bench).vehicles == len(swept)
        with bench.central.database.write() as session:
            session.execute(update(Vehicle).where(Vehicle.seq.not_in(swept)).values(swept_us=None))
        found = verified(bench)
        assert (found.verified, found.chain) == (8, "unbroken")
        assert {row.seq: row.plate for row in bench.vehicles()} == {seq: None if seq in swept else "湘A12345" for seq in range(1, 9)}


def test_settings_give_the_folder_of_exports(tmp_path):
    assert Settings(data=tmp_path).export_folder == tmp_path / "exports"


def old_file(path: Path, age_s: float) -> Path:
    """Write a file, and let it be so old at `CLOCK_S`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half")
    then_s = CLOCK_S - age_s
    os.utime(path, (then_s, then_s))
    return path


def test_what_a_killed_writer_has_left_goes_and_what_is_entered_stays(bench: Bench):
    central, data = bench.central, b"entered"
    bench.clock.now_us = round(CLOCK_S * 1_000_000)
    store_blob(bench, data)
    entered = central.blobs.path(sha256_hex(data))
    os.utime(entered, (CLOCK_S - DAY_S, CLOCK_S - DAY_S))
    places = [
        central.blobs.path("ab" + "0" * 62),
        central.settings.blob_folder / "unfinished" / "tmp1",
        central.settings.key_folder / "log.last-checkpoint.x1.part",
        central.settings.derived_folder / "clip-abcd.x2.part",
    ]
    for path in places:
        old_file(path, 1_000)
    assert sweep(bench) == Deleted()
    for path in places:
        old_file(path, 3_700)
    assert sweep(bench).strays == len(places) - 1
    assert places[0].exists()  # a blob: the database may have been put back from a copy, in which its row is not
    old_file(places[0], 7 * DAY_S + 1)
    assert sweep(bench).strays == 1
    assert [path for path in (*places, entered) if path.exists()] == [entered]
    assert verified(bench)


def test_each_hour_a_part_of_the_blobs_is_looked_through_and_each_day_all(bench: Bench):
    central = bench.central
    strays = [old_file(central.blobs.path(f"{number:02x}" + "0" * 62), 10**6) for number in range(256)]
    bench.clock.now_us = round(CLOCK_S * 1_000_000)
    enter_in_each_subfolder(bench)
    removed = []
    for _ in range(STRAY_PARTS):
        bench.clock.now_us += 3_600_000_000
        found = delete_due(central.database, central.blobs, central.derived, bench.clock(), central.settings, stray_parts=STRAY_PARTS)
        removed.append(found.strays)
    assert not any(path.exists() for path in strays)
    assert set(removed) == {10, 11}


def enter_in_each_subfolder(bench: Bench) -> None:
    """Enter a blob in each subfolder, so that the folder is seen to be this database's."""
    with bench.central.database.write() as session:
        session.add_all(Blob(sha256=f"{n:02x}" + "1" * 62, size=1, station="G104-K12", received_us=0) for n in range(256))


def test_no_blob_of_another_database_is_removed(bench: Bench):
    bench.clock.now_us = round(CLOCK_S * 1_000_000)
    evidence = [old_file(bench.central.blobs.path(f"{number:02x}" + "0" * 62), 10**6) for number in range(256)]
    assert sweep(bench).strays == 0
    assert all(path.exists() for path in evidence)
    enter_in_each_subfolder(bench)
    assert sweep(bench).strays == len(evidence)


def test_a_broken_disk_ends_the_service_and_not_only_the_deletion(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    broken = StopError("database-broken", "database", "SQLITE_IOERR")

    def fail(*_: object, **__: object) -> None:
        raise broken

    monkeypatch.setattr(housekeeping, "FIRST_S", 0.0)
    monkeypatch.setattr(housekeeping, "delete_due", fail)
    asyncio.run(housekeeping.keep_house(bench.central))
    assert bench.central.ending.error is broken
