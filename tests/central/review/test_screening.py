"""The gates: each falls with the one thing that is wrong, what comes late mends it, and screening again changes nothing."""

import numpy as np
import pytest
from sqlalchemy import update

from central.evidence.models import Blob, Case, CaseEvent, Record, StationKey
from central.office_settings import ReviewSettings
from central.review.gates import GateName, GateState, Why
from central.review.workflow import State
from contract.media import MediaRole, sha256_hex
from contract.records import CertificateEntry, Clock, ClockState, FlagEntry, Identity, VerificationEntry
from contract.vehicles import VehicleFlag
from contract.verdicts import Bar, Gate
from tests.central.review.office import PLATE, Office, photograph, pictures
from tests.central.web.passages import picture, ref
from tests.signing_station import T0_US

SYNCHRONISED = Clock(state=ClockState.SYNCHRONISED, u_us=1_000)
LIGHT_KG = (5_000, 6_000, 6_000, 6_000, 6_000)
VERIFIED = VerificationEntry(number="JJG-7", institute="Institute", from_us=1, until_us=2**52)


def fallen(office: Office, case_id: int) -> dict[GateName, list[Why]]:
    return {one.gate: [reason.why for reason in one.reasons] for one in office.view(case_id).checklist.fallen}


def barred(bar: Bar, **changes):
    return {"barred_by": (Gate(bar=bar, detail="as the station found"),), **changes}


def certificate(verification: VerificationEntry | None) -> CertificateEntry:
    return CertificateEntry(number=3, sha256="5" * 64, counter=7, verification=verification)


def read_plate(certainty_ppm: int, text: str = PLATE) -> dict[str, object]:
    return {
        "camera": "front",
        "event_id": "7",
        "time_us": T0_US,
        "text": text,
        "confidence_ppm": 980_000,
        "colour": "yellow",
        "facing": "front",
        "certainty_ppm": certainty_ppm,
        "residual_us": 0,
    }


@pytest.mark.parametrize(
    ("changes", "gate", "whys"),
    [
        (barred(Bar.SPEED), GateName.SPEED, [Why.BARRED]),
        (barred(Bar.ACCELERATION), GateName.BEHAVIOUR, [Why.BARRED]),
        (barred(Bar.STOPPED), GateName.BEHAVIOUR, [Why.BARRED]),
        (barred(Bar.OFF_SENSORS), GateName.BEHAVIOUR, [Why.BARRED]),
        (barred(Bar.SIGNAL), GateName.QUALITY, [Why.BARRED]),
        (barred(Bar.ROWS), GateName.QUALITY, [Why.BARRED]),
        (barred(Bar.INCOMPLETE), GateName.QUALITY, [Why.BARRED]),
        (barred(Bar.FLAGGED), GateName.QUALITY, [Why.BARRED]),
        (barred(Bar.CLASS), GateName.CLASS, [Why.BARRED]),
        (barred(Bar.RULES), GateName.RULES, [Why.BARRED]),
        (
            barred(Bar.CLOCK, clock=Clock(state=ClockState.STEPPED)),
            GateName.CLOCK,
            [Why.CLOCK_NOT_SYNCHRONISED, Why.BARRED],
        ),
        (
            barred(Bar.PLAYBACK, clock=SYNCHRONISED.model_copy(update={"playback_ppm": 4_000_000})),
            GateName.PLAYBACK,
            [Why.PLAYBACK, Why.BARRED],
        ),
        (barred(Bar.CALIBRATION, calibration=None), GateName.CALIBRATION, [Why.NO_CALIBRATION, Why.BARRED]),
        (barred(Bar.VERIFICATION), GateName.VERIFICATION, [Why.BARRED]),
        (
            barred(Bar.VERIFICATION, certificate=certificate(VERIFIED.model_copy(update={"until_us": T0_US}))),
            GateName.VERIFICATION,
            [Why.VERIFICATION_NOT_IN_FORCE, Why.BARRED],
        ),
        (barred(Bar.VERIFICATION, certificate=certificate(None)), GateName.VERIFICATION, [Why.VERIFICATION_NOT_IN_FORCE, Why.BARRED]),
        (barred(Bar.NO_PLATE, plate=None), GateName.PLATE, [Why.NO_PLATE]),
        (barred(Bar.PLATE, plate_certainty_ppm=790_000), GateName.PLATE, [Why.PLATE_UNCERTAIN]),
    ],
)
def test_a_gate_falls_with_what_the_station_found_or_the_record_lacks(sqlite_office: Office, changes, gate, whys):
    case_id = sqlite_office.new_case(**changes)
    assert fallen(sqlite_office, case_id) == {gate: whys}
    assert sqlite_office.state(case_id) is State.BARRED


def test_a_verdict_that_leaves_a_bar_out_falls_by_central_s_own_judgement(sqlite_office: Office):
    flags = (FlagEntry(flag=VehicleFlag.ROWS_DISAGREE, figure_milli=300),)
    assert fallen(sqlite_office, sqlite_office.new_case(flags=flags)) == {GateName.VERDICT: [Why.VERDICT_DIFFERS]}


