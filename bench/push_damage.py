"""Good pushes of every protocol as the simulated cameras write them, and every kind of damage that is done to them."""

from __future__ import annotations

import base64
import io
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from PIL import Image

from firmware_sims.isapi_event import AnprEvent
from firmware_sims.push_format import FORMATS
from firmware_sims.scene import Pictures

BOUNDARY: Final = "MIME_boundary"
LONG_AGO: Final = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OVERSIZE_BYTES: Final = 5_000_000


def jpeg(width: int, height: int, seed: int = 0) -> bytes:
    """Draw a picture of random blocks."""
    blocks = random.Random(seed).randbytes(16 * 9 * 3)  # noqa: S311 - looks, not a secret
    buffer = io.BytesIO()
    Image.frombytes("RGB", (16, 9), blocks).resize((width, height)).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


PICTURES: Final = Pictures(scene=jpeg(640, 360), crop=jpeg(160, 48, 1), plate_rect=(400, 700, 90, 40))


@dataclass(frozen=True)
class Push:
    """One message: address below the receiver, headers beside the length, and body. `raw` is sent as it stands, and then hung up."""

    path: str
    content_type: str
    body: bytes
    raw: bytes | None = None


def good(protocol: str, number: int, camera: str = "front") -> Push:
    """Give the push of the vehicle of that number: no two of them are the same event."""
    event = AnprEvent(
        uuid=f"{number:08x}-0000-4000-8000-000000000000",
        camera=camera,
        channel=1,
        lane=1,
        time=LONG_AGO + timedelta(milliseconds=10 * number),
        plate=f"湘A{number % 100_000:05d}",
        plate_color="yellow",
        kind="semi5",
        confidence=93,
        characters=(93,) * 7,
    )
    form = FORMATS[protocol]
    document = form.document(event, PICTURES, form.stages[0][0], False)
    content_type, body = form.wrap(document, PICTURES, BOUNDARY)
    return Push(f"/{protocol}/{camera}{form.path}", content_type, body)


Damage = Callable[[Push, random.Random], Push]


def _cut(push: Push, rng: random.Random) -> Push:
    return replace(push, body=push.body[: rng.randrange(len(push.body))])


def _flipped(push: Push, rng: random.Random) -> Push:
    body = bytearray(push.body)
    for _ in range(rng.randint(1, 40)):
        body[rng.randrange(len(body))] = rng.randrange(256)
    return replace(push, body=bytes(body))


def _noise(push: Push, rng: random.Random) -> Push:
    return replace(push, body=rng.randbytes(rng.choice((0, 1, 100, 10_000))))


def _oversize(push: Push, rng: random.Random) -> Push:
    del rng
    return replace(push, body=push.body + bytes(OVERSIZE_BYTES))


def _wrong_type(push: Push, rng: random.Random) -> Push:
    kinds = (
        "",
        "text/html",
        "multipart/form-data",
        "application/json; charset=utf-16",
        "multipart/form-data; boundary=" + "x" * 500,
        "\x7f",
    )
    return replace(push, content_type=rng.choice(kinds))


def _wrong_charset(push: Push, rng: random.Random) -> Push:
    coded = push.body.replace("湘".encode(), "湘".encode(rng.choice(("gbk", "utf-16-le"))))
    return replace(push, body=coded, content_type=push.content_type + rng.choice(("", "; charset=utf-7")))


def _in_xml(push: Push, document: bytes) -> Push:
    """Put another document in the place of anpr.xml; the other protocols have none and get it as their body."""
    if not push.path.startswith("/isapi"):
        return replace(push, body=document, content_type="application/json")
    found = re.search(rb"<\?xml.*</EventNotificationAlert>", push.body, re.DOTALL)
    return push if found is None else replace(push, body=push.body[: found.start()] + document + push.body[found.end() :])


