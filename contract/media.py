"""Pictures and captures, named by the SHA-256 of their bytes."""

import hashlib
from enum import StrEnum
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from contract.canonical import CanonicalModel

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hexadecimal (FIPS 180-4)."""

BLOB_MAX_BYTES: Final = 32 * 1024 * 1024
"""Largest picture or capture that central takes: 20 s of 10 channels at 20 kHz, uncompressed."""


class MediaRole(StrEnum):
    """What a picture or file shows."""

    SCENE = "scene"
    """A vehicle from an end that was not told; records of the first version have it for front and rear alike."""
    PLATE = "plate"
    FRONT = "front"
    REAR = "rear"
    OVERVIEW = "overview"
    """The whole vehicle on the road."""
    CLIP = "clip"
    """Video from before the passage to after it (`contract.clips`)."""
    CAPTURE = "capture"


VEHICLE_PICTURES: Final = frozenset({MediaRole.SCENE, MediaRole.FRONT, MediaRole.REAR})
"""Roles that show a vehicle close enough to be evidence of which one it was."""


class MediaRef(CanonicalModel):
    """A picture or capture that a record vouches for; the bytes travel by HTTP, the hash is signed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: MediaRole
    sha256: Sha256
    media_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=60)]
    size: Annotated[int, Field(gt=0, le=BLOB_MAX_BYTES)]


def sha256_hex(data: bytes) -> str:
    """Give the SHA-256 of `data` in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()
