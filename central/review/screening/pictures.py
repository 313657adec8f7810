"""Whether a picture can be evidence: its bytes are the ones vouched for, they decode, and they are large enough to tell a vehicle."""

import io
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PIL import Image

from central.evidence.blobs import BlobStore
from central.evidence.vehicle_detail import MediaItem
from contract.media import VEHICLE_PICTURES, MediaRole, sha256_hex

SHOWING: Final = VEHICLE_PICTURES | {MediaRole.OVERVIEW}
"""Roles that show which vehicle it was; a crop of the plate alone does not."""
PIXELS_MAX: Final = 40_000_000
"""Largest picture that is decoded: 120 MB in memory."""
_FORMATS: Final = ("JPEG", "PNG")


class Readable(StrEnum):
    """What became of the attempt to read a picture."""

    YES = "yes"
    NOT_HERE = "not-here"
    NO = "no"


@dataclass(frozen=True, slots=True)
class PictureFact:
    """One picture that the records vouch for; `pixels` is 0 unless it was read."""

    role: MediaRole
    sha256: str
    readable: Readable
    pixels: int = 0


def picture_facts(media: tuple[MediaItem, ...], blobs: BlobStore) -> tuple[PictureFact, ...]:
    """Read every picture that shows the vehicle, each once however many records vouch for it."""
    items = {item.ref.sha256: item for item in media if item.ref.role in SHOWING}
    return tuple(_fact(item, blobs) for item in items.values())


def _fact(item: MediaItem, blobs: BlobStore) -> PictureFact:
    role, sha256 = item.ref.role, item.ref.sha256
    if not item.present or not blobs.has(sha256):
        return PictureFact(role, sha256, Readable.NOT_HERE)
    with blobs.open(sha256) as stream:
        data = stream.read()
    pixels = _pixels(data) if sha256_hex(data) == sha256 else 0
    return PictureFact(role, sha256, Readable.YES if pixels else Readable.NO, pixels)


def _pixels(data: bytes) -> int:
    """Give how many pixels a picture has, 0 if it does not decode to its end or claims more than is decoded."""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            width, height = picture.size
            if width * height > PIXELS_MAX:
                return 0
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # what Pillow raises for damaged files
        return 0
    return width * height
