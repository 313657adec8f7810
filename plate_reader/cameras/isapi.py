"""Hikvision ISAPI ANPR event push, docs/protocols/camera-isapi.md::

    POST /isapi/<camera>    multipart/form-data
    +-- anpr.xml                  EventNotificationAlert, required
    +-- licensePlatePicture.jpg   crop of the plate, optional
    +-- detectionPicture.jpg      the scene, optional

Expected damage: cut off anywhere, parts missing, XML that is none or of another event, values of the wrong kind, pictures that are none.
"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Literal
from xml.etree.ElementTree import Element

from pydantic import ValidationError

from contract.faults import RejectError
from contract.media import sha256_hex
from contract.plates import PlateColour, PlateRead
from plate_reader.cameras.event import CameraEvent
from plate_reader.cameras.multipart import Part, parse_multipart
from plate_reader.cameras.pictures import check_jpeg
from plate_reader.cameras.xml import find_all, local_name, parse_xml, text_at
from plate_reader.syntax import IMPLAUSIBLE_FACTOR, normalise, plausible

CONFIDENCE_UNKNOWN: Final = 0.5
"""Confidence of a plate for which the camera states none: an even bet, which no gate passes."""

_COLOURS: Final = {
    "blue": PlateColour.BLUE,
    "yellow": PlateColour.YELLOW,
    "green": PlateColour.GREEN,
    "newenergygreen": PlateColour.GREEN,
    "yellowgreen": PlateColour.YELLOW_GREEN,
    "newenergyyellowgreen": PlateColour.YELLOW_GREEN,
    "white": PlateColour.WHITE,
    "black": PlateColour.BLACK,
}

_Direction = Literal["approaching", "leaving", "unknown"]
_DIRECTIONS: Final[dict[str, _Direction]] = {"forward": "approaching", "reverse": "leaving"}

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def parse_push(body: bytes, content_type: str, camera: str) -> CameraEvent | None:
    """Understand one push of one camera.

    Parameters
    ----------
    body, content_type
        The complete body and its Content-Type header.
    camera
        The camera's name in the station file, from the request's path.

    Returns
    -------
    CameraEvent or None
        None for an event of another type than ANPR, which is taken and ignored.

    Raises
    ------
    RejectError
        If the push cannot be understood; the text says what was given and what is allowed.
    """
    parts = parse_multipart(body, content_type, camera)
    document = next((part for part in parts if part.is_called("anpr")), None)
    if document is None:
        names = ", ".join(repr(part.name[:40]) for part in parts) or "none"
        raise RejectError("push-no-event", camera, f"has no part anpr.xml; its parts are {names}")
    root = parse_xml(document.data, camera)
    if local_name(root) != "EventNotificationAlert":
        raise RejectError("event-root", camera, f"XML root is {local_name(root)[:80]!r}; EventNotificationAlert is expected")
    if _required(root, "eventType", camera).upper() != "ANPR":
        return None
    plate = _picture(parts, "licensePlatePicture", camera)
    scene = _picture(parts, "detectionPicture", camera)
    read = _read(root, camera, plate, scene)
    return CameraEvent(read, tuple(picture for picture in (plate, scene) if picture is not None))


def _picture(parts: list[Part], stem: str, camera: str) -> bytes | None:
    """Give the bytes of a picture, checked; None where the push has no such part."""
    part = next((part for part in parts if part.is_called(stem)), None)
    if part is None:
        return None
    check_jpeg(part.data, f"{camera} {stem}")
    return part.data


def _read(root: Element, camera: str, plate: bytes | None, scene: bytes | None) -> PlateRead:
    """Turn the event's elements into a read."""
    text = normalise(_required(root, "ANPR/licensePlate", camera))
    try:
        return PlateRead(
            camera=camera,
            event_id=_required(root, "UUID", camera),
            time_us=_time_us(root, camera),
            text=text,
            confidence=_confidence(root, text, camera),
            colour=_COLOURS.get((text_at(root, "ANPR/plateColor") or "").lower(), PlateColour.UNKNOWN),
            direction=_DIRECTIONS.get((text_at(root, "ANPR/direction") or "").lower(), "unknown"),
            camera_lane=_whole(root, "ANPR/line", camera, 999),
            plate_picture=None if plate is None else sha256_hex(plate),
            scene_picture=None if scene is None else sha256_hex(scene),
            retransmitted=text_at(root, "isDataRetransmission") == "true",
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RejectError("event-value", camera, f"{first['loc'][0]} = {str(first['input'])[:100]!r}: {first['msg']}") from error


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


def _confidence(root: Element, text: str, camera: str) -> float:
    """Give the camera's confidence, 0 to 1, halved where the grammar knows no such plate; 0 where it read none."""
    level = _whole(root, "ANPR/confidenceLevel", camera, 100)
    if not text:
        return 0.0
    confidence = CONFIDENCE_UNKNOWN if level is None else level / 100
    return confidence if plausible(text) else confidence * IMPLAUSIBLE_FACTOR


def _time_us(root: Element, camera: str) -> int:
    """Give the instant of the scene's picture, else of the first picture, else of the event (which is only good to 1 s); UTC in µs."""
    event = _date_time(_required(root, "dateTime", camera), camera)
    times = {
        text_at(info, "type") or text_at(info, "fileName") or "": value
        for info in reversed(list(find_all(root, "ANPR/pictureInfoList/pictureInfo")))
        if (value := text_at(info, "absTime"))
    }
    if times:
        stem = next((name for name in times if name.startswith("detectionPicture")), next(reversed(times)))
        event = _absolute_time(times[stem], event, camera)
    return (event - _EPOCH) // timedelta(microseconds=1)


def _date_time(text: str, camera: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        value = None
    if value is None or value.tzinfo is None or not 2000 <= value.year < 2200:
        raise RejectError("event-time", camera, f"dateTime = {text[:60]!r}; ISO 8601 with offset is expected: 2026-03-02T16:00:05+08:00")
    return value


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
