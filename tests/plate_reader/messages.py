"""One good message of every protocol, as the simulated cameras write it, and its damaged relatives."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from firmware_sims.isapi_event import AnprEvent
from firmware_sims.push_format import FORMATS
from firmware_sims.scene import Pictures
from tests.plate_reader.pushes import PLATE, SCENE

TAKEN = datetime(2026, 3, 1, 23, 59, 59, 987_000, tzinfo=UTC)
TAKEN_US = 1_772_409_599_987_000
PICTURES = Pictures(scene=SCENE, crop=PLATE, plate_rect=(400, 700, 90, 40))
BOUNDARY = "MIME_boundary"
PATHS = {"isapi": "", "dahua": "NotificationInfo/TollgateInfo", "axis": "", "platerecognizer": ""}


def seen(uuid="7b0c4f1e-0000-4000-8000-000000000001", plate="湘A12345", colour="yellow", confidence=93, time=TAKEN):
    """Give what a simulated camera saw."""
    return AnprEvent(uuid, "front", 1, 2, time, plate, colour, "semi5", confidence, (confidence,) * len(plate))


@dataclass(frozen=True)
class Good:
    """A message on its way: protocol, path below the camera, Content-Type and body."""

    protocol: str
    path: str
    content_type: str
    body: bytes


def good(protocol, event=None, again=False, stage=None):
    """Give a whole message."""
    form = FORMATS[protocol]
    document = form.document(event or seen(), PICTURES, stage if stage is not None else form.stages[0][0], again)
    content_type, body = form.wrap(document, PICTURES, BOUNDARY)
    return Good(protocol, form.path.strip("/"), content_type, body)


def document_of(protocol, **changes):
    """Give the JSON document of a message with values at paths (a.b) put in place of what stood there; None removes."""
    form = FORMATS[protocol]
    document = json.loads(form.document(seen(), PICTURES, form.stages[0][0], False))
    for path, value in changes.items():
        *above, last = path.split("__")
        at = document
        for name in above:
            at = at[int(name)] if isinstance(at, list) else at[name]
        if value is None:
            at.pop(last, None)
        else:
            at[last] = value
    return document


def as_body(protocol, document):
    """Give a document as the body of a message."""
    content_type, body = FORMATS[protocol].wrap(json.dumps(document).encode(), PICTURES, BOUNDARY)
    return Good(protocol, PATHS[protocol], content_type, body)


def bomb(picture=SCENE):
    """Give a JPEG whose header claims four thousand million pixels."""
    data = bytearray(picture)
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    return bytes(data)


def coded(data):
    """Give base64 as text."""
    return base64.b64encode(data).decode()
