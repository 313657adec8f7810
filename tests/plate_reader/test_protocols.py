"""Every protocol: what the simulated camera writes is read as meant, what cannot be is refused by name, and nothing else happens."""

import contextlib
import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.faults import RejectError
from contract.media import sha256_hex
from plate_reader.cameras.event import Kind, Pushed
from plate_reader.cameras.fields import MARKS_MAX
from plate_reader.cameras.message import Message
from plate_reader.cameras.protocols import PROTOCOLS
from plate_reader.cameras.times import parse_zone
from tests.plate_reader.messages import TAKEN, TAKEN_US, as_body, bomb, coded, document_of, good, seen
from tests.plate_reader.pushes import PLATE, SCENE

MAKES = tuple(PROTOCOLS)
JSON_MAKES = ("dahua", "axis", "platerecognizer")


def parse(message, zone=None):
    asked = Message("front", message.body, message.content_type, message.path, None if zone is None else parse_zone(zone))
    return PROTOCOLS[message.protocol].parse(asked)


def read_of(message, **options):
    (event,) = parse(message, **options).events
    return event.read


def refusal(message, **options):
    with pytest.raises(RejectError) as caught:
        parse(message, **options)
    return caught.value.code


def refused_or_sound(message):
    """Let a message be parsed; anything but a refusal by name or reads that can be written down is a failure of ours."""
    with contextlib.suppress(RejectError):
        for event in parse(message).events:
            assert json.loads(event.read.model_dump_json())["camera"] == "front"


@pytest.mark.parametrize("make", MAKES)
@pytest.mark.parametrize("plate", ["湘A12345", "京AD12345", "粤B1234学"])
def test_what_the_simulated_camera_writes_is_read_as_meant(make, plate):
    pushed = parse(good(make, seen(plate=plate)))
    assert pushed.kind is Kind.READ
    (event,) = pushed.events
    read = event.read
    assert (read.camera, read.text, read.time_us) == ("front", plate, TAKEN_US)
    assert read.confidence == pytest.approx(0.93)
    assert (read.camera_reading.text, read.own_reading) == (plate, None)
    assert read.scene_picture == sha256_hex(SCENE)
    assert read.plate_picture == (None if make == "platerecognizer" else sha256_hex(PLATE))


@pytest.mark.parametrize("make", MAKES)
def test_the_same_event_again_has_the_same_id_and_another_has_another(make):
    first, again = read_of(good(make)), read_of(good(make, again=True))
    assert first.event_id == again.event_id
    others = [seen(time=TAKEN + timedelta(milliseconds=40)), seen(plate="湘A12346")]
    if make in {"isapi", "axis"}:
        others = [seen(uuid="8b0c4f1e-0000-4000-8000-000000000002")]
    for other in others:
        assert read_of(good(make, other)).event_id != first.event_id


def test_a_car_that_is_told_three_times_is_one_event_and_another_text_of_it_another():
    ids = [read_of(good("axis", stage=stage)).event_id for stage in ("new", "update")]
    assert ids[0] == ids[1]
    assert read_of(good("axis", seen(plate="湘A12846"))).event_id != ids[0]
    assert read_of(good("axis", stage="update")).direction == "approaching"
    (lost,) = parse(good("axis", seen(plate="湘A12846"), stage="lost")).events
    assert (lost.only_if_untold, lost.vehicle) == (True, ids[0].rpartition("/")[0])


def test_the_time_that_dahua_calls_by_any_name_is_local_and_our_zone_goes_before_the_cameras():
    assert read_of(good("dahua")).time_us == TAKEN_US
    hours_us = 3_600_000_000
    assert read_of(good("dahua"), zone="+07:00").time_us == TAKEN_US + hours_us
    document = document_of("dahua", Picture__SnapInfo__UTC=1_772_438_399, Picture__SnapInfo__TimeZone="GMT+08:00")
    assert read_of(as_body("dahua", document)).time_us == TAKEN_US
    assert refusal(as_body("dahua", document_of("dahua", Picture__SnapInfo__TimeZone=None))) == "event-time"


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("8", 8),
        ("+08:00", 8),
        ("+0800", 8),
        ("GMT+8", 8),
        ("UTC-3", -3),
        ("-3.5", -3.5),
        ("5.75", 5.75),
        ("Z", 0),
        ("5:30", 5.5),
        ("UTC", 0),
    ],
)
def test_zones(text, hours):
    assert parse_zone(text).utcoffset(None) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "east", "15", "+14:30", "8:99", "８", "1e1", "8.3", "--8", "25200"])
