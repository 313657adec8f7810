"""Bodies of Dahua ITSAPI pushes (docs/protocols/camera-dahua.md)."""

from __future__ import annotations

import json
from base64 import b64encode

from firmware_sims.isapi_event import CAMERA_ZONE, AnprEvent
from firmware_sims.scene import SIZE, Pictures

EVENT_PATH = "/NotificationInfo/TollgateInfo"
KEEP_ALIVE_PATH = "/NotificationInfo/KeepAlive"
KEEP_ALIVE = b'{"Active": "keepAlive", "DeviceID": "SIM-ITC"}'

COLORS = {"blue": "Blue", "yellow": "Yellow", "green": "Green"}


def document(event: AnprEvent, pictures: Pictures, stage: str, again: bool) -> bytes:
    """Give the event; nothing in it says that it was sent before."""
    del stage, again
    local = event.time.astimezone(CAMERA_ZONE)
    left, top, width, height = pictures.plate_rect
    box = [left * SIZE[0] // 1000, top * SIZE[1] // 1000, (left + width) * SIZE[0] // 1000, (top + height) * SIZE[1] // 1000]
    found = event.plate_color in COLORS
    picture = {
        "Plate": {
            "IsExist": found,
            "PlateNumber": event.plate if found else "",
            "PlateColor": COLORS.get(event.plate_color, "Unknown"),
            "Confidence": event.confidence,
            "BoundingBox": box,
            "UploadNum": 1,
        },
        "Vehicle": {"VehicleType": event.kind, "VehicleColor": "Unknown"},
        "SnapInfo": {
            "AccurateTime": local.strftime("%Y-%m-%d %H:%M:%S.") + f"{local.microsecond // 1000:03d}",
            "DeviceID": f"SIM-{event.camera}",
            "Direction": "Obverse",
            "LanNo": event.lane,
            "TimeZone": 8,
        },
        "NormalPic": {"PicName": f"{event.uuid}.jpg", "Content": b64encode(pictures.scene).decode()},
        "CutoutPic": {"PicName": f"{event.uuid}-plate.jpg", "Content": b64encode(pictures.crop).decode()},
    }
    return json.dumps({"Picture": picture}, ensure_ascii=False).encode()
