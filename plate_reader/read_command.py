"""`wim-plates read`: plates read from picture files, as a table or as one JSON line a picture."""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from contract.faults import EXIT_FAILED, EXIT_OK, EXIT_REJECTED, Fault, RejectError, StopError
from plate_reader.decode import BYTES_MAX, decode_picture
from plate_reader.recognise.reader import Reader
from plate_reader.recognise.reading import Reading
from plate_reader.recognise.rectify import Pixels
from plate_reader.scene import SceneReader
from plate_reader.syntax import load_grammar

CROP_WIDTH_MAX, CROP_HEIGHT_MAX = 640, 320
CROP_ASPECT_MIN, CROP_ASPECT_MAX = 1.3, 7.0
"""A picture no larger than this, of such proportions (width over height), may be the crop of one plate."""

SURE: Final = 0.9
"""A small picture that reads less surely as a crop is searched as a scene, too."""

PROGRESS_FROM: Final = 10
"""Pictures from which a progress bar is shown."""


TABLE_WIDTH: Final = 100
"""Columns that the table for people needs; a narrower terminal wraps it."""


@dataclass(frozen=True)
class Found:
    """One plate of a picture: its reading, and its corners from the upper left one clockwise, in pixels of the file."""

    reading: Reading
    box: list[list[float]]


@dataclass(frozen=True)
class Answer:
    """What was read of one picture, or why it could not be; the time without that of loading the models."""

    picture: str
    ms: float
    size: tuple[int, int] = (0, 0)
    plates: tuple[Found, ...] = ()
    fault: Fault | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the JSON form that `wim-plates read --help` tells of."""
        if self.fault:
            return {"picture": self.picture, "ms": round(self.ms, 1), "error": {"code": self.fault.code, "what": self.fault.what}}
        plates = [_plate_as_json(found) for found in self.plates]
        return {"picture": self.picture, "ms": round(self.ms, 1), "width": self.size[0], "height": self.size[1], "plates": plates}


class PictureReader:
    """Reads picture files, as crops or as scenes.

    Parameters
    ----------
    reader
        Reads crops.
    crop
        True where every picture is the crop of one plate, False where none is, None where their size tells.
    """

    def __init__(self, reader: Reader, *, crop: bool | None = None) -> None:
        self._reader = reader
        self._crop = crop
        self._scenes = None if crop else SceneReader(reader)

    def read(self, path: Path) -> Answer:
        """Read one file; what is wrong with it becomes the answer's fault."""
        start = time.perf_counter()
        try:
            pixels, scale = decode_picture(_bytes_of(path), str(path))
        except RejectError as error:
            return Answer(str(path), _since_ms(start), fault=error.fault())
        found = self._found(pixels)
        plates = tuple(Found(each.reading, [[x * scale, y * scale] for x, y in each.box]) for each in found)
        height, width = pixels.shape[:2]
        return Answer(str(path), _since_ms(start), (round(width * scale), round(height * scale)), plates)

    def _found(self, pixels: Pixels) -> list[Found]:
        as_crop = self._as_crop(pixels) if self._crop or (self._crop is None and looks_like_crop(pixels)) else None
        if self._scenes is None or (as_crop and as_crop.reading.confidence >= SURE):
            return [as_crop] if as_crop else []
        in_scene = [Found(seen.reading, np.asarray(seen.corners, dtype=float).tolist()) for seen in self._scenes.read(pixels)]
        best = max((found.reading.confidence for found in in_scene), default=0.0)
        return [as_crop] if as_crop and as_crop.reading.confidence > best else in_scene

    def _as_crop(self, pixels: Pixels) -> Found | None:
        reading = self._reader.read(pixels)
        height, width = (float(side) for side in pixels.shape[:2])
        return Found(reading, [[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]]) if reading.text else None


def looks_like_crop(pixels: Pixels) -> bool:
    """Say whether a picture may be the crop of one plate, by its size."""
    height, width = int(pixels.shape[0]), int(pixels.shape[1])
    return width <= CROP_WIDTH_MAX and height <= CROP_HEIGHT_MAX and CROP_ASPECT_MIN <= width / height <= CROP_ASPECT_MAX


