from datetime import UTC, datetime, timedelta

import pytest

from firmware_sims.isapi_event import AnprEvent, event_xml, multipart
from firmware_sims.scene import take_pictures
from plate_reader.cameras.isapi import PROTOCOL
from plate_reader.cameras.message import Message

TAKEN = datetime(2026, 3, 1, 23, 59, 59, 987_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("plate", "colour", "kind"),
    [
        ("湘A12345", "yellow", "semi5"),
        ("京AD12345", "green", "car"),
        ("粤B1234学", "yellow", "truck2"),
        ("湘A6789挂", "yellow", "truck3"),
    ],
)
def test_what_the_simulated_camera_writes_is_read_as_meant(plate, colour, kind):
    event = AnprEvent("6f0d", "front", 1, 2, TAKEN, plate, colour, kind, 93, (93,) * len(plate))
    pictures = take_pictures(plate, colour, kind, "test", "seed")
    body = multipart(event_xml(event, pictures.plate_rect, again=True), pictures, "MIME_boundary")
    (taken,) = PROTOCOL.parse(Message("front", body, "multipart/form-data; boundary=MIME_boundary")).events
    read = taken.read
    assert (read.text, read.confidence, read.camera_lane, read.event_id, read.retransmitted) == (plate, 0.93, 2, "6f0d", True)
    assert read.colour == colour
    assert datetime.fromtimestamp(0, UTC) + timedelta(microseconds=read.time_us) == TAKEN
    assert taken.pictures == (pictures.crop, pictures.scene)
