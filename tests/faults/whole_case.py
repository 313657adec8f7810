"""A central that holds all that a case can have: it came without a plate, got one and a clip late, was exempted and not, discussed, heard,
decided, served, objected to, heard again, closed and published; its documents were issued, its log cosigned and stamped.

Beside it: a case that waits for review, one whose verdict names a bar too few, two vehicles of a certified station, one of them weighed
again, and one whose media and plate were deleted on schedule.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from central.commands.administration import enrol_station
from central.commands.publications import enter_publication
from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.evidence.holds import hold_plate, hold_vehicle, lift_hold
from central.evidence.journal import PUBLIC, SERVICE, Actor
from central.evidence.publications import Publication
from central.evidence.receipt_key import receipt_key
from central.evidence.retention import sweep
from central.evidence.retention_due import Schedule, find_due
from central.evidence.subject import vehicle_subject
from central.review.objections import object_to
from central.reweighing.reweigh import reweigh
from central.web.documents.issuing import issue
from central.web.documents.kinds import Kind
from central.web.pages import make_pages
from contract.clips import CLIP_TYPE, ClipFrame, clip_bytes
from contract.media import MediaRole
from contract.verdicts import Bar, Gate
from tests.bundled import Evidence
from tests.central.log.conftest import Logged, open_logged
from tests.central.recorded import receive
from tests.central.review.office import APPROVER, PLATE, Office, actor, pictures
from tests.central.web.passages import picture, ref, signal, store_blob
from tests.recorded_station import recorded_station
from tests.signing_station import T0_US, SigningStation
from tests.time_stamp_authority import TimeStampAuthority

LEAVES = 260
"""So many that the log keeps the root of a full subtree."""
CONTACT = "13900000000"
EXEMPTIONS = (
    {"exemption": "transport-permit", "permit_number": "2026-7", "permit_from": "2026-09-01", "permit_until": "2026-09-30"},
    {"exemption": "tractor-or-low-speed", "registered_kg": 18_000},
)
SCHEDULE = Schedule(not_overloaded_days=0.0, dismissed_case_days=90.0, closed_case_days=90.0, orphan_days=30.0)
READ = {
    "camera": "front",
    "event_id": "7",
    "time_us": T0_US,
    "text": PLATE,
    "confidence_ppm": 980_000,
    "colour": "yellow",
    "facing": "front",
    "certainty_ppm": 950_000,
    "residual_us": 0,
}


@contextmanager
def open_whole_case(folder: Path, authority: TimeStampAuthority, *, leaves: int = LEAVES) -> Iterator[Evidence]:
    """Take the case on its whole way and make its bundle."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_logged(folder, f"sqlite:///{folder / 'central.db'}", authority) as logged:
        bench = logged.bench
        bench.central.settings = logged.settings
        _enrol(logged, folder, bench.station)
        for from_us, place in enumerate(("Gazette 5/2026", "Gazette 7/2026"), 1):
            _publish(logged, bench.station.id, place, from_us)
        office = Office(bench)
        _swept_vehicle(logged)
        case_id = _arrived(logged, office)
        office.new_case(plate="湘B67890")
        office.new_case(plate=None, plate_certainty_ppm=0)
        own = bench.station
        keys: tuple[Ed25519PublicKey, ...] = (own.key.public_key(),)
        receive(bench, recorded_station(folder / "station", vehicles=2, certified=True))
        keys += (bench.station.key.public_key(),)
        _enrol(logged, folder, bench.station)
        with bench.central.database.read() as session:
            subject = vehicle_subject(session, bench.station.id, 2)
        reweigh(bench.central, subject, SERVICE)
        bench.station = own
        logged.keep()
        _decided(logged, office, case_id)
        logged.keep()
        _ended(office, case_id)
        _hold(logged, office, case_id)
        logged.act(max(leaves - logged.audit().leaves, 0))
        evidence = Evidence(logged, receipt_key(bench.central.settings.key_folder), keys, office, case_id)
        evidence.data = evidence.bundle(str(case_id))
        yield evidence


