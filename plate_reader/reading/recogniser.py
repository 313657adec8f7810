"""What the reading process asks: the bytes of a picture in, its surest plate out."""

from typing import Protocol

from contract.plates import ALTERNATIVES_MAX, Alternative, OwnReading
from plate_reader.decode import decode_picture
from plate_reader.recognise.reader import Reader
from plate_reader.recognise.reading import Reading
from plate_reader.scene import CLARITY_MIN, SceneReader


class Recogniser(Protocol):
    """Reads plates from the bytes of a JPEG."""

    def read(self, data: bytes, *, is_plate: bool) -> OwnReading | None:
        """Give the surest plate of a scene, or the one of a crop; None where there is none."""


class PictureRecogniser:
    """Our own detector and reader, their models loaded."""

    def __init__(self) -> None:
        self._reader = Reader()
        self._scenes = SceneReader(self._reader)

    def read(self, data: bytes, *, is_plate: bool) -> OwnReading | None:
        """Give the surest plate of a scene, or the one of a crop; None where there is none.

        A crop that says nothing as a plate is looked at as a scene: some cameras leave much around it.

        Raises
        ------
        RejectError
            If it is no picture, or decoding it would cost more than any camera's does.
        """
        pixels, _ = decode_picture(data, "picture")
        if is_plate:
            reading, signs = self._reader.read_with_signs(pixels)
            if signs is not None and signs.mean >= CLARITY_MIN:
                return _own(reading)
        seen = self._scenes.read(pixels)
        return _own(seen[0].reading) if seen else None


def _own(reading: Reading) -> OwnReading:
    alternatives = tuple(
        Alternative(text=one.text, confidence=min(1.0, one.probability)) for one in reading.alternatives[:ALTERNATIVES_MAX]
    )
    return OwnReading(
        text=reading.text,
        confidence=min(1.0, max(0.0, reading.confidence)),
        colour=reading.colour,
        kind=reading.kind,
        alternatives=alternatives,
    )


def open_recogniser() -> Recogniser:
    """Load models and give the reader."""
    return PictureRecogniser()
