"""What the schedule deletes, what it leaves, and that every proof holds afterwards."""

import structlog
from sqlalchemy import select

from central.evidence.audit import audit
from central.evidence.models import Blob, Deletion, Vehicle
from central.housekeeping import Deleted, delete_due
from central.ingest.blob_upload import _is_here
from contract.clips import CLIP_TYPE
from contract.media import MediaRole, sha256_hex
from tests.central.bench import Bench
from tests.central.web.passages import passage, ref, store_blob, store_passage

DAY_US = 86_400_000_000
LIGHT_KG = (5_000, 6_000, 6_000, 6_000, 6_000)


def sweep(bench: Bench) -> Deleted:
    central = bench.central
    return delete_due(central.database, central.blobs, central.derived, bench.clock(), central.settings.retention)


def verified(bench: Bench):
    with bench.central.database.read() as session:
        found = audit(session, bench.central.blobs)
    assert found.failures == []
    return found.stations[bench.station.id]


def store(bench: Bench, data: bytes, role: MediaRole, **changes: object) -> None:
    """Store a light vehicle with one medium of its own."""
    bench.send(bench.station.sign(passage(bench.station, loads_kg=LIGHT_KG, media=(ref(role, data, "image/jpeg"),), **changes)))
    store_blob(bench, data)


def test_pictures_and_plates_go_after_thirty_days_and_the_signal_and_the_proofs_stay(bench: Bench):
    record = store_passage(bench, loads_kg=LIGHT_KG, plate="湘A12345", plate_certainty_ppm=990_000)
    bench.clock.now_us += 29 * DAY_US
    assert sweep(bench) == Deleted()
    bench.clock.now_us += 2 * DAY_US
    deleted = sweep(bench)
    scene, plate, _ = record.media
    assert deleted == Deleted(vehicles=1, plates=1, media=2, size=scene.size + plate.size)
    assert [bench.central.blobs.has(item.sha256) for item in record.media] == [False, False, True]
    assert bench.vehicles()[0].plate is None
    assert bench.vehicles()[0].swept_us == bench.clock()
    found = verified(bench)
    assert (found.verified, found.chain, found.blobs_missing, found.blobs_deleted) == (1, "unbroken", 0, 2)
    assert sweep(bench) == Deleted()


def test_an_overload_keeps_everything(bench: Bench):
    record = store_passage(bench, plate="湘A12345", plate_certainty_ppm=990_000)
    bench.clock.now_us += 400 * DAY_US
    assert sweep(bench) == Deleted()
    assert all(bench.central.blobs.has(item.sha256) for item in record.media)
    assert bench.vehicles()[0].plate == "湘A12345"


def test_what_a_supplement_brought_goes_too_and_a_late_plate_does_not_come_back(bench: Bench):
    store(bench, b"front", MediaRole.FRONT)
    of = bench.station.last
    bench.send(bench.station.sign(bench.station.supplement(of, media=(ref(MediaRole.CLIP, b"clip", CLIP_TYPE),))))
    store_blob(bench, b"clip")
    bench.clock.now_us += 31 * DAY_US
    assert sweep(bench).media == 2
    assert not bench.central.blobs.has(sha256_hex(b"clip"))
    bench.send(bench.station.sign(bench.station.supplement(of)))
    assert bench.vehicles()[0].plate is None


def test_a_picture_that_an_overload_shares_stays(bench: Bench):
    store(bench, b"both", MediaRole.OVERVIEW)
    bench.send(bench.station.sign(passage(bench.station, media=(ref(MediaRole.OVERVIEW, b"both", "image/jpeg"),))))
    bench.clock.now_us += 31 * DAY_US
    assert sweep(bench).media == 0
    assert bench.central.blobs.has(sha256_hex(b"both"))


def test_what_was_deleted_is_not_taken_again(bench: Bench):
    store(bench, b"front", MediaRole.FRONT)
    bench.clock.now_us += 31 * DAY_US
    sweep(bench)
    assert _is_here(bench.central, sha256_hex(b"front"))
    with bench.central.database.read() as session:
        assert session.get(Blob, sha256_hex(b"front")) is None
        assert session.scalars(select(Deletion.after_days)).all() == [30.0]


def test_many_vehicles_go_batch_by_batch_and_the_log_names_no_plate(bench: Bench):
    for number in range(230):
        store(bench, b"picture %d" % number, MediaRole.REAR, plate=f"湘A{number:05d}", plate_certainty_ppm=900_000)
    bench.clock.now_us += 31 * DAY_US
    with structlog.testing.capture_logs() as lines:
        deleted = sweep(bench)
    assert (deleted.vehicles, deleted.plates, deleted.media) == (230, 230, 230)
    assert [line["event"] for line in lines] == ["deleted-on-schedule"]
    assert "湘" not in str(lines)
    with bench.central.database.read() as session:
        assert session.scalars(select(Vehicle.plate).where(Vehicle.plate.is_not(None))).all() == []
