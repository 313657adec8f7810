import struct
import tracemalloc
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from contract.faults import RejectError
from plate_reader.decode import BYTES_MAX, DECODED_MAX, SCANS_MAX, decode_picture


def _encoded(image, kind="JPEG", **options):
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _png_claiming(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def _jpeg_claiming(width, height):
    data = bytearray(_encoded(Image.new("RGB", (64, 64))))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.mark.parametrize(("kind", "options"), [("JPEG", {"quality": 95}), ("JPEG", {"progressive": True, "quality": 95}), ("PNG", {})])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_picture_comes_as_it_was(kind, options, mode):
    ramp = np.add.outer(np.arange(40), np.arange(60)).astype(np.uint8)
    pixels, scale = decode_picture(_encoded(Image.fromarray(ramp).convert(mode), kind, **options), "x")
    assert pixels.shape == (40, 60, 3)
    assert scale == 1
    assert np.abs(pixels[..., 0].astype(int) - ramp).max() <= 3


def test_a_turned_picture_comes_upright():
    image = Image.new("RGB", (80, 40))
    image.paste((255, 255, 255), (0, 0, 40, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it upright
    pixels, _ = decode_picture(_encoded(image, exif=exif), "x")
    assert pixels.shape == (80, 40, 3)
    assert pixels[:30].mean() > 250
    assert pixels[50:].mean() < 5


def test_a_huge_jpeg_is_decoded_at_half_its_size():
    pixels, scale = decode_picture(_encoded(Image.new("L", (6000, 4000), 90)), "x")
    assert pixels.shape == (2000, 3000, 3)
    assert scale == 2
    assert pixels.shape[0] * pixels.shape[1] <= DECODED_MAX


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"", "picture-not-jpeg", "starts with nothing"),
        (b"GIF89a" + bytes(100), "picture-not-jpeg", "and PNG are taken"),
        (_jpeg_claiming(65_000, 65_000), "picture-too-large", "65000 x 65000 pixels"),
        (_png_claiming(2**31 - 1, 2**31 - 1), "picture-too-large", f"at most {DECODED_MAX} in all are taken of a PNG"),
        (_png_claiming(5000, 3000), "picture-damaged", "cannot be decoded"),
        (_png_claiming(0, 0), "picture-too-small", "no side may have fewer than 8"),
        (_encoded(Image.new("L", (100, 4))), "picture-too-small", "100 x 4"),
        (b"\x89PNG\r\n\x1a\n", "picture-damaged", "without a header"),
        (_encoded(Image.new("I;16", (50, 50)), "PNG"), "picture-depth", "8 bits per channel"),
        (_encoded(Image.effect_noise((200, 200), 90))[:3000], "picture-damaged", "cut off"),
        (_encoded(Image.new("RGB", (64, 64))) + b"\xff\xda" * SCANS_MAX, "picture-too-costly", f"{SCANS_MAX + 1} scans"),
        (bytes(BYTES_MAX + 1), "picture-too-large", "bytes"),
    ],
)
def test_what_is_wrong_is_refused_and_said(data, code, says):
    tracemalloc.start()
    with pytest.raises(RejectError, match=says) as refused:
        decode_picture(data, "camera 7")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.code == code
    assert refused.value.where == "camera 7"
    assert peak < 100_000_000


@given(
    st.sampled_from([("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {})]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255))),
)
def test_damage_never_does_more_than_refuse(kind, damage):
    data = bytearray(_encoded(Image.radial_gradient("L").resize((80, 60)), kind[0], **kind[1]))
    for at, value in damage:
        data[at % len(data)] = value
    try:
        pixels, _ = decode_picture(bytes(data), "x")
    except RejectError:
        return
    assert pixels.ndim == 3
