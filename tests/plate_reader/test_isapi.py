from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.faults import Fault, RejectError
from contract.media import sha256_hex
from contract.plates import PlateColour
from plate_reader.cameras import pictures, xml
from plate_reader.cameras.event import CONFIDENCE_UNKNOWN, Kind
from plate_reader.cameras.isapi import PROTOCOL
from plate_reader.cameras.message import Message
from plate_reader.cameras.multipart import PARTS_MAX
from tests.plate_reader.pushes import CONTENT_TYPE, PLATE, SCENE, body, event, jpeg, push

WHOLE = push()


def parse(data, content_type=CONTENT_TYPE):
    """Give the one event of a push; None where it holds none."""
    events = PROTOCOL.parse(Message("front", data, content_type)).events
    return events[0] if events else None


def read_of(**changes):
    return parse(push(**changes)).read


def outcome(understand):
    """Give what was understood, or the fault with which it was refused; anything else is a failure of ours."""
    try:
        return understand()
    except RejectError as error:
        return error.fault()


def refusal(data, content_type=CONTENT_TYPE):
    with pytest.raises(RejectError) as caught:
        parse(data, content_type)
    return caught.value.code


def test_a_whole_push():
    taken = parse(WHOLE)
    read = taken.read
    assert (read.camera, read.event_id, read.text, read.colour) == ("front", "7b0c4f1e-0001", "湘A12345", PlateColour.YELLOW)
    assert (read.confidence, read.direction, read.camera_lane, read.retransmitted) == (0.97, "approaching", 1, False)
    assert datetime.fromtimestamp(read.time_us / 1e6, UTC) == datetime(2026, 3, 2, 8, 0, 5, 123_000, tzinfo=UTC)
    assert taken.pictures == (PLATE, SCENE)
    assert (read.plate_picture, read.scene_picture) == (sha256_hex(PLATE), sha256_hex(SCENE))


def test_the_offset_of_the_absolute_time_is_that_of_the_event():
    east = read_of(when="2026-03-02T16:00:05+08:00", abs_time="20260302160005123")
    zulu = read_of(when="2026-03-02T08:00:05Z", abs_time="20260302080005123")
    assert east.time_us == zulu.time_us


def test_without_absolute_time_the_events_time_is_taken():
    assert read_of(abs_time=None).time_us % 1_000_000 == 0


def test_pictures_may_be_left_out_and_the_xml_be_called_otherwise():
    taken = parse(body([("event", "anpr.xml", "text/xml", event())]))
    assert taken.pictures == ()
    assert taken.read.plate_picture is None


def test_without_namespace_or_with_another_it_is_the_same_event():
    plain = event().replace(b' xmlns="http://www.hikvision.com/ver20/XMLSchema"', b"")
    other = event().replace(b"hikvision.com/ver20", b"isapi.org/ver20")
    assert parse(push(xml=plain)).read == parse(push(xml=other)).read == parse(WHOLE).read


@pytest.mark.parametrize("text", ["", "unknown", "无车牌"])
def test_no_plate_is_an_empty_text_without_confidence(text):
    read = read_of(licensePlate=text)
    assert (read.text, read.confidence) == ("", 0.0)


def test_an_implausible_text_is_kept_and_trusted_less():
    read = read_of(licensePlate="湘AI2345", confidenceLevel="90")
    assert (read.text, read.confidence) == ("湘AI2345", 0.45)


def test_a_camera_without_confidence_gets_an_even_bet():
    assert read_of(confidenceLevel=None).confidence == CONFIDENCE_UNKNOWN


@pytest.mark.parametrize(("name", "colour"), [("yellowGreen", "yellow-green"), ("BLUE", "blue"), ("purple", "unknown"), (None, "unknown")])
def test_colours(name, colour):
    assert read_of(plateColor=name).colour == colour


def test_a_retransmission_says_so():
    assert parse(push(xml=event().replace(b"n>false<", b"n>true<"))).read.retransmitted


