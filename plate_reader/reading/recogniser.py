"""What the reading process asks: a picture in, the surest plate out."""

from typing import Protocol

from contract.plates import OwnReading


class Recogniser(Protocol):
    """Reads plates from the bytes of a JPEG."""

    def read(self, data: bytes, *, is_plate: bool) -> OwnReading | None:
        """Give the surest plate of a scene, or the one of a crop; None where there is none."""


def open_recogniser() -> Recogniser:
    """Load models and give the reader."""
    raise NotImplementedError
