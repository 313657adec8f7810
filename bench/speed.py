"""Speed, latency and memory of the weighing on the recorded sites, beside one pass of a plain filter in the same run: one table.

Run it with ``python -m bench.speed [FOLDER]`` from the project's root; FOLDER holds one folder per site as for `bench.accuracy`. What
misses its goal is shown as missed. Time is processor time, that of the linear algebra's threads included; latency alone is wall time.
"""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.signal import butter, sosfilt

from bench.accuracy import BLOCK_SAMPLES, calibrate, captures_folder
from calibration.model import Calibration
from contract.captures import CaptureReader
from contract.samples import Block
from contract.station import Lane, parse_station
from edge.axles import AxleStage
from edge.vehicles import VehicleStage

REPEATS: Final = 7
"""Passes of ours and of the filter, in turn, of which the fastest counts: other programs only ever add time."""

FINE_S: Final = 0.005
"""Blocks in which latency is measured: about what a digitiser sends at once."""

FINE_REPEATS: Final = 3
"""Passes in fine blocks; of each vehicle the shortest time counts, which leaves out what the scheduler gave to other programs."""

FILTER_ORDER, FILTER_SHARE = 4, 0.1
"""The yardstick: a Butterworth low-pass of this order, corner as a share of half the sampling rate."""

TIMES_REAL_GOAL, FILTER_PASSES_GOAL, LATENCY_GOAL_MS = 400.0, 6.0, 20.0

MEMORY_GOAL_MB: Final = 32.0
"""Two minutes of ten channels at 4 kHz, the longest record, are 19 MB; the rest is room to work in."""


@dataclass(frozen=True)
class Site:
    """One recorded site, its traffic in memory."""

    name: str
    lane: Lane
    calibration: Calibration
    pavement_c: float | None
    counts: NDArray[np.int32]

    def blocks(self, samples: int) -> list[Block]:
        """Give the traffic in blocks of so many samples."""
        return [Block(at, np.ascontiguousarray(self.counts[:, at : at + samples])) for at in range(0, self.counts.shape[1], samples)]

    def stages(self) -> tuple[AxleStage, VehicleStage]:
        """Give fresh stages."""
        return AxleStage(self.lane), VehicleStage(self.lane, self.calibration, self.pavement_c)


@dataclass(frozen=True)
class Figures:
    """What was measured on one site.

    Attributes
    ----------
    times_real, filter_passes
        Seconds of signal per second of one core; and our time over that of one pass of the filter.
    latency_ms
        (vehicles,) from handing in the block that completes a vehicle to having it.
    delay_samples
        (vehicles,) from the last sample at which loop or axle was occupied to the end of the block that gave the vehicle.
    peak_mb, left_mb
        Memory of the stages at its highest, and at the end of the traffic.
    """

    channels: int
    rate_hz: float
    signal_s: float
    times_real: float
    filter_passes: float
    latency_ms: NDArray[np.float64]
    delay_samples: NDArray[np.int64]
    peak_mb: float
    left_mb: float


def open_site(folder: Path) -> Site:
    """Read one site's traffic and fit its gains."""
    station = parse_station((folder / "station.toml").read_text(encoding="utf-8"), str(folder / "station.toml"))
    lane = station.lane[0]
    with (folder / "traffic.h5").open("rb") as stream:
        reader = CaptureReader(stream, str(folder / "traffic.h5"))
        counts = np.concatenate([block.counts for block in reader.blocks(lane.channels)], axis=1)
        return Site(folder.name, lane, calibrate(folder, lane, station.station.id), reader.header.pavement_c, counts)


def time_weighing(site: Site, blocks: list[Block]) -> float:
    """Give the processor time in s of one pass of the stages."""
    axles, vehicles = site.stages()
    began = time.process_time()
    for block in blocks:
        vehicles.push(axles.push(block), block.stop)
    return time.process_time() - began


def time_filter(blocks: list[NDArray[np.float64]]) -> float:
    """Give the processor time in s of one pass of the filter over all channels, its state carried from block to block."""
    sections = butter(FILTER_ORDER, FILTER_SHARE, output="sos")
    state = np.zeros((sections.shape[0], blocks[0].shape[0], 2))
    began = time.process_time()
    for block in blocks:
        _, state = sosfilt(sections, block, axis=1, zi=state)
    return time.process_time() - began


def time_both(site: Site) -> tuple[float, float]:
    """Give the fastest of several passes each, taken in turn, in s."""
    blocks = site.blocks(BLOCK_SAMPLES)
    wide = [block.counts.astype(np.float64) for block in blocks]
    ours, plain = [], []
    for _ in track(range(REPEATS), f"{site.name}: speed", transient=True):
        ours.append(time_weighing(site, blocks))
        plain.append(time_filter(wide))
    return min(ours), min(plain)


