"""What the reading process asks: the bytes of a picture in, its surest plate out."""

from typing import Final, Protocol

from contract.plates import ALTERNATIVES_MAX, Alternative, OwnReading
from plate_reader.decode import decode_picture
from plate_reader.detect.detector import Detector
from plate_reader.recognise.reader import Reader
from plate_reader.recognise.reading import Reading
from plate_reader.recognise.rectify import Pixels, rectify

PLATES_MAX: Final = 4
"""Places in a scene that are read, the surest first: one vehicle passes, and the sign on its door is not its plate."""


class Recogniser(Protocol):
    """Reads plates from the bytes of a JPEG."""

    def read(self, data: bytes, *, is_plate: bool) -> OwnReading | None:
        """Give the surest plate of a scene, or the one of a crop; None where there is none."""


class SceneRecogniser:
    """Our own detector and reader, their models loaded."""

    def __init__(self) -> None:
        self._detector = Detector()
        self._reader = Reader()

    def read(self, data: bytes, *, is_plate: bool) -> OwnReading | None:
        """Give the surest plate of a scene, or the one of a crop; None where there is none.

        Raises
        ------
        RejectError
            If it is no picture, or decoding it would cost more than any camera's does.
        """
        pixels, _ = decode_picture(data, "picture")
        readings = [self._reader.read(crop) for crop in ([pixels] if is_plate else self._crops(pixels))]
        best = max(readings, key=lambda reading: reading.confidence, default=None)
        return _own(best) if best is not None and best.text else None

    def _crops(self, pixels: Pixels) -> list[Pixels]:
        """Cut out what may be a plate; what may have two rows is cut out both ways."""
        crops = []
        for plate in self._detector.detect(pixels)[:PLATES_MAX]:
            for corners in (plate.corners, plate.two_rows):
                if corners is not None:
                    crops.append(rectify(pixels, [(float(x), float(y)) for x, y in corners]))
        return crops


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
    return SceneRecogniser()