def test_what_is_no_zone(text):
    assert parse_zone(text) is None


def test_keep_alives_are_told_apart_whatever_they_hold():
    for body in (b'{"Active": "keepAlive"}', b"", b"\xff<"):
        message = Message("front", body, "application/json", "NotificationInfo/KeepAlive")
        assert PROTOCOLS["dahua"].parse(message) == Pushed(Kind.KEEP_ALIVE)
    assert PROTOCOLS["axis"].parse(Message("front", b'{"heartbeat": 1}', "application/json")).kind is Kind.KEEP_ALIVE


def test_dahua_is_answered_so_that_it_forgets_or_keeps():
    answer = PROTOCOLS["dahua"].answer
    assert json.loads(answer(True, "read")[0])["result"] == "true"
    assert json.loads(answer(False, "disk full")[0])["result"] == "false"


def test_no_plate_is_an_empty_text_without_confidence():
    for message in (
        as_body("dahua", document_of("dahua", Picture__Plate__IsExist=False)),
        as_body("dahua", document_of("dahua", Picture__Plate__PlateNumber="无车牌")),
        as_body("axis", document_of("axis", plateUTF8="", plateASCII="")),
    ):
        read = read_of(message)
        assert (read.text, read.confidence) == ("", 0.0)


def test_several_vehicles_in_one_picture_are_several_events():
    document = document_of("platerecognizer")
    document["data"]["results"].append({**document["data"]["results"][0], "plate": "湘b99999"})
    events = parse(as_body("platerecognizer", document)).events
    assert [event.read.text for event in events] == ["湘A12345", "湘B99999"]
    assert len({event.read.event_id for event in events}) == 2
    document["data"]["results"] = []
    assert parse(as_body("platerecognizer", document)).events == ()


def test_the_webhook_alone_without_its_picture():
    message = good("platerecognizer")
    body = json.dumps(document_of("platerecognizer")).encode()
    alone = type(message)("platerecognizer", "", "application/json", body)
    assert read_of(alone).scene_picture is None


def test_chinese_character_sets_are_understood_when_they_are_named():
    document = json.dumps(document_of("dahua"), ensure_ascii=False)
    message = good("dahua")
    named = type(message)("dahua", message.path, "application/json; charset=GBK", document.encode("gbk"))
    assert read_of(named).text == "湘A12345"
    assert refusal(type(message)("dahua", message.path, "application/json", document.encode("gbk"))) == "json-charset"
    assert refusal(type(message)("dahua", message.path, "application/json; charset=utf-7", b"{}")) == "json-charset"


