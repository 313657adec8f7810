"""Raw signal files: the capture format of docs/design.md, read and written without the product's own code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from firmware_sims.errors import SimulationError
from firmware_sims.source import Source

CHUNK_SAMPLES = 65_536


@dataclass(frozen=True)
class Capture:
    """A capture in memory: `counts` is int32 (channels, samples), the rest as the file's attributes."""

    station: str
    lane: int
    start_utc: str
    rate_hz: float
    pavement_c: float
    channels: tuple[str, ...]
    counts: NDArray[np.int32]


def read_capture(path: Path) -> Capture:
    """Read a capture file.

    Raises
    ------
    SimulationError
        If the file is missing or no capture of version 1.
    """
    try:
        with h5py.File(path) as file:
            attributes = file.attrs
            if attributes["format"] != "wim-capture" or int(attributes["version"]) != 1:
                raise SimulationError(f"{path}: not a wim-capture of version 1")
            counts = file["counts"]
            return Capture(
                station=str(attributes["station"]),
                lane=int(attributes["lane"]),
                start_utc=str(attributes["start_utc"]),
                rate_hz=float(attributes["rate_hz"]),
                pavement_c=float(attributes["pavement_c"]),
                channels=tuple(str(name) for name in counts.attrs["channels"]),
                counts=np.asarray(counts[:], np.int32),
            )
    except OSError as error:
        raise SimulationError(f"{path}: not a readable HDF5 file ({error})") from error
    except KeyError as error:
        raise SimulationError(f"{path}: not a capture: {error}") from error


def write_capture(path: Path, source: Source, start_utc: str, progress: Callable[[int], None] = lambda _: None) -> None:
    """Record all of a source as a capture file, chunked, shuffled and compressed; `progress` is told how many samples are written."""
    layout = source.layout
    with h5py.File(path, "w") as file:
        file.attrs["format"] = "wim-capture"
        file.attrs["version"] = 1
        file.attrs["station"] = layout.station
        file.attrs["lane"] = layout.lane
        file.attrs["start_utc"] = start_utc
        file.attrs["rate_hz"] = layout.rate_hz
        file.attrs["pavement_c"] = source.pavement_c
        shape = (len(layout.channels), source.length)
        chunk = min(CHUNK_SAMPLES, max(1, source.length))
        counts = file.create_dataset("counts", shape, dtype="i4", chunks=(1, chunk), shuffle=True, compression="gzip")
        counts.attrs["channels"] = list(layout.channels)
        for start in range(0, source.length, CHUNK_SAMPLES):
            stop = min(start + CHUNK_SAMPLES, source.length)
            counts[:, start:stop] = source.read(start, stop).T
            progress(stop)


def read_truth(path: Path) -> list[dict[str, Any]]:
    """Read the list of true vehicles that lies beside a capture.

    Raises
    ------
    SimulationError
        If it is missing or no list of objects.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SimulationError(f"{path}: cannot be read ({error.strerror}); a capture is played with its truth") from error
    except ValueError as error:
        raise SimulationError(f"{path}: not JSON: {error}") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SimulationError(f"{path}: a list of vehicles is expected")
    return entries


def write_truth(path: Path, entries: list[dict[str, Any]]) -> None:
    """Write the list of true vehicles, one line each."""
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def truth_path(capture_path: Path) -> Path:
    """Where the truth of a capture lies: ``traffic.h5`` → ``traffic.truth.json``."""
    return capture_path.with_suffix("").with_suffix(".truth.json")