def test_another_event_is_taken_and_ignored():
    assert PROTOCOL.parse(Message("front", push(kind="videoloss"), CONTENT_TYPE)).kind is Kind.OTHER
    assert PROTOCOL.parse(Message("front", push(kind="heartBeat"), CONTENT_TYPE)).kind is Kind.KEEP_ALIVE


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"uuid": None}, "event-element-missing"),
        ({"uuid": ""}, "event-value"),
        ({"uuid": "x" * 81}, "event-value"),
        ({"licensePlate": None}, "event-element-missing"),
        ({"licensePlate": "湘" * 17}, "event-value"),
        ({"confidenceLevel": "101"}, "event-value"),
        ({"confidenceLevel": "-1"}, "event-value"),
        ({"confidenceLevel": "NaN"}, "event-value"),
        ({"confidenceLevel": "９７"}, "event-value"),
        ({"line": "first"}, "event-value"),
        ({"when": "2026-03-02T16:00:05"}, "event-time"),
        ({"when": "yesterday"}, "event-time"),
        ({"when": "0001-01-01T00:00:00+14:00", "abs_time": None}, "event-time"),
        ({"abs_time": "2026030216000512"}, "event-time"),
        ({"abs_time": "20261302160005123"}, "event-time"),
        ({"abs_time": "99991231235959999"}, "event-value"),
        ({"abs_time": "00010101000000000"}, "event-value"),
        ({"plate": b"GIF89a"}, "picture-not-jpeg"),
        ({"scene": b""}, "picture-not-jpeg"),
        ({"scene": SCENE[:8]}, "picture-damaged"),
        ({"xml": b""}, "xml-malformed"),
        ({"xml": b"\x00\xff"}, "xml-malformed"),
        ({"xml": event()[:-200]}, "xml-malformed"),
        ({"xml": b'<?xml version="1.0" encoding="no-such"?><a/>'}, "xml-malformed"),
        ({"xml": b"<html/>"}, "event-root"),
        ({"xml": b"<EventNotificationAlert/>"}, "event-element-missing"),
    ],
    ids=str,
)
def test_what_cannot_be_understood_is_refused_by_name(changes, code):
    assert refusal(push(**changes)) == code


@pytest.mark.parametrize(
    ("data", "content_type", "code"),
    [
        (b"{}", "application/json", "push-not-multipart"),
        (b"", "", "push-not-multipart"),
        (WHOLE, "multipart/form-data", "push-not-multipart"),
        (WHOLE, "multipart/form-data; boundary=other", "push-malformed"),
        (b"", CONTENT_TYPE, "push-truncated"),
        (body([("a", "a", "text/plain", b"x")]), CONTENT_TYPE, "push-no-event"),
        (body([("a", "a", "text/plain", b"x")] * (PARTS_MAX + 1)), CONTENT_TYPE, "push-parts"),
        (WHOLE, CONTENT_TYPE + "湘", "push-not-multipart"),
    ],
    ids=range(8),
)
def test_a_body_that_is_no_push_is_refused_by_name(data, content_type, code):
    assert refusal(data, content_type) == code


BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in b"bcdefghi")
    + b"]><l>&i;</l>"
)
EXTERNAL_ENTITY = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]><l>&x;</l>'


@pytest.mark.parametrize("document", [BILLION_LAUGHS, EXTERNAL_ENTITY, b'<!DOCTYPE l SYSTEM "http://192.0.2.1/x.dtd"><l/>'])
def test_documents_that_bring_entities_are_refused_before_they_expand(document):
    assert refusal(push(xml=document)) == "xml-forbidden"


def test_xml_is_bounded_in_size_depth_and_number():
    assert refusal(push(xml=b"<a>" + b" " * xml.BYTES_MAX + b"</a>")) == "xml-too-large"
    assert refusal(push(xml=b"<a>" * 10_000 + b"</a>" * 10_000)) == "xml-too-deep"
    assert refusal(push(xml=b"<a>" + b"<b/>" * xml.ELEMENTS_MAX + b"</a>")) == "xml-too-deep"


def test_a_picture_bomb_is_refused_by_its_header():
    bomb = bytearray(jpeg())
    frame = bomb.index(b"\xff\xc0")
    bomb[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    assert refusal(push(scene=bytes(bomb))) == "picture-too-large"


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1280, 720), (4096, 3000)])
def test_picture_sizes_are_those_of_the_header(width, height):
    assert pictures.check_jpeg(jpeg(width, height), "scene") == (width, height)


@given(st.integers(0, len(WHOLE) - 1))
def test_cut_anywhere_it_is_refused_or_whole(length):
    taken = outcome(lambda: parse(WHOLE[:length]))
    assert isinstance(taken, Fault) or (taken == parse(WHOLE) and length >= len(WHOLE) - 4)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2_000), st.one_of(st.just(CONTENT_TYPE), st.text(max_size=80)))
def test_random_bytes_are_refused_and_nothing_else(data, content_type):
    refusal(data, content_type)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=12))
def test_flipped_bytes_are_refused_or_give_a_sound_read(changes):
    damaged = bytearray(WHOLE)
    for at, value in changes:
        damaged[at] = value
    taken = outcome(lambda: parse(bytes(damaged)))
    assert taken is None or isinstance(taken, Fault) or taken.read.camera == "front"


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["licensePlate", "line", "confidenceLevel", "direction", "plateColor"]), st.text("<>&;09湘A-. \n", max_size=20)
    )
)
def test_any_text_in_any_element_is_refused_or_gives_a_sound_read(elements):
    read = outcome(lambda: read_of(**elements))
    assert isinstance(read, Fault) or 0 <= read.confidence <= 1


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_after_the_magic_of_a_jpeg_end_the_walk(data):
    size = outcome(lambda: pictures.check_jpeg(b"\xff\xd8\xff" + data, "scene"))
    if isinstance(size, Fault):
        assert size.code in {"picture-damaged", "picture-too-large"}
    else:
        assert 0 < size[0] * size[1] <= pictures.PIXELS_MAX
