"""A plate that comes after its vehicle's record: from the matcher to a signed supplement that central accepts and shows."""

import numpy as np
import pytest
from hypothesis import given

from contract.disclosures import parse_record_envelope
from contract.plates import PlateColour, PlateRead
from contract.records import Clock, ClockState, Software, SupplementRecord, parse_record
from contract.rules import rule_book
from contract.signatures import PayloadType, key_id, open_envelope
from contract.station import Camera, Matching, SensorKind, Station, StationSite
from contract.vehicles import Body
from edge.lane import Ready
from edge.matching.matcher import Matcher
from edge.matching.passage import Passage, seen_at
from edge.outbox import Outbox
from edge.outbox.rows import Checkpoint
from edge.pictures import PictureFolder
from edge.pipeline import Weighing
from edge.recorder import Recorder
from tests.central.bench import open_bench
from tests.edge.axles.road import lane_of
from tests.signing_station import T0_US
from tests.weighed import vehicle, wild_vehicles

LANE = lane_of(SensorKind.STRIP)
CAMERAS = (Camera(name="front", lane=1, position_m=10.0), Camera(name="rear", lane=1, position_m=10.0, facing="rear"))


@pytest.fixture
def central(tmp_path):
    with open_bench(tmp_path / "central", f"sqlite:///{tmp_path / 'central.db'}") as bench:
        yield bench


@pytest.fixture
def edge(tmp_path, central):
    """Give a matcher, a recorder with a real outbox, and that outbox; the station is the one that central knows."""
    site = StationSite(id=central.station.id, name="x", road="G104", stake="K12", direction="south", rules="cn")
    station = Station(station=site, lane=(LANE,), camera=CAMERAS)
    outbox, noted = Outbox(tmp_path / "outbox", 64), []
    recorder = Recorder(
        station,
        rules=rule_book("cn"),
        software=Software(name="wim-edge", version="0.1.0", sha256="1" * 64),
        station_text="[station]",
        outbox=outbox,
        key=central.station.key,
        pictures=PictureFolder(tmp_path / "blobs"),
        note=noted.append,
        certified=False,
    )
    yield Matcher(CAMERAS, Matching(certainty_min=0.9)), recorder, outbox
    outbox.close()


def ready(matcher, key, time_us):
    weighed = vehicle(body=Body.COMBINATION)
    matcher.add_passage(Passage.of(weighed, key, time_us, 1.0))
    return Ready(
        key=key,
        lane=1,
        device="daq",
        weighing=Weighing(weighed, 3_000, np.zeros((len(LANE.channels), 2_000), np.int32), (), 5_000, None, None),
        time_us=time_us,
        clock=Clock(state=ClockState.SYNCHRONISED, u_us=1_000),
        match=matcher.match(key),
        pavement_c=None,
        checkpoint=Checkpoint("daq", 1, 0, 4_700),
        in_force=None,
    )


def seen(camera, text, key, time_us, after_us=10_000):
    at_us = seen_at(Passage.of(vehicle(body=Body.COMBINATION), key, time_us, 1.0), camera).time_us
    event = f"{camera.name}-{text}"
    return PlateRead(
        camera=camera.name, event_id=event, time_us=round(at_us) + after_us, text=text, confidence=0.95, colour=PlateColour.YELLOW
    )


def test_late_reads_become_signed_supplements_that_central_stores_and_shows(edge, central):
    matcher, recorder, outbox = edge
    recorder.record(ready(matcher, "v1", T0_US))
    for camera, text in zip(reversed(CAMERAS), ("湘A6789挂", "湘A12345"), strict=True):
        read = seen(camera, text, "v1", T0_US)
        assert outbox.keep_read(read)
        matcher.add_read(read, T0_US + 30_000_000)
        (late,) = matcher.late_matches()
        link = recorder.supplement(late, T0_US + 30_000_000)
        assert link is not None
        assert outbox.unused_reads() == []
        supplement = opened(outbox.envelope(link.seq), central)
        (plate,) = supplement.plates
        assert (supplement.of_seq, plate.text, plate.is_trailer) == (1, text, text.endswith("挂"))
        assert f"{camera.name} read {text}, +10 ms from the expected time" in plate.reasons[0]
    assert matcher.late_matches() == ()
    receipts = central.send(*(outbox.envelope(seq) for seq in (1, 2, 3)))
    assert len(receipts) == 3
    assert central.quarantine() == ()
    assert central.vehicle(1).summary.plate == "湘A12345"


def test_a_late_read_of_a_vehicle_that_is_no_longer_remembered_makes_no_record(edge):
    matcher, recorder, _ = edge
    ready(matcher, "v1", T0_US)
    matcher.add_read(seen(CAMERAS[0], "湘A12345", "v1", T0_US))
    (late,) = matcher.late_matches()
    assert recorder.supplement(late, T0_US) is None


@given(wild_vehicles())
def test_any_vehicle_that_the_weighing_can_give_is_matched(wild):
    matcher = Matcher(CAMERAS)
    matcher.add_passage(Passage.of(wild, "v1", T0_US, 1.0))
    assert matcher.match("v1").reads == ()


def opened(envelope, central):
    public = central.station.key.public_key()
    parsed = parse_record_envelope(envelope, "x")
    payload = open_envelope(parsed, PayloadType.RECORD, {key_id(public): public}, "x")
    record = parse_record(payload, "x", parsed.disclosures)
    assert isinstance(record, SupplementRecord)
    return record