def test_rules_that_this_version_does_not_hold(sqlite_office: Office):
    case_id = sqlite_office.new_case(rules=Identity(id="cn-62-2016", sha256="f" * 64))
    assert fallen(sqlite_office, case_id) == {GateName.RULES: [Why.RULES_UNKNOWN], GateName.VERDICT: [Why.VERDICT_DIFFERS]}


def test_the_certificate_of_the_record_comes_before_the_published_one(sqlite_bench):
    office = Office(sqlite_bench)
    office.publish(certificate=None, verified_from_us=None, verified_until_us=None)
    assert office.view(office.new_case(certificate=certificate(VERIFIED))).checklist.cleared
    assert fallen(office, office.new_case()) == {GateName.VERIFICATION: [Why.NO_CERTIFICATE]}
    office.publish(from_us=2, verified_until_us=T0_US)
    assert fallen(office, office.new_case()) == {GateName.VERIFICATION: [Why.VERIFICATION_NOT_IN_FORCE]}


@pytest.mark.parametrize(
    ("made", "whys"),
    [
        ((), [Why.PICTURES_FEW]),
        ((photograph(70),), [Why.PICTURES_FEW]),
        ((photograph(70), photograph(71)[:-4_000]), [Why.PICTURE_UNREADABLE]),
        ((photograph(70), b"\xff\xd8\xff no picture at all"), [Why.PICTURE_UNREADABLE]),
        ((photograph(70), picture()), [Why.PICTURE_SMALL]),
        ((picture(640, 470), picture(600, 400)), [Why.PICTURE_SMALL]),
    ],
)
def test_pictures_must_be_enough_whole_and_large(sqlite_office: Office, made, whys):
    media = tuple(ref(MediaRole.FRONT, data, "image/jpeg") for data in made)
    record = sqlite_office.overload(media=media, arrived=False)
    for data in made:
        sqlite_office.arrive(data, sha256_hex(data))
    sqlite_office.screen()
    assert fallen(sqlite_office, sqlite_office.case(record)) == {GateName.PICTURES: whys}


def test_the_same_picture_twice_is_one_and_a_plate_crop_is_none(sqlite_office: Office):
    data, crop = photograph(70), photograph(71)
    twice = (ref(MediaRole.FRONT, data, "image/jpeg"), ref(MediaRole.REAR, data, "image/jpeg"), ref(MediaRole.PLATE, crop, "image/jpeg"))
    record = sqlite_office.overload(media=twice, arrived=False)
    for one in (data, crop):
        sqlite_office.arrive(one, sha256_hex(one))
    sqlite_office.screen()
    assert fallen(sqlite_office, sqlite_office.case(record)) == {GateName.PICTURES: [Why.PICTURES_FEW]}


def test_a_picture_whose_bytes_were_altered_does_not_count(sqlite_office: Office):
    record = sqlite_office.overload()
    path = sqlite_office.bench.central.blobs.path(record.media[0].sha256)
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    sqlite_office.screen()
    assert fallen(sqlite_office, sqlite_office.case(record)) == {GateName.PICTURES: [Why.PICTURE_UNREADABLE]}


def test_a_signature_that_is_not_the_stations_falls_and_so_does_a_key_that_was_not_in_force(sqlite_office: Office):
    record = sqlite_office.overload()
    with sqlite_office.bench.central.database.write() as session:
        row = session.query(Record).filter_by(seq=record.seq).one()
        row.payload = row.payload.replace(b'"lane":1', b'"lane":2')
    sqlite_office.screen()
    assert GateName.SIGNATURE in fallen(sqlite_office, sqlite_office.case(record))
    other = sqlite_office.overload()
    with sqlite_office.bench.central.database.write() as session:
        session.execute(update(StationKey).values(valid_until_us=1))
    sqlite_office.screen()
    assert fallen(sqlite_office, sqlite_office.case(other)) == {GateName.ENROLLED: [Why.KEY_NOT_IN_FORCE]}


def test_pictures_that_come_late_clear_the_case(office: Office):
    record = office.overload(arrived=False)
    office.screen()
    case_id = office.case(record)
    assert fallen(office, case_id) == {GateName.PICTURES: [Why.PICTURES_NOT_HERE]}
    assert office.view(case_id).checklist.may_mend
    (first, front), (second, rear) = pictures(record.seq - 1)
    office.arrive(front, first.sha256)
    office.screen()
    assert office.state(case_id) is State.BARRED
    office.arrive(rear, second.sha256)
    assert office.screen() == 1
    assert office.state(case_id) is State.SCREENED
    assert [event.action for event in office.view(case_id).history] == ["open", "bar", "bar", "clear"]