def _xml_bomb(push: Push, rng: random.Random) -> Push:
    names = "bcdefghij"[: rng.randint(3, 9)]
    entities = "".join(f'<!ENTITY {name} "{f"&{chr(ord(name) - 1)};" * 10}">' for name in names)
    return _in_xml(push, f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">{entities}]><l>&{names[-1]};</l>'.encode())


def _external_entity(push: Push, rng: random.Random) -> Push:
    where = rng.choice(("file:///etc/hostname", "http://127.0.0.1:1/x", "/dev/zero"))
    return _in_xml(push, f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "{where}">]><l>&x;</l>'.encode())


def _deep(push: Push, rng: random.Random) -> Push:
    depth = rng.choice((50, 4_000, 100_000))
    if push.path.startswith("/isapi"):
        return _in_xml(push, b"<a>" * depth + b"</a>" * depth)
    opened, closed = rng.choice(((b'{"Picture":', b"}"), (b"[", b"]")))
    return replace(push, body=opened * depth + b"1" + closed * depth, content_type="application/json")


def _wide(push: Push, rng: random.Random) -> Push:
    count = rng.choice((6_000, 300_000))
    if push.path.startswith("/isapi"):
        return _in_xml(push, b"<a>" + b"<b/>" * count + b"</a>")
    return replace(push, body=b'{"a":[' + b"{}," * count + b"{}]}", content_type="application/json")


def _many_parts(push: Push, rng: random.Random) -> Push:
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="anpr.xml"\r\n\r\nx\r\n'.encode()
    body = part * rng.choice((20, 20_000)) + f"--{BOUNDARY}--\r\n".encode()
    return replace(push, body=body, content_type=f"multipart/form-data; boundary={BOUNDARY}")


_ODD: Final = (
    None,
    True,
    -1,
    1e308,
    10**30,
    2**63,
    "",
    "\ud800",
    "NaN",
    "x" * 5_000,
    "湘\r\nSet-Cookie: a=b",
    [],
    [[[]]],
    {},
    {"a": {}},
    "\x00",
)
_WRITTEN: Final = (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 6_000, b"00", b"'x'", b"0x10")


def _odd_value(push: Push, rng: random.Random) -> Push:
    """Put an odd value in the place of any one of the document."""
    if push.path.startswith("/isapi"):
        found = list(re.finditer(rb">([^<>\r\n]+)<", push.body[:4_000]))
        at = rng.choice(found)
        odd = rng.choice((b"", b"NaN", b"-1", b"9" * 3_000, b"x" * 300, b"&#0;", b"\xff\xfe", b"99991231235959999", b"]]>", b"&a;"))
        return replace(push, body=push.body[: at.start(1)] + odd + push.body[at.end(1) :])
    start, end = push.body.index(b"{"), push.body.rindex(b"}", 0, _end_of_json(push.body)) + 1
    document = json.loads(push.body[start:end])
    holder, key = _any_place(document, rng)
    holder[key] = "@@odd@@"
    odd_bytes = rng.choice(_WRITTEN) if rng.random() < 0.4 else json.dumps(rng.choice(_ODD)).encode()
    return replace(push, body=push.body[:start] + json.dumps(document).encode().replace(b'"@@odd@@"', odd_bytes) + push.body[end:])


def _end_of_json(body: bytes) -> int:
    after = body.find(b"\r\n--" + BOUNDARY.encode(), body.index(b"{"))
    return after if after > 0 else len(body)


def _any_place(document: Any, rng: random.Random) -> tuple[Any, Any]:  # noqa: ANN401 - a JSON value
    at = document
    while True:
        key = rng.choice(list(at) if isinstance(at, dict) else range(len(at)))
        inner = at[key]
        if not isinstance(inner, dict | list) or not inner or rng.random() < 0.2:
            return at, key
        at = inner


def _other_picture(push: Push, picture: bytes | str) -> Push:
    """Put other bytes in the place of the scene, wherever the protocol carries it."""
    given = picture if isinstance(picture, bytes) else picture.encode()
    coded = base64.b64encode(given) if isinstance(picture, bytes) else given
    body = push.body.replace(PICTURES.scene, given).replace(base64.b64encode(PICTURES.scene), coded)
    return replace(push, body=body)


def _picture_bomb(push: Push, rng: random.Random) -> Push:
    data = bytearray(PICTURES.scene)
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = rng.choice((b"\xff\xff\xff\xff", b"\x00\x00\x00\x01", b"\x7f\xff\x7f\xff"))
    return _other_picture(push, bytes(data))


def _no_picture(push: Push, rng: random.Random) -> Push:
    return _other_picture(
        push, rng.choice((b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd8\xff" * 9, b"", rng.randbytes(500)))
    )


def _bad_base64(push: Push, rng: random.Random) -> Push:
    return _other_picture(push, rng.choice(("%%%%", "AAA", "A" * 101, "湘" * 10, "data:image/jpeg;base64,", "=" * 40)))


def _raw(push: Push, head: str, body: bytes) -> Push:
    return replace(push, raw=head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body)


def _hang_up(push: Push, rng: random.Random) -> Push:
    head = f"POST {push.path} HTTP/1.1\r\nHost: x\r\nContent-Type: {push.content_type}\r\nContent-Length: {len(push.body)}"
    return _raw(push, head, push.body[: rng.randrange(len(push.body))])


def _bad_head(push: Push, rng: random.Random) -> Push:
    extra = rng.choice(
        (
            "Content-Length: -5",
            "Content-Length: 99999999999999999999",
            "Content-Length: 5\r\nContent-Length: 6",
            "Transfer-Encoding: chunked\r\nContent-Length: 3",
            "Transfer-Encoding: gzip",
            "X-Injected: a\rb\nc",
            "Authorization: Digest " + "a=" * 5_000,
            "Content-Type: multipart/form-data; boundary=\x01\x02",
            "X-Long: " + "y" * 70_000,
        )
    )
    return _raw(push, f"POST {push.path} HTTP/1.1\r\nHost: x\r\n{extra}", push.body[:1_000])


def _bad_chunks(push: Push, rng: random.Random) -> Push:
    head = f"POST {push.path} HTTP/1.1\r\nHost: x\r\nContent-Type: {push.content_type}\r\nTransfer-Encoding: chunked"
    return _raw(push, head, rng.choice((b"zz\r\n", b"ffffffffffffffff\r\nx", b"-1\r\n", b"5\r\nabc", b"3\r\nabcdef\r\n0\r\n\r\n")))


def _bad_line(push: Push, rng: random.Random) -> Push:
    lines = (
        f"POST {push.path}%0d%0aX: y HTTP/1.1",
        "POST /../../etc/passwd HTTP/1.1",
        f"POST {push.path}/{'a/' * 3_000} HTTP/1.1",
        "\x16\x03\x01\x02",
    )
    return _raw(push, f"{rng.choice(lines)}\r\nHost: x\r\nContent-Length: 2", b"{}")


def _wrong_address(push: Push, rng: random.Random) -> Push:
    return replace(
        push,
        path=rng.choice(("/isapi/", "/dahua/front", "/axis/%2e%2e", "/isapi/" + "n" * 400, "/trigger", "/nothing", "/dahua/front/x/y")),
    )


DAMAGES: Final[dict[str, Damage]] = {
    "cut anywhere": _cut,
    "bytes changed": _flipped,
    "noise": _noise,
    "too large": _oversize,
    "wrong Content-Type": _wrong_type,
    "wrong charset": _wrong_charset,
    "XML bomb": _xml_bomb,
    "external entity": _external_entity,
    "nested without end": _deep,
    "millions of values": _wide,
    "thousands of parts": _many_parts,
    "odd value": _odd_value,
    "picture bomb": _picture_bomb,
    "no picture": _no_picture,
    "bad base64": _bad_base64,
    "hung up": _hang_up,
    "bad header": _bad_head,
    "bad chunks": _bad_chunks,
    "bad request line": _bad_line,
    "wrong address": _wrong_address,
}
