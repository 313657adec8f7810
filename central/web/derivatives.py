"""Copies for screen and paper, with station, time and record number burnt in; the originals are never touched.

What is decoded is checked first: its hash against the one that the record vouches for, its first bytes, and how many pixels it claims.
"""

import io
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from central.evidence.blobs import BlobStore
from central.web.webm import webm_bytes
from contract.clips import ClipFrame, read_clip
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.units import US_PER_S

PIXELS_MAX: Final = 40_000_000
"""Largest picture that is decoded: 120 MB in memory."""

CLIP_PIXELS_MAX: Final = 4_000_000
"""Largest picture of a clip that is decoded; there are hundreds of them."""

WIDTH_MAX: Final = 1_600
COARSE_WIDTH: Final = 240
"""To so many pixels a picture is coarsened that shows others: over the 5 m of a lane and its edge, a character of a plate has 3."""
CLIP_WIDTH_MAX: Final = 800
CLIP_STEP_US: Final = 80_000
"""Least time between pictures of a clip's copy: twelve a second are enough to look at, and every picture costs; the original has all."""
QUALITY: Final = 85
CLIP_QUALITY: Final = 60
_MAGIC: Final = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
_STEP_MS: Final = US_PER_S // 1_000


@dataclass(frozen=True, slots=True)
class Imprint:
    """What is written into a copy: where, when, which record, and that it is a copy of what hash."""

    station: str
    seq: int
    moment: str
    sha256: str

    @property
    def lines(self) -> tuple[str, str]:
        """The two lines."""
        return f"{self.station}  No. {self.seq}  {self.moment}", f"copy of SHA-256 {self.sha256[:24]}…"


def sound_bytes(blobs: BlobStore, sha256: str) -> bytes:
    """Give a blob whose bytes still have its hash.

    Raises
    ------
    RejectError
        ``blob-hash`` if they have another.
    FileNotFoundError
        If it is not here.
    """
    with blobs.open(sha256) as stream:
        data = stream.read()
    if sha256_hex(data) != sha256:
        raise RejectError("blob-hash", f"blob {sha256[:16]}", "no longer has the hash that the record vouches for")
    return data


def marked_picture(data: bytes, imprint: Imprint, width_max: int = WIDTH_MAX, *, coarse: bool = False) -> bytes:
    """Give a JPEG copy of a picture, at most `width_max` pixels wide, with its imprint; `coarse` leaves no plate and no face in it to read.

    Raises
    ------
    RejectError
        ``picture-not-shown`` if it is no JPEG or PNG, claims too many pixels, or cannot be decoded.
    """
    picture = open_picture(data, f"picture {imprint.sha256[:16]}", PIXELS_MAX)
    if coarse and picture.width > COARSE_WIDTH:
        shown = min(picture.width, width_max)
        picture = _narrowed(picture, COARSE_WIDTH).resize((shown, max(1, round(picture.height * shown / picture.width))))
    elif picture.width > width_max:
        picture = _narrowed(picture, width_max)
    buffer = io.BytesIO()
    _stamped(picture, imprint.lines).save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _narrowed(picture: Image.Image, width: int) -> Image.Image:
    return picture.resize((width, max(1, round(picture.height * width / picture.width))))


def open_picture(data: bytes, where: str, pixels_max: int) -> Image.Image:
    """Decode a picture of a known kind and bounded size, RGB.

    Raises
    ------
    RejectError
        ``picture-not-shown``.
    """
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    if kind is None:
        raise RejectError("picture-not-shown", where, f"starts with {data[:8].hex() or 'nothing'}; only JPEG and PNG are shown")
    try:
        picture = Image.open(io.BytesIO(data), formats=[kind])
        if not 0 < picture.width * picture.height <= pixels_max:
            raise RejectError(
                "picture-not-shown", where, f"claims {picture.width} x {picture.height} pixels; at most {pixels_max} are shown"
            )
        return picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise RejectError("picture-not-shown", where, f"cannot be decoded: {error}") from error


def marked_clip(data: bytes, imprint: Imprint) -> bytes:
    """Give a WebM copy of a clip, each picture with its imprint, its number in the original and its time in it.

    Raises
    ------
    RejectError
        ``not-a-clip`` or ``picture-not-shown`` if it cannot be read.
    """
    where = f"clip {imprint.sha256[:16]}"
    frames = read_clip(data, where)
    shown = _shown(frames)
    size = _clip_size(open_picture(frames[0].jpeg, where, CLIP_PIXELS_MAX))
    first, second = imprint.lines

    def copied(entry: tuple[int, ClipFrame]) -> bytes:
        number, frame = entry
        picture = open_picture(frame.jpeg, where, CLIP_PIXELS_MAX)
        if picture.size != size:
            picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        since_s = (frame.time_us - frames[0].time_us) / US_PER_S
        stamped = _stamped(picture, (f"{first}   +{since_s:.2f} s", f"{second}   {number}/{len(frames)}"))
        buffer = io.BytesIO()
        stamped.save(buffer, "WEBP", quality=CLIP_QUALITY, method=0)
        return buffer.getvalue()

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # Pillow decodes and encodes without the interpreter's lock
        pictures = list(pool.map(copied, shown))
    times_ms: list[int] = []
    for _, frame in shown:
        since_ms = (frame.time_us - frames[0].time_us) // _STEP_MS
        times_ms.append(max(since_ms, times_ms[-1] + 1 if times_ms else 0))
    return webm_bytes(pictures, times_ms, size[0], size[1] + _strip(size[0]))


def _shown(frames: list[ClipFrame]) -> list[tuple[int, ClipFrame]]:
    """Give the pictures of the copy with their numbers in the original, from 1."""
    kept: list[tuple[int, ClipFrame]] = []
    for number, frame in enumerate(frames, 1):
        if not kept or frame.time_us - kept[-1][1].time_us >= CLIP_STEP_US:
            kept.append((number, frame))
    return kept


def clip_poster(data: bytes, imprint: Imprint, time_us: int) -> bytes:
    """Give the clip's picture nearest to a moment as a JPEG copy with its imprint.

    Raises
    ------
    RejectError
        As `marked_clip`.
    """
    frames = read_clip(data, f"clip {imprint.sha256[:16]}")
    return marked_picture(min(frames, key=lambda frame: abs(frame.time_us - time_us)).jpeg, imprint)


def _clip_size(picture: Image.Image) -> tuple[int, int]:
    """Give the size of the copy: no wider than the page shows, and even, as VP8 has it."""
    scale = min(1.0, CLIP_WIDTH_MAX / picture.width)
    return max(2, round(picture.width * scale) // 2 * 2), max(2, round(picture.height * scale) // 2 * 2)


def _stamped(picture: Image.Image, lines: tuple[str, str]) -> Image.Image:
    """Give the picture with two lines in a dark strip under it, so that nothing of the evidence is covered."""
    size = _letters(picture.width)
    font, strip = _font(size), _strip(picture.width)
    stamped = Image.new("RGB", (picture.width, picture.height + strip), (24, 24, 24))
    stamped.paste(picture, (0, 0))
    draw = ImageDraw.Draw(stamped)
    for row, line in enumerate(lines):
        draw.text((size // 2, picture.height + round((0.12 + 1.22 * row) * size)), line, font=font, fill=(255, 255, 255))
    return stamped


def _letters(width: int) -> int:
    """Give the size of the imprint's letters under a picture of a width, pixels."""
    return max(9, min(22, width // 52))


def _strip(width: int) -> int:
    """Give the height of the strip under a picture; even, as VP8 has it."""
    return round(2.7 * _letters(width)) // 2 * 2


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