@pytest.mark.parametrize(
    ("make", "changes", "code"),
    [
        ("dahua", {"Picture": None}, "event-element-missing"),
        ("dahua", {"Picture": [1]}, "event-element-missing"),
        ("dahua", {"Picture__SnapInfo": None}, "event-element-missing"),
        ("dahua", {"Picture__SnapInfo__AccurateTime": "yesterday"}, "event-time"),
        ("dahua", {"Picture__SnapInfo__AccurateTime": "1970-01-01 00:00:00.000"}, "event-time"),
        ("dahua", {"Picture__SnapInfo__AccurateTime": "2026-3-2 16:00:05.123"}, "event-time"),
        ("dahua", {"Picture__SnapInfo__TimeZone": 99}, "event-time"),
        ("dahua", {"Picture__SnapInfo__LanNo": "first"}, "event-value"),
        ("dahua", {"Picture__SnapInfo__LanNo": 1.5}, "event-value"),
        ("dahua", {"Picture__Plate__Confidence": 101}, "event-value"),
        ("dahua", {"Picture__Plate__Confidence": -1}, "event-value"),
        ("dahua", {"Picture__Plate__Confidence": 10**400}, "event-value"),
        ("dahua", {"Picture__Plate__Confidence": True}, "event-value"),
        ("dahua", {"Picture__Plate__IsExist": "perhaps"}, "event-value"),
        ("dahua", {"Picture__Plate__PlateNumber": {"text": "湘A12345"}}, "event-value"),
        ("dahua", {"Picture__Plate__PlateNumber": "湘A\r\nX-Evil: 1"}, "event-value"),
        ("dahua", {"Picture__Plate__PlateNumber": "\ud800"}, "event-value"),
        ("dahua", {"Picture__Plate__PlateNumber": "A" * 17}, "event-value"),
        ("dahua", {"Picture__NormalPic__Content": "%%%"}, "picture-base64"),
        ("dahua", {"Picture__NormalPic__Content": 7}, "picture-base64"),
        ("dahua", {"Picture__NormalPic__Content": coded(b"GIF89a")}, "picture-not-jpeg"),
        ("dahua", {"Picture__NormalPic__Content": coded(bomb())}, "picture-too-large"),
        ("axis", {"capture_timestamp": None}, "event-element-missing"),
        ("axis", {"capture_timestamp": "0"}, "event-time"),
        ("axis", {"capture_timestamp": "9" * 15}, "event-time"),
        ("axis", {"capture_timestamp": "1.7e12"}, "event-time"),
        ("axis", {"carID": None}, "event-element-missing"),
        ("axis", {"carState": "flying"}, "event-value"),
        ("axis", {"plateConfidence": "1.5"}, "event-value"),
        ("axis", {"plateConfidence": "NaN"}, "event-value"),
        ("axis", {"ImageArray__0__BinaryImage": "AAA"}, "picture-base64"),
        ("platerecognizer", {"data": None}, "event-element-missing"),
        ("platerecognizer", {"data__results": {}}, "event-element-missing"),
        ("platerecognizer", {"data__results": [{}] * 17}, "event-element-missing"),
        ("platerecognizer", {"data__timestamp": "2026-03-02T08:00:05"}, "event-time"),
        ("platerecognizer", {"data__results__0__score": "high"}, "event-value"),
        ("platerecognizer", {"data__results__0__plate": ["湘"]}, "event-value"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_cannot_be_understood_is_refused_by_name(make, changes, code):
    assert refusal(as_body(make, document_of(make, **changes))) == code


@pytest.mark.parametrize("make", ["dahua", "axis"])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json-malformed"),
        (b"[]", "json-malformed"),
        (b"{", "json-malformed"),
        (b'{"plateUTF8": NaN}', "json-malformed"),
        (b'{"a": ' * 3_000, "json-malformed"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "json-malformed"),
        (b"[" * 100_000, "json-too-large"),
        (b'{"a": [' + b"{}," * MARKS_MAX + b"{}]}", "json-too-large"),
        (b"\xff\xfe{}", "json-charset"),
    ],
    ids=range(9),
)
def test_json_is_bounded_and_has_to_be_some(make, body, code):
    message = good(make)
    assert refusal(type(message)(make, message.path, "application/json", body)) == code


def test_an_address_that_is_none_of_the_protocol():
    message = good("dahua")
    assert refusal(type(message)("dahua", "NotificationInfo/DeviceInfo", message.content_type, message.body)) == "push-path"


@pytest.mark.parametrize("make", MAKES)
@settings(max_examples=150)
@given(st.data())
def test_damaged_anywhere_it_is_refused_or_gives_sound_reads(make, data):
    message = good(make)
    body = bytearray(message.body)
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, len(body) - 1), st.integers(0, 255)), max_size=8)):
        body[at] = value
    body = bytes(body[: data.draw(st.integers(0, len(body)))]) if data.draw(st.booleans()) else bytes(body)
    refused_or_sound(type(message)(make, message.path, message.content_type, body))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("make", JSON_MAKES)
@settings(max_examples=150)
@given(st.data())
def test_any_value_in_any_place_is_refused_or_gives_sound_reads(make, data):
    document = document_of(make)
    at, path = document, []
    while isinstance(at, dict | list) and at:
        key = data.draw(st.sampled_from(list(at) if isinstance(at, dict) else range(len(at))))
        path.append((at, key))
        at = at[key]
        if data.draw(st.booleans()):
            break
    holder, key = path[-1]
    holder[key] = data.draw(VALUES)
    refused_or_sound(as_body(make, document))