def latencies(site: Site) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Play the traffic in fine blocks; give per vehicle the processing time in ms and the delay in samples."""
    blocks = site.blocks(max(1, round(FINE_S * site.lane.rate_hz)))
    spent: list[list[float]] = []
    for _ in track(range(FINE_REPEATS), f"{site.name}: latency", transient=True):
        axles, stage = site.stages()
        times, delays = [], []
        for block in blocks:
            began = time.perf_counter()
            found = stage.push(axles.push(block), block.stop)
            ended = time.perf_counter()
            times += [1e3 * (ended - began)] * len(found)
            delays += [block.stop - vehicle.stop for vehicle in found]
        spent.append(times)
    return np.min(spent, axis=0), np.array(delays, np.int64)


def memory_mb(site: Site) -> tuple[float, float]:
    """Give how much the stages hold at most, and at the end, while the traffic passes; the traffic itself is not counted."""
    blocks = site.blocks(BLOCK_SAMPLES)
    gc.collect()
    tracemalloc.start()
    try:
        axles, stage = site.stages()
        for block in track(blocks, f"{site.name}: memory", transient=True):
            stage.push(axles.push(block), block.stop)
        left, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak / 2**20, left / 2**20


def measure(site: Site) -> Figures:
    """Measure one site."""
    signal_s = site.counts.shape[1] / site.lane.rate_hz
    ours_s, filter_s = time_both(site)
    latency_ms, delay_samples = latencies(site)
    return Figures(
        len(site.lane.sensor),
        site.lane.rate_hz,
        signal_s,
        signal_s / ours_s,
        ours_s / filter_s,
        latency_ms,
        delay_samples,
        *memory_mb(site),
    )


def against(figure: float, goal: float, form: str, *, at_least: bool = False) -> str:
    """Give a figure, marked where it misses its goal."""
    kept = figure >= goal if at_least else figure <= goal
    return f"{figure:{form}}" if kept else f"[red]{figure:{form}} missed[/red]"


ROWS: Final[tuple[tuple[str, str, Callable[[Figures], str]], ...]] = (
    ("channels at Hz", "", lambda f: f"{f.channels} at {f.rate_hz:.0f}"),
    ("traffic, s", "", lambda f: f"{f.signal_s:.0f}"),
    ("vehicles", "", lambda f: f"{f.latency_ms.size}"),
    ("times real time per core", f">= {TIMES_REAL_GOAL:.0f}", lambda f: against(f.times_real, TIMES_REAL_GOAL, ".0f", at_least=True)),
    ("million samples per s and core", "", lambda f: f"{f.times_real * f.channels * f.rate_hz / 1e6:.1f}"),
    (
        f"passes of sosfilt, order {FILTER_ORDER}",
        f"<= {FILTER_PASSES_GOAL:.0f}",
        lambda f: against(f.filter_passes, FILTER_PASSES_GOAL, ".1f"),
    ),
    (
        "latency of processing, p95, ms",
        f"<= {LATENCY_GOAL_MS:.0f}",
        lambda f: against(np.quantile(f.latency_ms, 0.95), LATENCY_GOAL_MS, ".1f"),
    ),
    ("latency of processing, worst, ms", f"<= {LATENCY_GOAL_MS:.0f}", lambda f: against(f.latency_ms.max(), LATENCY_GOAL_MS, ".1f")),
    ("vehicle off the sensors to vehicle weighed, median, samples", "", lambda f: f"{np.median(f.delay_samples):.0f}"),
    ("  p95, samples", "", lambda f: f"{np.quantile(f.delay_samples, 0.95):.0f}"),
    ("  p95, ms", "", lambda f: f"{1e3 * np.quantile(f.delay_samples, 0.95) / f.rate_hz:.0f}"),
    ("  worst, ms", "", lambda f: f"{1e3 * f.delay_samples.max() / f.rate_hz:.0f}"),
    ("memory of the stages, peak, MB", f"<= {MEMORY_GOAL_MB:.0f}", lambda f: against(f.peak_mb, MEMORY_GOAL_MB, ".1f")),
    ("  at the end, MB", "", lambda f: f"{f.left_mb:.1f}"),
)


def main() -> None:
    """Measure all sites and print."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else captures_folder()
    places = sorted(path.parent for path in folder.glob("*/station.toml"))
    if not places:
        sys.exit(f"{folder} has no folder with a station.toml; give the folder of the recorded sites")
    found = [measure(open_site(place)) for place in places]
    table = Table("", "goal", *(place.name for place in places), box=None)
    for name, goal, text in ROWS:
        table.add_row(name, goal, *(text(figures) for figures in found))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
