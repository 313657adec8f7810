"""From one complete file, and the one that may belong to it, to an event. No I/O."""

import hashlib
from datetime import timezone
from typing import Final

from plate_reader.cameras import fields, words
from plate_reader.cameras.event import CameraEvent, Seen, make_event
from plate_reader.folders.names import NamePattern

_NAME_MAX: Final = 60
"""Longest file name that is an event's id as it stands; of a longer one the digest is."""

_PERCENT: Final = 100.0


def picture_event(name: str, data: bytes, sidecar: bytes | None, *, pattern: NamePattern, zone: timezone, camera: str) -> CameraEvent:
    """Give the event of a picture.

    Parameters
    ----------
    name, data
        The picture's file name and bytes.
    sidecar
        The JSON beside it: ``{"plate": "…", "confidence": 0 … 1, "colour": "…", "direction": "…", "lane": 1}``, each may be missing; None
        where there is none. What it says goes before what the name says.

    Raises
    ------
    RejectError
        If the name does not follow the pattern, the sidecar is no JSON, or the picture is none.
    """
    named = pattern.parse(name, zone, camera)
    document = {} if sidecar is None else fields.parse_json(sidecar, "", camera)
    said = fields.text(document, "plate", camera)
    confidence = fields.number(document, "confidence", camera, _PERCENT)
    lane = fields.whole(document, "lane", camera, 99)
    seen = Seen(
        event_id=name if len(name) <= _NAME_MAX else hashlib.sha256(name.encode()).hexdigest(),
        time_us=named.time_us,
        text=named.plate if said is None else said,
        confidence=confidence / _PERCENT if confidence is not None and confidence > 1 else confidence,
        colour=words.colour(fields.text(document, "colour", camera)),
        direction=words.direction(fields.text(document, "direction", camera)),
        lane=named.lane if lane is None else lane,
        scene=data,
    )
    return make_event(seen, camera)
