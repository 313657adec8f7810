"""Camera pushes as docs/protocols/camera-isapi.md draws them, whole and damaged, for the tests."""

import io

from PIL import Image

BOUNDARY = "----wim-7c1f"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
NAMESPACE = "http://www.hikvision.com/ver20/XMLSchema"


def jpeg(width=80, height=24, colour=(10, 40, 200)):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "JPEG")
    return buffer.getvalue()


PLATE = jpeg()
SCENE = jpeg(320, 180)

ELEMENTS = {
    "licensePlate": "湘A12345",
    "line": "1",
    "direction": "forward",
    "confidenceLevel": "97",
    "plateColor": "yellow",
    "vehicleType": "truck",
}


def event(uuid="7b0c4f1e-0001", when="2026-03-02T16:00:05+08:00", abs_time="20260302160005123", kind="ANPR", more="", **elements):
    """Give the XML; an element given as None is left out."""
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in {**ELEMENTS, **elements}.items() if value is not None)
    times = "" if abs_time is None else f"<absTime>{abs_time}</absTime>"
    picture = f"<fileName>detectionPicture.jpg</fileName><type>detectionPicture</type>{times}"
    identity = "" if uuid is None else f"<UUID>{uuid}</UUID>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><EventNotificationAlert version="2.0" xmlns="{NAMESPACE}">'
        f"<dateTime>{when}</dateTime><eventType>{kind}</eventType>"
        f"<ANPR>{inside}<pictureInfoList><pictureInfo>{picture}</pictureInfo></pictureInfoList></ANPR>"
        f"{identity}<isDataRetransmission>false</isDataRetransmission>{more}</EventNotificationAlert>"
    ).encode()


def body(parts):
    """Give the multipart body of (name, file name, media type, bytes)."""
    out = bytearray()
    for name, filename, media_type, data in parts:
        out += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'.encode()
        out += f"Content-Type: {media_type}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data + b"\r\n"
    return bytes(out + f"--{BOUNDARY}--\r\n".encode())


def push(xml=None, plate=PLATE, scene=SCENE, **changes):
    """Give a whole push; a picture given as None is left out."""
    parts = [("anpr.xml", "anpr.xml", "application/xml", event(**changes) if xml is None else xml)]
    if plate is not None:
        parts.append(("licensePlatePicture.jpg", "licensePlatePicture.jpg", "image/jpeg", plate))
    if scene is not None:
        parts.append(("detectionPicture.jpg", "detectionPicture.jpg", "image/jpeg", scene))
    return body(parts)