def _enrol(logged: Logged, folder: Path, station: SigningStation) -> None:
    path = folder / f"{station.id}.pub.pem"
    path.write_bytes(station.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    enrol_station(logged.bench.central.database, station.id, f"Station {station.id}", path)


def _publish(logged: Logged, station: str, place: str, from_us: int) -> None:
    publication = Publication(
        station=station,
        road="G104",
        stake="K12+300",
        office="Highway bureau",
        institute="Institute of metrology",
        place=place,
        from_us=from_us,
        latitude_udeg=39_904_000,
        longitude_udeg=116_407_000,
        certificate="JJG-2026-7",
        verified_from_us=1,
        verified_until_us=2**52,
    )
    enter_publication(logged.bench.central.database, publication)


def _hold(logged: Logged, office: Office, case_id: int) -> None:
    """Order that nothing of the case is deleted, and of another vehicle, of which it is lifted again."""
    case, now_us = office.row(case_id), logged.bench.clock()
    with logged.bench.central.database.write() as session:
        hold_vehicle(session, SERVICE, case.station, case.seq, reason="the court has asked for it", now_us=now_us)
        lifted = hold_plate(session, SERVICE, PLATE, "a complaint", now_us)
        lift_hold(session, SERVICE, lifted, "the complaint was withdrawn", now_us)


def _swept_vehicle(logged: Logged) -> None:
    """Let a vehicle that was not overloaded go from database and blobs, and what came late of it."""
    bench, shown = logged.bench, picture(80, 60)
    bench.send(bench.station.next_envelope(media=(ref(MediaRole.FRONT, shown, "image/jpeg"),), plate="湘C00001"))
    store_blob(bench, shown)
    bench.send(bench.station.sign(bench.station.supplement(bench.station.last, plates=(READ,))))
    bench.clock.now_us += 1_000_000
    with bench.central.database.write() as session:
        due = find_due(session, bench.clock(), SCHEDULE)
        assert due is not None
        swept = sweep(session, due, bench.clock(), SCHEDULE)
    for sha256 in swept.media:
        bench.central.blobs.delete(sha256)


def _arrived(logged: Logged, office: Office) -> int:
    """Let the vehicle come without its plate, the pictures and the signal after it, plate and clip last."""
    bench, raw = logged.bench, signal()
    made = pictures(3)
    clip = clip_bytes([ClipFrame(T0_US + 100_000 * place, picture()) for place in range(4)], 64, 48)
    record = office.overload(
        arrived=False,
        media=(*(item for item, _ in made), ref(MediaRole.CAPTURE, raw, "application/x-hdf5")),
        barred_by=(Gate(bar=Bar.NO_PLATE, detail="no plate was read"),),
        plate=None,
        plate_certainty_ppm=0,
    )
    of = bench.station.last
    office.screen()
    case_id = office.case(record)
    for data in (*(data for _, data in made), raw):
        store_blob(bench, data)
    late = bench.station.supplement(of, plates=(READ,), media=(ref(MediaRole.CLIP, clip, CLIP_TYPE),))
    bench.send(bench.station.sign(late))
    store_blob(bench, clip)
    office.screen()
    assert office.view(case_id).checklist.fallen == ()
    return case_id


def _decided(logged: Logged, office: Office, case_id: int) -> None:
    central, pages = logged.bench.central, make_pages(CHINA_STANDARD_TIME)
    for fields in EXEMPTIONS:
        office.drive(case_id, "record-exemption", **fields)
    for exemption in office.view(case_id).exemptions:
        office.drive(case_id, "lift-exemption", exemption_number=exemption.number)
    office.drive(case_id, "confirm", "pass-legal", "offer-hearing", "record-hearing", "record-discussion")
    issue(central, pages, case_id, (Kind.PROPOSAL, "en"), actor(APPROVER))
    office.drive(case_id, "decide-penalty")
    issue(central, pages, case_id, (Kind.NOTICE, "zh"), actor(APPROVER))
    office.drive(case_id, "notify")


def _ended(office: Office, case_id: int) -> None:
    notice = office.view(case_id).notice
    assert notice is not None
    public = Actor(PUBLIC, PUBLIC, "198.51.100.7")
    with office.bench.central.database.write() as session:
        now_us = office.bench.clock()
        object_to(session, notice.number, PLATE, "I was not there", contact=CONTACT, actor=public, now_us=now_us, settings=office.settings)
    office.drive(case_id, "hear")
    office.drive(case_id, "close", "inform-home", "publish")
