"""What is ready to be written down waits while the outbox has no room, in order, and none of it is lost."""

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.disclosures import parse_record_envelope
from contract.faults import RejectError, RetryError, StopError
from contract.media import MediaRole, sha256_hex
from contract.plates import PlateColour, PlateRead
from contract.records import Clock, ClockState, Software, SupplementRecord, VehicleRecord, parse_record
from contract.rules import rule_book
from contract.signatures import PayloadType, key_id, open_envelope
from contract.station import Camera, Matching, SensorKind, Station, StationSite
from edge.lane import Ready
from edge.matching.matcher import Matcher
from edge.matching.passage import Passage, seen_at
from edge.outbox import Blob, Outbox
from edge.outbox.rows import Checkpoint
from edge.pictures import PictureFolder
from edge.pipeline import Weighing
from edge.plate_reads import PlateReads
from edge.record_queue import HELD_MAX, RETRY_S, RecordQueue
from edge.recorder import Recorder
from tests.edge.axles.road import lane_of
from tests.signing_station import T0_US
from tests.weighed import vehicle

LANE = lane_of(SensorKind.STRIP)
CAMERA = Camera(name="front", lane=1, position_m=10.0)
STATION = Station(
    station=StationSite(id="s1", name="x", road="G104", stake="K12", direction="south", rules="cn"), lane=(LANE,), camera=(CAMERA,)
)
KEY = Ed25519PrivateKey.generate()
OUTBOX_MB = 64


class Edge:
    """The parts between a read and a record, with a real outbox; `full` makes it refuse as one whose quota is used up."""

    def __init__(self, folder):
        self.folder = folder
        self.outbox = Outbox(folder / "outbox", OUTBOX_MB)
        self.noted = []
        self.full = False
        self.matcher = Matcher([CAMERA], Matching(certainty_min=0.9))
        recorder = Recorder(
            STATION,
            rules=rule_book("cn"),
            software=Software(name="wim-edge", version="0.1.0", sha256="1" * 64),
            station_text="[station]",
            outbox=self,
            key=KEY,
            pictures=PictureFolder(folder / "blobs"),
            note=self.noted.append,
            certified=False,
        )
        self.queue = RecordQueue(recorder, self.noted.append)
        self.reads = PlateReads(self.matcher, self.outbox, lambda: T0_US + 30_000_000)

    def append(self, *args, **kwargs):
        if self.full:
            raise RetryError("outbox-full", "outbox", "is full")
        return self.outbox.append(*args, **kwargs)

    def pass_vehicle(self, key):
        weighed = vehicle()
        self.matcher.add_passage(Passage.of(weighed, key, T0_US, 1.0))
        ready = Ready(
            key=key,
            lane=1,
            device="daq",
            weighing=Weighing(weighed, 3_000, np.zeros((len(LANE.channels), 2_000), np.int32), (), 5_000, None, None),
            time_us=T0_US,
            clock=Clock(state=ClockState.SYNCHRONISED, u_us=1_000),
            match=self.matcher.match(key),
            pavement_c=None,
            checkpoint=Checkpoint("daq", 1, 0, 4_700),
            in_force=None,
        )
        self.queue.add([ready])

    def see_plate(self, key, picture=None):
        self.take_plate(key, picture)
        self.queue.add(self.reads.matched())

    def take_plate(self, key, picture=None):
        at_us = seen_at(Passage.of(vehicle(), key, T0_US, 1.0), CAMERA).time_us
        if picture is not None:
            path = self.folder / "blobs" / sha256_hex(picture)[:2] / sha256_hex(picture)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture)
        self.reads.take(
            PlateRead(
                camera="front",
                event_id=f"{key}-1",
                time_us=round(at_us),
                text="湘A12345",
                confidence=0.95,
                colour=PlateColour.YELLOW,
                scene_picture=None if picture is None else sha256_hex(picture),
            )
        )

    def write_down(self, now_s):
        return [ready.key for ready, _ in self.queue.write_down(now_s)]

    def record(self, seq):
        parsed = parse_record_envelope(self.outbox.envelope(seq), "x")
        payload = open_envelope(parsed, PayloadType.RECORD, {key_id(KEY.public_key()): KEY.public_key()}, "x")
        return parse_record(payload, "x", parsed.disclosures)


