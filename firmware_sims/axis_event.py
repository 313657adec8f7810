"""Bodies of the licence plate events of Axis cameras (docs/protocols/camera-axis.md)."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import timedelta

from firmware_sims.isapi_event import AnprEvent
from firmware_sims.scene import SIZE, Pictures

DELAYS = {"new": 0, "update": 300, "lost": 5_000}
"""Milliseconds from the first recognition to the stage's own."""


def document(event: AnprEvent, pictures: Pictures, stage: str, again: bool) -> bytes:
    """Give one stage of the event; every number in it is written as text."""
    del again
    taken = event.time + timedelta(milliseconds=DELAYS[stage])
    left, top, width, height = pictures.plate_rect
    fields = {
        "packetCounter": str(int(event.uuid[:4], 16)),
        "capture_timestamp": str(round(taken.timestamp() * 1000)),
        "plateUTF8": event.plate,
        "plateASCII": "".join(c for c in event.plate if c.isascii()),
        "plateCountry": "CN",
        "plateConfidence": f"{event.confidence / 100:.6f}",
        "carState": stage,
        "carID": str(int(event.uuid[:8], 16)),
        "carMoveDirection": "unknown" if stage == "new" else "in",
        "plateCoordinates": [left * SIZE[0] // 1000, top * SIZE[1] // 1000, width * SIZE[0] // 1000, height * SIZE[1] // 1000],
        "camera_info": {"SerialNumber": "02005E005301", "ProductShortName": "SIM P1455-LE", "IPAddress": f"192.0.2.{10 + event.channel}"},
        "ImageArray": [
            {"ImageType": "plate", "ImageFormat": "jpg", "BinaryImage": b64encode(pictures.crop).decode()},
            {"ImageType": "vehicle", "ImageFormat": "jpg", "BinaryImage": b64encode(pictures.scene).decode()},
        ],
    }
    return json.dumps(fields, ensure_ascii=False).encode()
