"""Plates read from crops, real and rendered: exact share, time, memory, and how far the confidence can be trusted.

::

    OMP_NUM_THREADS=1 python -m bench.plates [FOLDER] [--rendered 4000] [--seed 2] [--fit]

FOLDER holds ``labels.json`` and ``crops/`` (default ``../shared/plates``). ``--fit`` fits the confidence anew to ``--rendered`` plates and
writes it, and measures nothing; its seed must not be the one that is measured. `bench.plate_scenes` measures whole scenes.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.stats import beta

from bench.confidence_fit import fit, write
from bench.rendered_plates import KINDS, SEVERITIES, rendered_plates
from plate_reader.decode import decode_picture
from plate_reader.recognise.confidence import Signs
from plate_reader.recognise.reader import Reader
from plate_reader.recognise.reading import Reading
from plate_reader.recognise.rectify import Pixels

CONSOLE = Console(width=max(Console().width, 150))
CROPS_GOAL = 0.98
ACCEPTED_GOAL = 0.999
EDGES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 1.0)
"""Confidences between which readings are compared with how many of them are right."""
THRESHOLDS = (0.98, 0.99, 0.995, 0.998)


@dataclass(frozen=True)
class Read:
    """One reading beside the truth; the time is the processor's."""

    truth: str
    reading: Reading
    signs: Signs | None
    ms: float
    kind: str = ""
    damage: str = ""
    severity: float = 0.0

    @property
    def right(self) -> bool:
        """Whether every character is right."""
        return self.reading.text == self.truth


