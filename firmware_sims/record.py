"""A capture file made offline, with a bar that shows how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from firmware_sims.capture_file import write_capture, write_truth
from firmware_sims.errors import SimulationError
from firmware_sims.fleet import Flow
from firmware_sims.manoeuvre import Behaviour
from firmware_sims.source import Source

SLOWEST_KMH, FASTEST_KMH = 2.0, 160.0
CLEARANCE_S, SPARE_S = 1.0, 0.5
"""Less idle road than real traffic has: files stay small."""


def record_flow(speed_kmh: tuple[float, float], behaviours: Sequence[Behaviour]) -> Flow:
    """Give the flow of dense traffic between two speeds.

    Raises
    ------
    SimulationError
        If there is no such traffic.
    """
    slowest, fastest = speed_kmh
    if not SLOWEST_KMH <= slowest <= fastest <= FASTEST_KMH:
        raise SimulationError(
            f"--speed-kmh {slowest:g} {fastest:g}; the slowest comes first, both within {SLOWEST_KMH:g} to {FASTEST_KMH:g} km/h"
        )
    return Flow(heavy_kmh=speed_kmh, light_kmh=speed_kmh, behaviours=tuple(behaviours), clearance_s=CLEARANCE_S, spare_s=SPARE_S)


def record(source: Source, start: datetime, capture: Path, truth: Path) -> list[Path]:
    """Write a source's capture and truth; give the files written.

    Raises
    ------
    SimulationError
        If one of them cannot be written.
    """
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"{len(source.vehicles)} vehicles", total=source.length)
        try:
            for file in (capture, truth):
                file.parent.mkdir(parents=True, exist_ok=True)
            write_capture(capture, source, start.isoformat(timespec="microseconds"), lambda done: progress.update(task, completed=done))
            write_truth(truth, [vehicle.truth() for vehicle in source.vehicles])
        except OSError as error:
            raise SimulationError(f"{capture}, {truth}: cannot be written ({error}); give other files") from error
    return [capture, truth]