@pytest.fixture
def edge(tmp_path):
    edge = Edge(tmp_path)
    yield edge
    edge.outbox.close()


def test_a_plate_that_comes_while_its_vehicle_waits_for_room_follows_it(edge):
    edge.full = True
    edge.pass_vehicle("v1")
    assert edge.write_down(0.0) == []
    edge.see_plate("v1")
    edge.full = False
    assert edge.write_down(RETRY_S / 2) == []
    assert edge.write_down(RETRY_S) == ["v1"]
    assert isinstance(edge.record(1), VehicleRecord)
    late = edge.record(2)
    assert isinstance(late, SupplementRecord)
    assert (late.of_seq, late.plates[0].text) == (1, "湘A12345")
    assert [fault.code for fault in edge.noted] == ["outbox-full"]


def test_a_late_plate_that_finds_no_room_waits_and_stops_nothing(edge):
    edge.pass_vehicle("v1")
    assert edge.write_down(0.0) == ["v1"]
    edge.full = True
    edge.see_plate("v1")
    assert edge.write_down(1.0) == []
    assert len(edge.queue) == 1
    edge.full = False
    assert edge.write_down(1.0 + RETRY_S) == []
    assert edge.record(2).plates[0].text == "湘A12345"
    assert edge.outbox.unused_reads() == []


def test_a_late_plate_goes_without_its_picture_where_the_quota_has_no_room_for_it(edge):
    edge.pass_vehicle("v1")
    edge.write_down(0.0)
    edge.outbox.append(lambda after: (b"filler", b"filler"), [Blob.of(bytes(30_000_000), "image/jpeg")])
    edge.see_plate("v1", picture=b"\xff\xd8" + bytes(3_000_000))
    edge.write_down(1.0)
    late = edge.record(3)
    assert (late.plates[0].text, late.media) == ("湘A12345", ())
    assert [fault.code for fault in edge.noted] == ["blobs-full"]


def test_a_late_plate_with_room_brings_its_picture(edge):
    edge.pass_vehicle("v1")
    edge.write_down(0.0)
    edge.see_plate("v1", picture=b"\xff\xd8 picture")
    edge.write_down(1.0)
    assert [media.role for media in edge.record(2).media] == [MediaRole.FRONT]


def test_too_many_vehicles_without_room_end_the_process_in_order(edge):
    edge.full = True
    for number in range(HELD_MAX):
        edge.pass_vehicle(f"v{number}")
    assert edge.write_down(0.0) == []
    edge.pass_vehicle("one more")
    with pytest.raises(StopError, match="has had no room") as stopped:
        edge.write_down(0.5)
    assert stopped.value.code == "outbox-full"


def test_a_crowd_that_finds_room_is_recorded_however_many_came_at_once(edge):
    for number in range(HELD_MAX + 5):
        edge.pass_vehicle(f"v{number}")
    assert len(edge.write_down(0.0)) == HELD_MAX + 5
    assert edge.queue.recorded == HELD_MAX + 5


def test_a_read_that_no_record_had_used_is_taken_up_after_a_restart(edge):
    edge.pass_vehicle("v1")
    edge.write_down(0.0)
    edge.take_plate("v1")
    after = PlateReads(edge.matcher, edge.outbox, lambda: T0_US)
    assert list(after.matched()) == []
    after.resume()
    (late,) = after.matched()
    assert (late.match.key, late.match.text, late.time_us) == ("v1", "湘A12345", T0_US)


def test_a_read_of_a_camera_that_the_station_file_does_not_name_is_refused(edge):
    with pytest.raises(RejectError, match="the station file has: front"):
        edge.reads.take(PlateRead(camera="north", event_id="1", time_us=T0_US, text="", confidence=0.0, colour=PlateColour.YELLOW))
    assert edge.outbox.unused_reads() == []
