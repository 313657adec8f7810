"""Events of the licence plate application on Axis cameras, docs/protocols/camera-axis.md::

    POST /axis/<camera>    application/json, or multipart/form-data with a JSON part and pictures

A car is told several times: ``new`` when first seen, ``update`` when its text, direction or zone has changed, ``lost`` when it is gone,
each with the same `carID`. The same text of the same car is one event; another text is another reading of it, and both are kept. ``lost``
comes many seconds after the passage and may bear that time, so it only counts where nothing was told of the car before: a late time could
put the plate on the next vehicle.

Expected damage: as of every JSON; numbers as text; a car that is only told when it is lost; car numbers that begin anew.
"""

from dataclasses import replace
from typing import Any, Final

from contract.faults import RejectError
from plate_reader.cameras import fields, times, words
from plate_reader.cameras.event import Kind, Pushed, Seen, make_event
from plate_reader.cameras.message import Message, Protocol
from plate_reader.cameras.multipart import Part, is_multipart, parse_multipart

_STATES: Final = frozenset({"new", "update", "lost", ""})


def parse(message: Message) -> Pushed:
    """Understand one message; raises `RejectError` for one that is none."""
    camera = message.camera
    parts: list[Part] = []
    if is_multipart(message.content_type):
        parts = parse_multipart(message.body, message.content_type, camera)
        document_part = next((part for part in parts if part.data.lstrip()[:1] == b"{"), None)
        if document_part is None:
            raise RejectError("push-no-event", camera, "has no part with a JSON object")
        document = fields.parse_json(document_part.data, "", camera)
    else:
        document = fields.parse_json(message.body, message.content_type, camera)
    if "plateUTF8" not in document and "plateASCII" not in document and "plateText" not in document:
        return Pushed(Kind.KEEP_ALIVE if len(document) <= 8 and "carID" not in document else Kind.OTHER)
    event = make_event(_seen(document, camera).with_pictures(*_pictures(document, parts, camera)), camera)
    lost = str(document.get("carState")).lower() == "lost"
    return Pushed(Kind.READ, (replace(event, vehicle=event.read.event_id.rpartition("/")[0], only_if_untold=lost),))


def _seen(document: dict[str, Any], camera: str) -> Seen:
    state = (fields.text(document, "carState", camera) or "").lower()
    if state not in _STATES:
        raise RejectError("event-value", camera, f"carState = {state[:40]!r}; new, update and lost are allowed")
    text = next((value for name in ("plateUTF8", "plateText", "plateASCII") if (value := fields.text(document, name, camera))), "")
    time_us = times.epoch_ms_us(fields.required(document, "capture_timestamp", camera), camera, "capture_timestamp")
    car = fields.required(document, "carID", camera)
    device = fields.text(document, "camera_info/SerialNumber", camera) or camera
    return Seen(
        event_id=f"{device[:16]}/{car[:24]}/{text[:16]}",
        time_us=time_us,
        text=text,
        confidence=fields.number(document, "plateConfidence", camera, 1),
        direction=words.direction(fields.text(document, "carMoveDirection", camera)),
    )


def _pictures(document: dict[str, Any], parts: list[Part], camera: str) -> tuple[bytes | None, bytes | None]:
    """Give crop and scene: from `ImageArray` in the document, else from parts whose names speak of a plate or of anything else."""
    plate = scene = None
    images = document.get("ImageArray")
    for image in images[:4] if isinstance(images, list) else ():
        data = fields.picture(image, "BinaryImage", camera)
        if (fields.text(image, "ImageType", camera) or "").lower() == "plate":
            plate = plate or data
        else:
            scene = scene or data
    for part in parts:
        if part.filename.lower().endswith((".jpg", ".jpeg")):
            if "plate" in f"{part.name} {part.filename}".lower():
                plate = plate or part.data
            else:
                scene = scene or part.data
    return plate, scene


PROTOCOL = Protocol("axis", parse)
