"""Dahua ITSAPI push, docs/protocols/camera-dahua.md::

    POST /dahua/<camera>/NotificationInfo/TollgateInfo    a vehicle: JSON, pictures in base64
    POST /dahua/<camera>/NotificationInfo/KeepAlive       every few seconds: the camera lives

The answer holds ``"result":"true"``, or the camera sends the same again. Its time is local time, whatever a field is called; the offset is
that of `TimeZone`, or the one in our settings.

Expected damage: as of every JSON; a time without a zone; the same event again and again.
"""

import json
from datetime import timezone
from typing import Any

from contract.faults import RejectError
from plate_reader.cameras import fields, times, words
from plate_reader.cameras.event import Kind, Pushed, Seen, make_event
from plate_reader.cameras.message import Message, Protocol

_LAYOUT = "%Y-%m-%d %H:%M:%S.%f"
_WHOLE_SECONDS = "%Y-%m-%d %H:%M:%S"

_PATHS = "NotificationInfo/TollgateInfo, NotificationInfo/KeepAlive"


def parse(message: Message) -> Pushed:
    """Understand one message; raises `RejectError` for one that is none."""
    kind = message.path.rpartition("/")[2].lower()
    if kind == "keepalive":
        return Pushed(Kind.KEEP_ALIVE)  # whatever it holds: that it came is what it says
    if kind != "tollgateinfo":
        raise RejectError("push-path", message.camera, f"address ends in {message.path[:80]!r}; {_PATHS} are allowed")
    document = fields.parse_json(message.body, message.content_type, message.camera)
    if not isinstance(document.get("Picture"), dict):
        raise RejectError("event-element-missing", message.camera, "event has no object Picture, which is required")
    return Pushed(Kind.READ, (make_event(_seen(document["Picture"], message), message.camera),))


def _seen(picture: dict[str, Any], message: Message) -> Seen:
    camera = message.camera
    stamp = fields.required(picture, "SnapInfo/AccurateTime", camera)
    absent = fields.truth(picture, "Plate/IsExist", camera) is False
    text = "" if absent else fields.text(picture, "Plate/PlateNumber", camera) or ""
    confidence = fields.number(picture, "Plate/Confidence", camera, 100)
    lane = fields.whole(picture, "SnapInfo/LanNo", camera, 999)
    device = fields.text(picture, "SnapInfo/DeviceID", camera) or camera
    return Seen(
        event_id=f"{device[:30]}@{stamp[:26]}/{'' if lane is None else lane}/{text[:16]}",
        time_us=times.local_us(
            stamp, _LAYOUT if "." in stamp else _WHOLE_SECONDS, _zone(picture, message), camera, "SnapInfo/AccurateTime"
        ),
        text=text,
        confidence=None if confidence is None else confidence / 100,
        colour=words.colour(fields.text(picture, "Plate/PlateColor", camera)),
        direction=words.direction(fields.text(picture, "SnapInfo/Direction", camera)),
        lane=lane,
        plate=fields.picture(picture, "CutoutPic/Content", camera),
        scene=fields.picture(picture, "NormalPic/Content", camera),
    )


def _zone(picture: dict[str, Any], message: Message) -> timezone:
    """Give the offset of the camera's local time: our own setting first, because who set it has looked at the clock."""
    if message.zone is not None:
        return message.zone
    given = fields.at(picture, "SnapInfo/TimeZone")
    zone = None if given is None or isinstance(given, bool) else times.parse_zone(str(given)[:20])
    if zone is None:
        what = f"SnapInfo/TimeZone = {str(given)[:40]!r}; an offset such as 8 or +08:00 is expected, or zone in the camera's settings here"
        raise RejectError("event-time", message.camera, what)
    return zone


def answer(taken: bool, text: str) -> tuple[str, str]:
    """Answer as the camera wants it: only ``"result":"true"`` lets it forget."""
    return json.dumps({"result": "true" if taken else "false", "message": text}, ensure_ascii=False), "application/json"


SILENT_S = 300.0
"""Five keep-alives of the rarest kind that is usual."""

PROTOCOL = Protocol("dahua", parse, answer, resends_refused=True, own_path="NotificationInfo", silent_s=SILENT_S)