def test_a_plate_that_comes_in_a_supplement_clears_the_case_and_gives_it_its_plate(office: Office):
    record = office.overload(**barred(Bar.NO_PLATE, plate=None, plate_certainty_ppm=0))
    of = office.bench.station.last
    office.screen()
    case_id = office.case(record)
    assert office.state(case_id) is State.BARRED
    office.bench.send(office.bench.station.sign(office.bench.station.supplement(of, plates=(read_plate(950_000),))))
    office.screen()
    assert (office.state(case_id), office.row(case_id).plate) == (State.SCREENED, PLATE)


def test_a_record_that_waits_for_the_one_before_it_is_screened_again_when_that_comes(office: Office):
    station = office.bench.station
    before = station.next_envelope(loads_kg=LIGHT_KG)
    record = office.overload()
    office.screen()
    case_id = office.case(record)
    assert fallen(office, case_id) == {GateName.CHAIN: [Why.PREDECESSOR_MISSING]}
    office.bench.send(before)
    office.screen()
    assert office.state(case_id) is State.SCREENED


def test_a_station_that_is_published_late_lets_its_cases_through(bench):
    office = Office(bench)
    case_id = office.new_case()
    assert set(fallen(office, case_id)) == {GateName.PUBLISHED, GateName.VERIFICATION}
    office.publish(until_us=T0_US)
    office.screen()
    assert office.state(case_id) is State.BARRED
    office.publish(from_us=T0_US - 5)
    office.screen()
    assert office.state(case_id) is State.SCREENED


def test_screening_again_changes_nothing(office: Office):
    case_id = office.new_case()
    before = office.row(case_id)
    assert office.screen() == 0
    office.arrive(photograph(0), sha256_hex(photograph(0)))
    assert office.screen() >= 0
    after = office.row(case_id)
    assert (after.version, after.state, after.gates) == (before.version, before.state, before.gates)


def test_only_overloads_become_cases_and_each_one_only_once(office: Office):
    office.overload(loads_kg=LIGHT_KG)
    records = [office.overload() for _ in range(3)]
    for _ in range(3):
        office.screen()
    with office.bench.central.database.read() as session:
        assert sorted(session.query(Case.seq).all()) == [(record.seq,) for record in records]
        assert session.query(CaseEvent).filter_by(action="open").count() == 3


def test_a_gate_that_falls_under_review_stops_the_case_where_it_stands(office: Office):
    case_id = office.new_case()
    office.drive(case_id, "confirm", "pass-legal")
    for media in office.view(case_id).vehicle.media:
        office.bench.central.blobs.delete(media.ref.sha256)
    office.arrive(photograph(98), sha256_hex(photograph(98)))
    with office.bench.central.database.write() as session:
        session.execute(update(Case).values(screening_wanted=Case.screening_wanted + 1))
    office.screen()
    assert (office.state(case_id), office.row(case_id).cleared) == (State.LEGALLY_REVIEWED, False)
    assert office.view(case_id).history[-1].action == "screen-again"


def test_a_case_whose_record_can_not_be_read_stops_no_other(sqlite_office: Office):
    bad, good = sqlite_office.overload(), sqlite_office.overload()
    sqlite_office.screen()
    with sqlite_office.bench.central.database.write() as session:
        session.query(Record).filter_by(seq=bad.seq).one().payload = b"{}"
        session.execute(update(Case).values(screening_wanted=Case.screening_wanted + 1))
    assert sqlite_office.screen() == 1
    assert sqlite_office.bench.fault_count("not-a-record") == 1
    assert sqlite_office.state(sqlite_office.case(good)) is State.SCREENED


def test_the_checklist_names_every_gate_in_order_and_no_plate(sqlite_office: Office):
    case_id = sqlite_office.new_case(plate_certainty_ppm=100_000, **barred(Bar.PLATE))
    checklist = sqlite_office.view(case_id).checklist
    assert [one.gate for one in checklist.gates] == list(GateName)
    assert {one.state for one in checklist.gates} == {GateState.HELD, GateState.FELL}
    with sqlite_office.bench.central.database.read() as session:
        stored = session.get_one(Case, case_id).gates + b"".join(session.scalars(session.query(CaseEvent.entry).statement))
    assert PLATE.encode() not in stored


def test_what_the_office_asks_of_pictures_and_plates_is_a_setting(sqlite_office: Office):
    central = sqlite_office.bench.central
    central.settings = central.settings.model_copy(update={"review": ReviewSettings(pictures_min=3, plate_certainty_min=0.995)})
    assert fallen(sqlite_office, sqlite_office.new_case()) == {GateName.PICTURES: [Why.PICTURES_FEW], GateName.PLATE: [Why.PLATE_UNCERTAIN]}


def test_media_of_many_vehicles_are_told_apart(office: Office):
    rng = np.random.default_rng(5)
    for _ in range(rng.integers(4, 6)):
        office.overload(arrived=False)
    office.screen()
    first, data = pictures(0)[0]
    office.arrive(data, first.sha256)
    with office.bench.central.database.read() as session:
        waiting = session.query(Case.seq).filter(Case.screening_wanted > Case.screening_done).all()
        assert session.get(Blob, first.sha256) is not None
    assert waiting == [(1,)]
