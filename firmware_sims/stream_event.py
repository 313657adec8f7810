"""Webhook bodies of Plate Recognizer Stream (docs/protocols/camera-platerecognizer.md)."""

from __future__ import annotations

import json
from datetime import UTC

from firmware_sims.isapi_event import CAMERA_ZONE, AnprEvent
from firmware_sims.scene import SIZE, Pictures


def document(event: AnprEvent, pictures: Pictures, stage: str, again: bool) -> bytes:
    """Give the results of one picture with one vehicle; plates are in lower case."""
    del stage, again
    utc = event.time.astimezone(UTC)
    left, top, width, height = pictures.plate_rect
    box = {
        "xmin": left * SIZE[0] // 1000,
        "ymin": top * SIZE[1] // 1000,
        "xmax": (left + width) * SIZE[0] // 1000,
        "ymax": (top + height) * SIZE[1] // 1000,
    }
    name = f"{event.camera}_screenshots/{utc:%y-%m-%d}/{utc:%H-%M-%S.%f}.jpg"
    result = {
        "plate": event.plate.lower(),
        "score": event.confidence / 100,
        "dscore": 0.9,
        "box": box,
        "candidates": [{"plate": event.plate.lower(), "score": event.confidence / 100}],
        "region": {"code": "cn", "score": 0.9},
        "orientation": [{"orientation": "Front", "score": 0.9}],
        "direction": 180,
        "vehicle": {"type": event.kind, "score": 0.8},
    }
    data = {
        "camera_id": event.camera,
        "filename": name,
        "timestamp": utc.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "timestamp_local": event.time.astimezone(CAMERA_ZONE).isoformat(" ", timespec="microseconds"),
        "results": [result],
    }
    return json.dumps({"hook": {"event": "recognition", "id": event.camera, "filename": name}, "data": data}, ensure_ascii=False).encode()


def wrap(document: bytes, pictures: Pictures, boundary: str) -> tuple[str, bytes]:
    """Give multipart/form-data with the fields ``json`` and ``upload``."""
    body = f'--{boundary}\r\nContent-Disposition: form-data; name="json"\r\n\r\n'.encode() + document + b"\r\n"
    body += f'--{boundary}\r\nContent-Disposition: form-data; name="upload"; filename="frame.jpg"\r\n'.encode()
    body += b"Content-Type: image/jpeg\r\n\r\n" + pictures.scene + f"\r\n--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", body
