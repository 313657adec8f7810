"""Copies with an imprint: what they hold, and what is refused before it is decoded."""

import contextlib
import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from central.web.derivatives import Imprint, clip_poster, marked_clip, marked_picture, open_picture
from central.web.documents.material import party_copy
from central.web.webm import vp8_of, webm_bytes
from contract.clips import ClipFrame, clip_bytes
from contract.faults import RejectError
from contract.media import MediaRole

IMPRINT = Imprint("G104-K12", 7, "2026-03-02 16:00:08 +08:00", "ab" * 32)
COLOURS = [(200, 30, 30), (30, 200, 30), (30, 30, 200)]


def jpeg(colour=(90, 110, 130), size=(640, 360)):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def clip():
    return clip_bytes([ClipFrame(1_000_000 + 200_000 * place, jpeg(colour)) for place, colour in enumerate(COLOURS)], 640, 360)


def elements(data):
    """Take EBML apart: (id, content) in order."""
    at = 0
    while at < len(data):
        width = next(k for k in range(1, 5) if data[at] >> (8 - k))
        identity, at = int.from_bytes(data[at : at + width]), at + width
        size = int.from_bytes(data[at : at + 8]) & ~(1 << 56)
        yield identity, data[at + 8 : at + 8 + size], at - width
        at += 8 + size


def named(data):
    return {identity: content for identity, content, _ in elements(data)}


def test_a_copy_shows_all_of_the_picture_and_the_imprint_under_it():
    copy = Image.open(io.BytesIO(marked_picture(jpeg(), IMPRINT)))
    assert (copy.format, copy.width) == ("JPEG", 640)
    assert 360 < copy.height < 420
    kept = copy.crop((0, 0, 640, 352)).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert all(abs(a - b) < 4 for a, b in zip(kept, (90, 110, 130), strict=True))
    strip = copy.crop((0, 364, 640, copy.height)).convert("L")
    assert strip.getextrema()[1] > 200
    assert strip.getextrema()[0] < 60


def test_the_partys_overview_has_nothing_as_small_as_a_letter_of_a_plate_and_his_own_vehicle_all():
    """Strokes of 8 pixels in a picture 2 000 wide: letters of a plate 110 pixels wide, as an overview of 8 m has it."""
    strokes = Image.new("L", (2_000, 400))
    strokes.putdata([255 * (x // 8 % 2) for _ in range(400) for x in range(2_000)])
    buffer = io.BytesIO()
    strokes.convert("RGB").save(buffer, "JPEG", quality=95)
    contrast = {}
    for role in (MediaRole.OVERVIEW, MediaRole.FRONT):
        copy = Image.open(io.BytesIO(party_copy(buffer.getvalue(), role, IMPRINT))).convert("L")
        dark, light = copy.crop((200, 20, 1_400, 280)).getextrema()
        contrast[role] = (copy.width, light - dark > 200)
    assert contrast == {MediaRole.OVERVIEW: (1_600, False), MediaRole.FRONT: (1_600, True)}


def test_a_large_picture_is_made_smaller():
    assert Image.open(io.BytesIO(marked_picture(jpeg(size=(3_200, 200)), IMPRINT))).width == 1_600


def claiming(width, height):
    """A JPEG whose frame header claims a size that its data does not have."""
    data = bytearray(jpeg(size=(16, 16)))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "only JPEG and PNG"),
        (b"<html><script>alert(1)</script>", "only JPEG and PNG"),
        (b"\xff\xd8\xff", "cannot be decoded"),
        (jpeg()[:700], "cannot be decoded"),
        (claiming(60_000, 60_000), "pixels"),
    ],
)
def test_what_is_no_picture_is_refused(data, says):
    with pytest.raises(RejectError, match=says):
        open_picture(data, "picture", 40_000_000)


@given(st.binary(max_size=400), st.integers(0, 600))
def test_damage_never_escapes(garbage, at):
    data = jpeg(size=(32, 32))
    with contextlib.suppress(RejectError):
        assert open_picture(data[:at] + garbage + data[at:], "picture", 1_000_000).mode == "RGB"


def test_a_clip_becomes_a_video_with_a_key_frame_at_each_time():
    (_, header, _), (segment, content, _) = elements(marked_clip(clip(), IMPRINT))
    assert segment == 0x18538067
    assert b"webm" in header
    parts = list(elements(content))
    assert [identity for identity, *_ in parts] == [0x1549A966, 0x1654AE6B, 0x1C53BB6B, *[0x1F43B675] * 3]
    clusters = {at: named(data) for identity, data, at in parts if identity == 0x1F43B675}
    assert [int.from_bytes(cluster[0xE7]) for cluster in clusters.values()] == [0, 200, 400]
    places = [int.from_bytes(named(named(data)[0xB7])[0xF1]) for _, data, _ in elements(parts[2][1])]
    assert places == list(clusters)
    for cluster in clusters.values():
        frame = cluster[0xA3][4:]
        assert frame[3:6] == b"\x9d\x01\x2a"
        assert not frame[0] & 1


def test_the_frame_within_a_picture_is_the_one_that_is_decoded():
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (10, 200, 10)).save(buffer, "WEBP", quality=80)
    frame = vp8_of(buffer.getvalue())
    again = b"RIFF" + struct.pack("<I", 12 + len(frame)) + b"WEBPVP8 " + struct.pack("<I", len(frame)) + frame
    assert Image.open(io.BytesIO(again)).size == (64, 48)
    with pytest.raises(RejectError, match="lossy WebP"):
        webm_bytes([jpeg()], [0], 64, 48)


def test_a_clips_poster_is_the_picture_of_the_passage():
    poster = Image.open(io.BytesIO(clip_poster(clip(), IMPRINT, 1_190_000)))
    assert poster.getpixel((320, 100))[1] > 180


def test_a_clip_that_is_none_is_refused():
    with pytest.raises(RejectError, match="AVI"):
        marked_clip(b"RIFFxxxxWEBP", IMPRINT)
    with pytest.raises(RejectError, match="only JPEG"):
        marked_clip(clip_bytes([ClipFrame(1, b"no picture")], 4, 4), IMPRINT)
