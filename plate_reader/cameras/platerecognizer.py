"""Webhook of Plate Recognizer Stream, docs/protocols/camera-platerecognizer.md::

    POST /platerecognizer/<camera>    multipart/form-data: json, upload (the picture); or application/json alone

One message may show several vehicles; each is an event of its own.

Expected damage: as of every JSON; a list of results without any; times of a computer whose clock is wrong.
"""

from typing import Any, Final

from contract.faults import RejectError
from plate_reader.cameras import fields, times, words
from plate_reader.cameras.event import EVENTS_MAX, CameraEvent, Kind, Pushed, Seen, make_event
from plate_reader.cameras.message import Message, Protocol
from plate_reader.cameras.multipart import is_multipart, parse_multipart

_RECOGNITION: Final = "recognition"


def parse(message: Message) -> Pushed:
    """Understand one message; raises `RejectError` for one that is none."""
    camera = message.camera
    scene = None
    if is_multipart(message.content_type):
        parts = parse_multipart(message.body, message.content_type, camera)
        document_part = next((part for part in parts if part.is_called("json")), None)
        if document_part is None:
            raise RejectError("push-no-event", camera, "has no part json, which holds the results")
        document = fields.parse_json(document_part.data, "", camera)
        scene = next((part.data for part in parts if part.name == "upload"), None)
    else:
        document = fields.parse_json(message.body, message.content_type, camera)
    event = (fields.text(document, "hook/event", camera) or _RECOGNITION).lower()
    if event != _RECOGNITION:
        return Pushed(Kind.KEEP_ALIVE if "heartbeat" in event or "status" in event else Kind.OTHER)
    return Pushed(Kind.READ, _events(document, scene, camera))


def _events(document: dict[str, Any], scene: bytes | None, camera: str) -> tuple[CameraEvent, ...]:
    results = fields.at(document, "data/results")
    if not isinstance(results, list) or len(results) > EVENTS_MAX:
        given = f"{len(results)} results" if isinstance(results, list) else f"a {type(results).__name__}"
        raise RejectError("event-element-missing", camera, f"data/results is {given}; a list of at most {EVENTS_MAX} is expected")
    stamp = fields.required(document, "data/timestamp", camera)
    time_us = times.iso_us(stamp, camera, "data/timestamp")
    events = []
    for result in results:
        text = fields.text(result, "plate", camera) or ""
        seen = Seen(
            event_id=f"{stamp[:40]}/{text[:16]}",
            time_us=time_us,
            text=text,
            confidence=fields.number(result, "score", camera, 1),
            direction=_direction(result, camera),
            scene=scene,
        )
        events.append(make_event(seen, camera))
    return tuple(events)


def _direction(result: object, camera: str) -> words.Direction:
    """Give what is said of the vehicle's side: its front approaches. The direction in degrees is one of the picture, not of the road."""
    sides = fields.at(result, "orientation")
    side = fields.text(sides[0], "orientation", camera) if isinstance(sides, list) and sides else None
    return {"front": "approaching", "rear": "leaving"}.get((side or "").lower(), "unknown")  # type: ignore[return-value]


PROTOCOL = Protocol("platerecognizer", parse)
