"""What every camera's push comes down to."""

from dataclasses import dataclass

from contract.plates import PlateRead


@dataclass(frozen=True, slots=True)
class CameraEvent:
    """One plate read and the pictures it names by their SHA-256, each a JPEG as the camera sent it."""

    read: PlateRead
    pictures: tuple[bytes, ...]
