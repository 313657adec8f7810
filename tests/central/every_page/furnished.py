"""The world of the permissions' table with something on every page: cases in each state, stations well and ill, files made and failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from central.evidence import accounts
from central.evidence.accounts import Role
from central.evidence.accounts.grants import OPERATOR, grant
from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.evidence.log.checkpoints import log_key, make_checkpoint
from central.evidence.log.leaves import leaf_of_record, size
from central.evidence.messages import EventType
from central.evidence.stations import enrol, store_status
from central.evidence.tokens import Scope, make_token
from central.evidence.vehicle_filter import VehicleFilter
from central.exports import jobs
from central.exports.jobs import Format
from central.review.view import case_id_of
from central.review.workflow import State
from central.web.documents.issuing import issue
from central.web.documents.kinds import Kind
from central.web.pages import make_pages
from central.webhooks.endpoints import add_endpoint, send_test
from contract.topics import DriftNotice, StationState, StationStatus
from contract.verdicts import Bar, Gate
from tests.broker import free_port
from tests.central.permissions.world import OWN, Visitor, World, living
from tests.central.review.office import MAJOR_KG, REVIEWER, Office, actor
from tests.central.review.table import PATHS
from tests.central.web.passages import store_passage
from tests.central.web.prepared_cases import MAJOR, seen_case
from tests.signing_station import SigningStation

LIGHT_KG = (5_000, 8_000, 8_000, 7_500, 7_500)
BRAKING = Gate(bar=Bar.ACCELERATION, detail="-2.10 m/s²; allowed is at most 1 m/s² either way")
NEVER_HEARD = "G320-K7"
PLATE = "湘B67895"
"""Of the case whose notice the public asks for."""


class Furnished:
    """What was put in, by what the pages call it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cases: dict[str, int] = {}
        self.notice = ""
        self.decision = ""
        self.account = 0
        self.endpoint = 0
        self.leaf = 0
        self.leaf_of_act = 0


@contextmanager
def furnished(folder: Path) -> Iterator[Furnished]:
    """Serve a world that has something to show on every page, until the block ends."""
    with living(folder) as world:
        place = Furnished(world)
        _traffic(world)
        _stations(world)
        _cases(place, world.offices[OWN])
        _administration(place)
        with world.central.database.write() as session:
            settings = world.central.settings
            first = leaf_of_record(session, OWN, 1)
            assert first is not None
            # What was written last is an act: the sending of a webhook's test.
            place.leaf, place.leaf_of_act = first.index, size(session) - 1
            make_checkpoint(session, log_key(settings.key_folder, settings.log.origin), world.central.now_us())
        yield place


def _traffic(world: World) -> None:
    bench = world.offices[OWN].bench
    for number in range(3):
        store_passage(bench, loads_kg=LIGHT_KG, plate=f"沪D2000{number}", lane=1 + number % 2)
    store_passage(bench, barred_by=(BRAKING,), acceleration_mm_s2=-2_100)
    bench.send(bench.station.next_envelope(plate=None, plate_certainty_ppm=0))
    bench.send(b"not an envelope", bench.station.next_envelope()[:-40])
    bench.station.next_envelope()  # lost on the way: a gap in the numbers
    store_passage(bench, loads_kg=LIGHT_KG)


def _stations(world: World) -> None:
    drift = DriftNotice(
        lane=1,
        kind="row",
        name="2",
        since="2026-09-14",
        change_ppm=31_000,
        change_u_ppm=6_000,
        per_week_ppm=4_000,
        zero_kg=None,
        sure_permille=991,
    )
    now_us = world.central.now_us()
    ill = StationStatus(
        station=OWN,
        state=StationState.ONLINE,
        time_us=now_us,
        software="0.1.0",
        last_seq=9,
        waiting_records=3,
        waiting_blobs=12,
        refused_records=1,
        clock="synchronised",
        pavement_c_milli=31_500,
        disk_free_mb=1_200,
        disk_total_mb=64_000,
        faults={"bad-crc": 4, "samples-lost": 1},
        drift=(drift,),
    )
    with world.central.database.write() as session:
        store_status(session, ill, ill.model_dump_json().encode(), now_us)
        enrol(session, NEVER_HEARD, "K7 未开通", SigningStation(id=NEVER_HEARD).key.public_key(), now_us=now_us)


def _cases(place: Furnished, office: Office) -> None:
    for number, (state, acts) in enumerate(PATHS.items()):
        case = place.cases[state] = seen_case(office, f"湘B6789{number}")
        office.drive(case, *acts[:4])
        if "notify" in acts:
            issue(office.bench.central, make_pages(CHINA_STANDARD_TIME), case, (Kind.NOTICE, "zh"), actor(REVIEWER))
        office.drive(case, *acts[4:])
    with office.bench.central.database.read() as session:
        barred = case_id_of(session, OWN, 5)
    assert barred is not None
    place.cases["barred"] = barred
    place.cases["exempt"] = seen_case(office, "京A20009")
    office.drive(place.cases["exempt"], "record-exemption")
    place.cases["returned"] = seen_case(office, "京A20019")
    office.drive(place.cases["returned"], "confirm", "return")
    place.cases["major"] = seen_case(office, "京A30009", loads_kg=MAJOR_KG)
    office.drive(place.cases["major"], *MAJOR)
    for state, name in ((State.OBJECTED, "notice"), (State.PUBLISHED, "decision")):
        number = office.view(place.cases[state]).notice
        assert number is not None
        setattr(place, name, number.number)


def _administration(place: Furnished) -> None:
    world = place.world
    central, now_us = world.central, world.central.now_us()
    with central.database.write() as session:
        place.account = accounts.add_account(session, "zhao", Role.LEGAL, "a long enough password", now_us, person="Zhao 赵")
        grant(session, OPERATOR, place.account, Role.REVIEWER, world.group_id, now_us=now_us)
        make_token(session, OPERATOR, "credit platform", {Scope.VEHICLES_READ}, 30, now_us=now_us, group_id=world.group_id)
        url, events = f"http://127.0.0.1:{free_port()}/hook", [EventType.CASE_DECIDED]
        place.endpoint, _ = add_endpoint(session, central.vault, OPERATOR, "credit platform", url, events=events, now_us=now_us)
        send_test(session, OPERATOR, place.endpoint, now_us)


def with_exports(world: World, visitor: Visitor) -> None:
    """Let a visitor ask for a file that can be made, and for one that cannot: no station's numbers of the guide are entered."""
    assert visitor.login is not None
    with world.central.database.write() as session:
        for wanted in (Format.CSV, Format.TMG_WEIGHT):
            jobs.ask(session, visitor.login, actor(visitor.login), wanted, VehicleFilter(), masked=False, now_us=world.central.now_us())
    world.central.export_asked.set()