def main() -> int:
    """Print the tables; 1 where the crops miss their goal."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.plates", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path("../shared/plates"))
    parser.add_argument("--rendered", type=int, default=4000, help="rendered plates")
    parser.add_argument("--seed", type=int, default=2, help="of the rendered plates")
    parser.add_argument("--fit", action="store_true", help="fit the confidence instead of measuring")
    options = parser.parse_args()
    reader = Reader()
    if options.fit:
        reads = read_rendered(reader, options.rendered, options.seed)
        CONSOLE.print(f"written: {fit_confidence(reads, options.seed)}")
        return 0
    exact = show_crops(read_crops(reader, options.folder)) if (options.folder / "labels.json").exists() else None
    if exact is None:
        CONSOLE.print(f"no labels.json in {options.folder}; real crops are left out")
    reads = read_rendered(reader, options.rendered, options.seed)
    show_damage(reads)
    show_reliability(reads)
    show_threshold(reads)
    return int(exact is not None and exact < CROPS_GOAL)


def timed(reader: Reader, crop: Pixels) -> tuple[Reading, Signs | None, float]:
    """Read, and give the processor time in ms."""
    start = time.process_time()
    reading, signs = reader.read_with_signs(crop)
    return reading, signs, (time.process_time() - start) * 1000


def read_crops(reader: Reader, folder: Path) -> list[Read]:
    """Read the labelled crops of a folder."""
    labels = [label for label in json.loads((folder / "labels.json").read_text()) if label["file"].startswith("crops/")]
    reads = []
    for label in labels:
        pixels, _ = decode_picture((folder / label["file"]).read_bytes(), label["file"])
        reads.append(Read(label["plates"][0]["plate"], *timed(reader, pixels), kind=label["plates"][0]["color"], damage=label["file"]))
    return reads


def read_rendered(reader: Reader, count: int, seed: int) -> list[Read]:
    """Render and read plates."""
    return [
        Read(plate.text, *timed(reader, plate.crop), plate.kind, plate.damage, plate.severity)
        for plate in track(rendered_plates(count, seed), "rendered plates", total=count, console=CONSOLE, transient=True)
    ]


def fit_confidence(reads: Sequence[Read], seed: int) -> Path:
    """Fit the confidence to readings and write it."""
    known = [(read.signs, read.right) for read in reads if read.signs is not None]
    signs, right = [sign for sign, _ in known], [right for _, right in known]
    return write(fit(signs, right), len(right), right.count(False), seed)


def show_crops(reads: Sequence[Read]) -> float:
    """Print what came of the real crops, and give the exact share."""
    exact = float(np.mean([read.right for read in reads]))
    times = [read.ms for read in reads]
    table = Table(
        "crops", "exact", "goal", "colour right", "one look", "ms median", "ms worst", "peak memory MB", title="Real crops, one core"
    )
    colours = np.mean([read.reading.colour.value == read.kind for read in reads])
    once = np.mean([read.reading.looks == 1 for read in reads])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table.add_row(
        str(len(reads)), f"{exact:.1%}", f"{CROPS_GOAL:.0%}" + ("" if exact >= CROPS_GOAL else " MISSED"), f"{colours:.0%}", f"{once:.0%}",
        f"{np.median(times):.0f}", f"{max(times):.0f}", f"{memory:.0f}",
    )  # fmt: skip
    CONSOLE.print(table)
    for read in reads:
        if not read.right:
            CONSOLE.print(f"  {read.damage}: {read.truth} read as {read.reading.text or 'nothing'} ({read.reading.confidence:.1%})")
    return exact


def show_damage(reads: Sequence[Read]) -> None:
    """Print the exact share in percent by kind and damage, at each severity."""
    severities = ", ".join(map(str, SEVERITIES))
    table = Table("damage", *KINDS, title=f"Rendered plates read exactly, % at severity {severities} ({len(reads)} plates)")
    for damage in dict.fromkeys(read.damage for read in reads):
        cells = [
            [[read.right for read in reads if (read.kind, read.damage, read.severity) == (kind, damage, s)] for s in SEVERITIES]
            for kind in KINDS
        ]
        table.add_row(damage, *(" ".join(f"{np.mean(group):.0%}".rstrip("%") if group else "-" for group in cell) for cell in cells))
    CONSOLE.print(table)
    ms = [read.ms for read in reads]
    CONSOLE.print(f"all: {np.mean([read.right for read in reads]):.1%} exact, {np.mean(ms):.0f} ms of processor time a plate")


def show_reliability(reads: Sequence[Read]) -> None:
    """Print how many readings of each confidence are right."""
    table = Table("confidence", "readings", "mean confidence", "right", title="Calibration: what the confidence says, and what is right")
    for low, high in pairwise(EDGES):
        within = [read for read in reads if read.reading.text and low <= read.reading.confidence < high]
        if within:
            said = np.mean([read.reading.confidence for read in within])
            table.add_row(f"{low:.1%} to {high:.1%}", str(len(within)), f"{said:.2%}", f"{np.mean([read.right for read in within]):.2%}")
    CONSOLE.print(table)


def show_threshold(reads: Sequence[Read]) -> None:
    """Print what is accepted from some confidences on, and from the least one on at which `ACCEPTED_GOAL` of the readings are right."""
    least = least_threshold(reads)
    groups = {"all": reads, "up to severity 0.6": [read for read in reads if read.severity < 0.8]}
    table = Table(
        "plates", "threshold", "accepted", "share", "wrong", "right", "wrong at most (95 %)", title="Accepted from a confidence on"
    )
    for name, group in groups.items():
        for threshold in sorted((*THRESHOLDS, least)):
            accepted = [read for read in group if read.reading.text and read.reading.confidence >= threshold]
            wrong = sum(not read.right for read in accepted)
            bound = float(beta.ppf(0.95, wrong + 1, len(accepted) - wrong)) if len(accepted) > wrong else 1.0
            share, right = len(accepted) / max(len(group), 1), 1 - wrong / max(len(accepted), 1)
            mark = f" least with {ACCEPTED_GOAL:.1%} right" if threshold == least and name == "all" else ""
            table.add_row(name, f"{threshold:.4f}{mark}", str(len(accepted)), f"{share:.1%}", str(wrong), f"{right:.2%}", f"{bound:.2%}")
    CONSOLE.print(table)
    for read in reads:
        if read.reading.confidence >= min(THRESHOLDS) and not read.right:
            CONSOLE.print(
                f"  {read.kind}, {read.damage} {read.severity}: {read.truth} read as {read.reading.text} ({read.reading.confidence:.2%})"
            )


def least_threshold(reads: Sequence[Read]) -> float:
    """Give the least confidence from which on `ACCEPTED_GOAL` of the readings are right, 1 where none is."""
    ordered = sorted((read for read in reads if read.reading.text), key=lambda read: -read.reading.confidence)
    wrong = np.cumsum([not read.right for read in ordered])
    good = np.flatnonzero(wrong <= (1 - ACCEPTED_GOAL) * np.arange(1, len(ordered) + 1))
    return ordered[int(good[-1])].reading.confidence if len(good) else 1.0


if __name__ == "__main__":
    sys.exit(main())
