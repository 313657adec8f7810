"""Plates in real scenes: how many are found and read exactly, what else is taken for a plate, and what it costs on one core.

::

    OMP_NUM_THREADS=1 python -m bench.plate_scenes [--pictures FOLDER] [--each]
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from plate_reader.recognise.rectify import Pixels
from plate_reader.scene import SeenPlate

TIMED_PIXELS = 1280 * 720
JPEG_QUALITY = 85


@dataclass(frozen=True)
class Label:
    """A plate as tagged by hand: its text, centre and width in pixels."""

    text: str
    x: float
    y: float
    width: float
    height: float

    @classmethod
    def of(cls, tagged: dict[str, Any]) -> "Label":
        """Read the rotated rectangle as OpenCV wrote it before version 4.5: at an angle below -45 degrees width and height are exchanged."""
        x, y, width, height = tagged["box"]
        if tagged["rotation"] < -45:
            width, height = height, width
        return cls(tagged["plate"], x, y, width, height)

    def at(self, corners: np.ndarray) -> bool:
        """Whether these corners mean this plate: centre within a third of it, width within a factor of 1.6."""
        x, y = corners.mean(axis=0)
        wide = float(np.linalg.norm(corners[1] - corners[0]))
        return abs(x - self.x) < 0.35 * self.width and abs(y - self.y) < 0.6 * self.height and 1 / 1.6 < wide / self.width < 1.6


@dataclass
class Tally:
    """What was counted over all scenes."""

    labels: int = 0
    found: int = 0
    exact: int = 0
    unlabelled: int = 0
    wrong: list[tuple[str, str, str, float]] = field(default_factory=list)
    others: list[tuple[str, str, float]] = field(default_factory=list)


def labelled_scenes(folder: Path) -> Iterator[tuple[str, bytes, list[Label]]]:
    """Give name, bytes and labels of each scene of a folder with a labels.json."""
    for entry in json.loads((folder / "labels.json").read_text()):
        if entry["file"].startswith("scenes/"):
            yield entry["file"], (folder / entry["file"]).read_bytes(), [Label.of(plate) for plate in entry["plates"]]


def count(tally: Tally, name: str, labels: list[Label], places: list[np.ndarray], seen: list[SeenPlate]) -> None:
    """Count one scene."""
    for label in labels:
        read = next((plate for plate in seen if label.at(plate.corners)), None)
        tally.labels += 1
        tally.found += any(label.at(corners) for corners in places)
        tally.exact += read is not None and read.reading.text == label.text
        if read is None or read.reading.text != label.text:
            tally.wrong.append((name, label.text, read.reading.text if read else "", read.reading.confidence if read else 0.0))
    for plate in seen:
        if not any(label.at(plate.corners) for label in labels):
            tally.others.append((name, plate.reading.text, plate.reading.confidence))


def at_size(picture: Pixels, pixels: int) -> bytes:
    """Give the picture scaled to so many pixels, as the JPEG a camera would send."""
    image = Image.fromarray(picture)
    scale = (pixels / (image.width * image.height)) ** 0.5
    stream = __import__("io").BytesIO()
    image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS).save(
        stream, "JPEG", quality=JPEG_QUALITY
    )
    return stream.getvalue()
