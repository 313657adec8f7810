"""Decodes a picture within bounds of memory and time, whoever sent it.

Size and cost are read from the header before anything is decoded. What a bomb may claim, and what stops it::

    more pixels than any camera has         the size in the header: `PIXELS_MAX`
    a JPEG of thousands of thin scans,      their number: `SCANS_MAX`; each costs as much as the whole picture
    each a pass over all pixels
    more bytes than any camera sends        `BYTES_MAX`
    text or colour profiles that inflate    never read (Pillow bounds PNG text by itself)
"""

import struct
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from contract.faults import RejectError
from plate_reader.cameras.pictures import PIXELS_MAX, check_jpeg
from plate_reader.recognise.rectify import Pixels

BYTES_MAX: Final = 32 * 1024 * 1024
"""Largest file taken; a 12 megapixel camera sends 2 to 6 MB."""

DECODED_MAX: Final = 16_000_000
"""Pixels decoded at most, 48 MB: a JPEG of more is decoded at half, a quarter or an eighth of its size, which its cosine transform gives
for less than the whole; at that size the plates of a camera with so many pixels are still large."""

SIDE_MIN: Final = 8
"""Least width and height, in pixels: no plate can be read in less."""

SCANS_MAX: Final = 32
"""Most scans of a progressive JPEG; encoders write 10, in which 36 megapixels of noise take 0.7 s."""

_JPEG: Final = b"\xff\xd8\xff"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_START_OF_SCAN: Final = b"\xff\xda"
_MODES: Final = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})


def decode_picture(data: bytes, where: str) -> tuple[Pixels, float]:
    """Decode a JPEG or PNG picture, upright as its EXIF orientation says.

    Parameters
    ----------
    data
        The file's bytes.
    where
        Names the picture in errors.

    Returns
    -------
    pixels, scale
        (height, width, 3) uint8 RGB, and how many pixels of the picture one of these stands for: 1, or 2, 4 or 8 for a huge JPEG.

    Raises
    ------
    RejectError
        If it is no such picture, is damaged, or would cost more than the bounds of this module.
    """
    if len(data) > BYTES_MAX:
        raise RejectError("picture-too-large", where, f"has {len(data)} bytes; at most {BYTES_MAX} are taken")
    kind = "PNG" if data.startswith(_PNG) else "JPEG"
    if kind == "JPEG" and not data.startswith(_JPEG):
        raise RejectError("picture-not-jpeg", where, f"starts with {data[:4].hex() or 'nothing'}; JPEG (ff d8 ff) and PNG are taken")
    width, height = _png_size(data, where) if kind == "PNG" else check_jpeg(data, where)
    _check_cost(data, kind, (width, height), where)
    try:
        with Image.open(BytesIO(data), formats=[kind]) as image:
            if image.mode not in _MODES:
                raise RejectError("picture-depth", where, f"has values of mode {image.mode}; save it with 8 bits per channel")
            scale = _shrink(image)
            upright = ImageOps.exif_transpose(image)
            return np.asarray(upright.convert("RGB")), scale
    except (OSError, SyntaxError, ValueError, struct.error, UnidentifiedImageError) as error:  # what Pillow's decoders raise on damage
        raise RejectError("picture-damaged", where, f"cannot be decoded: {error}; it was probably cut off on its way") from error


def _png_size(data: bytes, where: str) -> tuple[int, int]:
    """Read width and height from the header chunk, which must come first (PNG, 3rd edition, section 11.2.1)."""
    if len(data) < 24 or data[12:16] != b"IHDR":
        raise RejectError("picture-damaged", where, "is a PNG without a header chunk; it was probably cut off")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _check_cost(data: bytes, kind: str, size: tuple[int, int], where: str) -> None:
    width, height = size
    most = PIXELS_MAX if kind == "JPEG" else DECODED_MAX
    if width * height > most:
        raise RejectError("picture-too-large", where, f"has {width} x {height} pixels; at most {most} in all are taken of a {kind}")
    if min(size) < SIDE_MIN:
        raise RejectError("picture-too-small", where, f"has {width} x {height} pixels; no side may have fewer than {SIDE_MIN}")
    scans = data.count(_START_OF_SCAN) if kind == "JPEG" else 1
    if scans > SCANS_MAX:
        raise RejectError(
            "picture-too-costly", where, f"is a JPEG of {scans} scans; at most {SCANS_MAX} are taken, let the camera send baseline"
        )


def _shrink(image: Image.Image) -> float:
    """Let a JPEG that is too large be decoded at a part of its size; give by how much."""
    width, height = image.size
    for factor in (2, 4, 8):
        if image.width * image.height <= DECODED_MAX:
            break
        image.draft("RGB", (width // factor, height // factor))
    return round(width / image.width)