def read(
    pictures: Annotated[
        list[Path], typer.Argument(help="JPEG or PNG files: scenes with any number of plates, or crops of one.", metavar="PICTURE...")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line a picture instead of a table.")] = False,
    crop: Annotated[
        bool | None,
        typer.Option("--crop/--scene", help="Every picture is the crop of one plate, or none is; if not given, its size tells."),
    ] = None,
    grammar: Annotated[Path | None, typer.Option(help="Plate grammar (TOML) instead of the Chinese one; docs/plates.md.")] = None,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Processor threads that the models may use.")] = 1,
) -> None:
    """Read the plates of pictures.

    Each plate has its text, the probability that all of it is right (confidence) and that each character is, the likeliest other texts,
    colour and kind, and its box: four corners, from the upper left one clockwise, in pixels. A picture that cannot be read has an error
    instead; the others are read. Exit codes: 0 all pictures were read, 3 some could not be, 1 the models or the grammar are unusable.
    """
    try:
        reader = PictureReader(Reader(load_grammar(grammar) if grammar else None, threads=threads), crop=crop)
    except StopError as error:
        typer.echo(f"wim-plates: {error}", err=True)
        raise typer.Exit(EXIT_FAILED) from error
    answers = []
    progress = Console(stderr=True)
    watched = len(pictures) >= PROGRESS_FROM and progress.is_terminal
    for path in track(pictures, "reading", console=progress, transient=True, disable=not watched):
        answer = reader.read(path)
        answers.append(answer)
        if as_json:
            sys.stdout.write(json.dumps(answer.as_json(), ensure_ascii=False) + "\n")
            sys.stdout.flush()
    if not as_json:
        _show(answers)
    raise typer.Exit(EXIT_REJECTED if any(answer.fault for answer in answers) else EXIT_OK)


def _show(answers: list[Answer]) -> None:
    """Print for people: a line a picture, and below it one for each plate."""
    console = Console(soft_wrap=True, highlight=False, width=max(Console().width, TABLE_WIDTH))
    for answer in answers:
        if answer.fault:
            typer.echo(f"wim-plates: {answer.picture}: {answer.fault.what}", err=True)
            continue
        plates = "" if answer.plates else ", no plate found"
        console.print(f"{answer.picture}: {answer.size[0]} x {answer.size[1]}, {answer.ms:.0f} ms{plates}", markup=False)
        if answer.plates:
            console.print(_table(answer.plates))


def _table(plates: tuple[Found, ...]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=True, padding=(0, 1))
    for width in (9, 6, 12, 16, 0, 0):
        table.add_column(no_wrap=True, min_width=width or None)
    for found in plates:
        reading = found.reading
        other = next((f"or {other.text} {other.probability:.1%}" for other in reading.alternatives), "")
        x, y = np.mean(found.box, axis=0)
        table.add_row(reading.text, f"{reading.confidence:.1%}", reading.colour, reading.kind, f"at {x:.0f}, {y:.0f}", other)
    return table


def _plate_as_json(found: Found) -> dict[str, Any]:
    reading = found.reading
    return {
        "text": reading.text,
        "confidence": round(reading.confidence, 5),
        "characters": [round(value, 5) for value in reading.characters],
        "alternatives": [{"text": other.text, "probability": round(other.probability, 6)} for other in reading.alternatives],
        "colour": reading.colour.value,
        "kind": reading.kind,
        "rows": reading.rows,
        "box": [[round(x, 1), round(y, 1)] for x, y in found.box],
    }


def _bytes_of(path: Path) -> bytes:
    """Read a file, never more than is taken of any picture."""
    try:
        if not path.is_file():
            why = "is a folder; name its pictures" if path.is_dir() else "is no file"
            raise RejectError("picture-unreadable", str(path), why)
        with path.open("rb") as stream:
            return stream.read(BYTES_MAX + 1)
    except OSError as error:
        raise RejectError("picture-unreadable", str(path), f"cannot be read: {error.strerror or error}") from error


def _since_ms(start: float) -> float:
    return (time.perf_counter() - start) * 1000
