"""Plates in real scenes: how many are found and read exactly, what else is taken for a plate, and what it costs on one core.

::

    OMP_NUM_THREADS=1 python -m bench.plate_scenes [FOLDER] [--each]

FOLDER holds ``labels.json`` and ``scenes/`` (default ``../shared/plates``). `bench.plates` measures crops.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rich.console import Console
from rich.progress import track
from rich.table import Table

from plate_reader.decode import decode_picture
from plate_reader.detect.detector import Detector
from plate_reader.recognise.reader import Reader
from plate_reader.recognise.rectify import Pixels
from plate_reader.scene import SceneReader, SeenPlate

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
        """Read a rotated rectangle as OpenCV before version 4.5 wrote it: at -90 degrees its height lies level; none is on end."""
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


def as_sent(picture: Pixels) -> bytes:
    """Give the picture scaled to as many pixels as 1280 x 720 has, as the JPEG a camera would send."""
    image = Image.fromarray(picture)
    scale = (TIMED_PIXELS / (image.width * image.height)) ** 0.5
    stream = BytesIO()
    scaled = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    scaled.save(stream, "JPEG", quality=JPEG_QUALITY)
    return stream.getvalue()


def timed(reader: SceneReader, detector: Detector, data: bytes) -> dict[str, float]:
    """Give the processor time in ms of each step of one scene; on one thread that is what it takes on a core of its own."""
    start = time.process_time()
    picture, _ = decode_picture(data, "scene")
    decoded = time.process_time()
    detector.detect(picture)
    detected = time.process_time()
    reader.read(picture)
    read = time.process_time()
    steps = {
        "decode": decoded - start,
        "find": detected - decoded,
        "find and read": read - detected,
        "all": read - detected + decoded - start,
    }
    return {name: 1000 * value for name, value in steps.items()}


def memory_mb() -> float:
    """Give the most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Read all scenes, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=default_folder())
    parser.add_argument("--each", action="store_true", help="list the plates that were not read exactly, and what else was read")
    options = parser.parse_args()
    folder: Path = options.folder
    if not (folder / "labels.json").is_file():
        parser.error(f"{folder} has no labels.json; name the folder of tagged pictures, or set WIM_SHARED")
    before_mb = memory_mb()
    detector = Detector()
    reader = SceneReader(Reader(), detector)
    tally = Tally()
    times: list[dict[str, float]] = []
    scenes = list(labelled_scenes(folder))
    for name, data, labels in track(scenes, "scenes", console=Console(stderr=True), transient=True):
        picture, scale = decode_picture(data, name)
        places = [place.corners * scale for place in detector.detect(picture)]
        seen = [replace(plate, corners=plate.corners * scale) for plate in reader.read(picture)]
        count(tally, name, labels, places, seen)
        times.append(timed(reader, detector, as_sent(picture)))
    show(tally, len(scenes), times, before_mb, each=options.each)
    return 0


def show(tally: Tally, scenes: int, times: list[dict[str, float]], before_mb: float, *, each: bool) -> None:
    """Print what was counted and timed."""
    console = Console()
    table = Table("plates in scenes", "", title=f"{scenes} scenes, {tally.labels} labelled plates", title_justify="left")
    table.add_row("found by the detector", f"{tally.found} ({tally.found / tally.labels:.1%})")
    table.add_row("read exactly, end to end", f"{tally.exact} ({tally.exact / tally.labels:.1%})")
    table.add_row("read where no label is", f"{len(tally.others)} ({len(tally.others) / scenes:.3f} a scene)")
    table.add_row("memory before the models, and most", f"{before_mb:.0f} MB, {memory_mb():.0f} MB")
    console.print(table)
    table = Table("ms on one core, scaled to 1280 x 720", "mean", "median", "90 %", "most")
    for step in times[0]:
        values = [row[step] for row in times]
        table.add_row(step, *(f"{float(value):.0f}" for value in (np.mean(values), *np.percentile(values, [50, 90, 100]))))
    console.print(table)
    if each:
        for name, truth, text, confidence in tally.wrong:
            console.print(f"{name}: {truth} read as {text or 'nothing'} ({confidence:.2f})")
        for name, text, confidence in tally.others:
            console.print(f"{name}: {text} ({confidence:.2f}) where no label is")


def default_folder() -> Path:
    """Give the folder of tagged pictures where none is named: ``$WIM_SHARED/plates``, or ``../shared/plates``."""
    return Path(os.environ.get("WIM_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "plates"


if __name__ == "__main__":
    sys.exit(main())
