"""Bodies of Hikvision ISAPI ANPR pushes (docs/protocols/camera-isapi.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree as ET

from firmware_sims.scene import Pictures

NAMESPACE = "http://www.hikvision.com/ver20/XMLSchema"
CAMERA_ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
VEHICLE_TYPES = {"car": "vehicle", "van": "van", "bus2": "bus"}
"""All other kinds are ``truck``."""


@dataclass(frozen=True)
class AnprEvent:
    """One vehicle as a camera saw it: `time` on the camera's own clock, `plate` as it read it, `leaving` where it saw the rear."""

    uuid: str
    camera: str
    channel: int
    lane: int
    time: datetime
    plate: str
    plate_color: str
    kind: str
    confidence: int
    characters: tuple[int, ...]
    leaving: bool = False


def event_xml(event: AnprEvent, plate_rect: tuple[int, int, int, int], again: bool) -> bytes:
    """Give ``anpr.xml``; `again` marks a retransmission."""
    local = event.time.astimezone(CAMERA_ZONE)
    absolute = local.strftime("%Y%m%d%H%M%S") + f"{local.microsecond // 1000:03d}"
    root = ET.Element("EventNotificationAlert", {"version": "2.0", "xmlns": NAMESPACE})
    for tag, text in (
        ("ipAddress", f"192.0.2.{10 + event.channel}"),
        ("macAddress", f"02:00:5e:00:53:{event.channel:02x}"),
        ("channelID", str(event.channel)),
        ("dateTime", local.replace(microsecond=0).isoformat()),
        ("activePostCount", "1"),
        ("eventType", "ANPR"),
        ("eventState", "active"),
        ("eventDescription", "ANPR"),
        ("channelName", event.camera),
    ):
        _add(root, tag, text)
    anpr = ET.SubElement(root, "ANPR")
    for tag, text in (
        ("licensePlate", event.plate),
        ("originalLicensePlate", event.plate),
        ("line", str(event.lane)),
        ("direction", "reverse" if event.leaving else "forward"),
        ("confidenceLevel", str(event.confidence)),
        ("plateCharBelieve", ",".join(map(str, event.characters))),
        ("plateColor", event.plate_color),
        ("vehicleType", VEHICLE_TYPES.get(event.kind, "truck")),
    ):
        _add(anpr, tag, text)
    pictures = ET.SubElement(anpr, "pictureInfoList")
    _picture(pictures, "licensePlatePicture", absolute)
    scene = _picture(pictures, "detectionPicture", absolute)
    rect = ET.SubElement(scene, "plateRect")
    for tag, value in zip(("X", "Y", "width", "height"), plate_rect, strict=True):
        _add(rect, tag, str(value))
    _add(root, "UUID", event.uuid)
    _add(root, "isDataRetransmission", "true" if again else "false")
    document: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return document


def multipart(xml: bytes, pictures: Pictures, boundary: str) -> bytes:
    """Give the body of a push: the event, the crop, the scene."""
    parts = (
        ("anpr.xml", "application/xml", xml),
        ("licensePlatePicture.jpg", "image/jpeg", pictures.crop),
        ("detectionPicture.jpg", "image/jpeg", pictures.scene),
    )
    body = b""
    for name, content_type, content in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
        head += f"Content-Type: {content_type}\r\nContent-Length: {len(content)}\r\n\r\n"
        body += head.encode() + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text


def _picture(parent: ET.Element, kind: str, absolute: str) -> ET.Element:
    info = ET.SubElement(parent, "pictureInfo")
    _add(info, "fileName", f"{kind}.jpg")
    _add(info, "type", kind)
    _add(info, "absTime", absolute)
    return info
