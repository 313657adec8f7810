"""Hikvision ISAPI ANPR event push, docs/protocols/camera-isapi.md::

    POST /isapi/<camera>    multipart/form-data
    +-- anpr.xml                  EventNotificationAlert, required
    +-- licensePlatePicture.jpg   crop of the plate, optional
    +-- detectionPicture.jpg      the scene, optional

Expected damage: cut off anywhere, parts missing, XML that is none or of another event, values of the wrong kind, pictures that are none.
"""

from datetime import datetime, timedelta, timezone
from xml.etree.ElementTree import Element

from contract.faults import RejectError
from plate_reader.cameras import times, words
from plate_reader.cameras.event import Kind, Pushed, Seen, make_event
from plate_reader.cameras.message import Message, Protocol
from plate_reader.cameras.multipart import Part, parse_multipart
from plate_reader.cameras.xml import find_all, local_name, parse_xml, text_at
from plate_reader.syntax import normalise


def parse(message: Message) -> Pushed:
    """Understand one push; an event of another type than ANPR is taken and ignored.

    Raises
    ------
    RejectError
        If the push cannot be understood; the text says what was given and what is allowed.
    """
    camera = message.camera
    parts = parse_multipart(message.body, message.content_type, camera)
    document = next((part for part in parts if part.is_called("anpr")), None)
    if document is None:
        names = ", ".join(repr(part.name[:40]) for part in parts) or "none"
        raise RejectError("push-no-event", camera, f"has no part anpr.xml; its parts are {names}")
    root = parse_xml(document.data, camera)
    if local_name(root) != "EventNotificationAlert":
        raise RejectError("event-root", camera, f"XML root is {local_name(root)[:80]!r}; EventNotificationAlert is expected")
    kind = _required(root, "eventType", camera).upper()
    if kind == "HEARTBEAT":
        return Pushed(Kind.KEEP_ALIVE)
    if kind != "ANPR":
        return Pushed(Kind.OTHER)
    seen = _seen(root, camera).with_pictures(_picture(parts, "licensePlatePicture"), _picture(parts, "detectionPicture"))
    return Pushed(Kind.READ, (make_event(seen, camera),))


def _picture(parts: list[Part], stem: str) -> bytes | None:
    """Give the bytes of a picture; None where the push has no such part."""
    return next((part.data for part in parts if part.is_called(stem)), None)


def _seen(root: Element, camera: str) -> Seen:
    level = _whole(root, "ANPR/confidenceLevel", camera, 100)
    return Seen(
        event_id=_required(root, "UUID", camera),
        time_us=_time_us(root, camera),
        text=normalise(_required(root, "ANPR/licensePlate", camera)),
        confidence=None if level is None else level / 100,
        colour=words.colour(text_at(root, "ANPR/plateColor")),
        direction=words.direction(text_at(root, "ANPR/direction")),
        lane=_whole(root, "ANPR/line", camera, 999),
        retransmitted=text_at(root, "isDataRetransmission") == "true",
    )


def _required(root: Element, path: str, camera: str) -> str:
    value = text_at(root, path)
    if value is None:
        raise RejectError("event-element-missing", camera, f"event has no {path}, which is required")
    return value


def _whole(root: Element, path: str, camera: str, largest: int) -> int | None:
    """Give a whole number from 0 to `largest`; None where the element is missing or empty."""
    value = text_at(root, path)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 6 and int(value) <= largest):
        raise RejectError("event-value", camera, f"{path} = {value[:40]!r}; a whole number from 0 to {largest} is allowed")
    return int(value)


def _time_us(root: Element, camera: str) -> int:
    """Give the instant of the scene's picture, else of the first picture, else of the event (which is only good to 1 s); UTC in µs."""
    event = times.iso(_required(root, "dateTime", camera), camera, "dateTime")
    taken = {
        text_at(info, "type") or text_at(info, "fileName") or "": value
        for info in reversed(list(find_all(root, "ANPR/pictureInfoList/pictureInfo")))
        if (value := text_at(info, "absTime"))
    }
    if taken:
        stem = next((name for name in taken if name.startswith("detectionPicture")), next(reversed(taken)))
        event = _absolute_time(taken[stem], event, camera)
    return times.to_us(event)


def _absolute_time(text: str, event: datetime, camera: str) -> datetime:
    """Read `YYYYMMDDhhmmssSSS`, local time of the camera whose offset to UTC is that of `event`."""
    offset = event.utcoffset()
    try:
        if len(text) != 17 or not (text.isascii() and text.isdigit()) or offset is None:
            raise ValueError(text)
        value = datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=timezone(offset))
    except ValueError:
        raise RejectError("event-time", camera, f"absTime = {text[:60]!r}; YYYYMMDDhhmmssSSS is expected") from None
    return value + timedelta(milliseconds=int(text[14:]))


PROTOCOL = Protocol("isapi", parse)
