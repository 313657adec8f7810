"""Finds and reads every plate of a picture.

A place that looks like a plate is one only if the reader can spell a plate from it: that is what tells plates from the other text on
vehicles, and from the times and dates that cameras write into their pictures. Where a row may be the lower of two, it is first read alone
and, if that says nothing, as a plate of two rows.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from plate_reader.detect.detector import Detector
from plate_reader.detect.plates import Plate
from plate_reader.recognise.reader import Reader
from plate_reader.recognise.reading import Reading
from plate_reader.recognise.rectify import Pixels, rectify

CLARITY_MIN: Final = -0.5
"""Least mean logarithm of how sure the model is of each character: below it something else was forced into a plate's grammar."""

MARGIN_PX: Final = 3
"""Pixels kept around a plate when it is cut out, for the interpolation."""


@dataclass(frozen=True)
class SeenPlate:
    """A plate of a picture.

    Attributes
    ----------
    corners
        (4, 2): upper left, upper right, lower right, lower left, in pixels of the picture.
    crop
        The plate straightened, (height, width, 3), uint8, RGB.
    reading
        What it says.
    """

    corners: NDArray[np.float64]
    crop: Pixels
    reading: Reading


class SceneReader:
    """Finds and reads plates; holds both models."""

    def __init__(self, reader: Reader | None = None, detector: Detector | None = None) -> None:
        self._reader = reader or Reader()
        self._detector = detector or Detector()

    def read(self, picture: Pixels) -> list[SeenPlate]:
        """Give the plates of a picture, the surest reading first.

        Parameters
        ----------
        picture
            (height, width, 3), uint8, RGB.
        """
        seen = [plate for place in self._detector.detect(picture) if (plate := self._plate(picture, place)) is not None]
        return sorted(seen, key=lambda plate: -plate.reading.confidence)

    def _plate(self, picture: Pixels, place: Plate) -> SeenPlate | None:
        """Read one place as a plate of one row and then of two; None where neither spells a plate."""
        for rows, corners in ((1, place.corners), (2, place.two_rows)):
            if corners is None:
                continue
            crop = straighten(picture, corners)
            reading, signs = self._reader.read_with_signs(crop, rows=rows)
            if signs is not None and signs.mean >= CLARITY_MIN:
                return SeenPlate(corners, crop, reading)
        return None


def straighten(picture: Pixels, corners: NDArray[np.float64]) -> Pixels:
    """Cut a plate out and straighten it, as `rectify`, at a cost that does not depend on the picture's size."""
    size = np.array(picture.shape[1::-1])
    first = np.clip(np.floor(corners.min(axis=0)).astype(int) - MARGIN_PX, 0, size - 1)
    last = np.clip(np.ceil(corners.max(axis=0)).astype(int) + MARGIN_PX, first + 1, size)
    part = np.ascontiguousarray(picture[first[1] : last[1], first[0] : last[0]])
    return rectify(part, [(float(x), float(y)) for x, y in corners - first])
