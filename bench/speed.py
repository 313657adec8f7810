"""Speed, latency and memory of the weighing on the recorded sites, beside one pass of a plain filter in the same run: one table.

A vehicle has left the array when its last wheel is off the last row and the loop behind the array has fallen below half of the vehicle's
level, whichever is later; the whole signal tells both afterwards. From there to the end of the block that gave the vehicle is its delay:
time of the device, to which the processing of that one block adds.

Run it with ``python -m bench.speed [FOLDER]`` from the project's root; FOLDER holds one folder per site as for `bench.accuracy`. What
misses its goal is shown as missed. Time is processor time, that of the linear algebra's threads included; latency alone is wall time. The
progress bar is drawn between passes, for a thread that draws it would count as well.
"""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
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
from contract.axles import Crossing
from contract.captures import CaptureReader
from contract.samples import Block
from contract.station import Lane, parse_station
from contract.vehicles import Vehicle
from edge.axles import AxleStage
from edge.vehicles import VehicleStage

REPEATS: Final = 7
"""Passes of ours and of the filter, in turn, of which the fastest counts: other programs only ever add time."""

FINE_S: Final = 0.005
"""Blocks in which latency is measured: about what a digitiser sends at once. Their borders lie between those at which signal is judged, so
that waiting for the rest of a block counts as well."""

FINE_REPEATS: Final = 3
"""Passes in fine blocks; of each vehicle the shortest time counts, which leaves out what the scheduler gave to other programs."""

FILTER_ORDER, FILTER_SHARE = 4, 0.1
"""The yardstick: a Butterworth low-pass of this order, corner as a share of half the sampling rate."""

FULL_LANE_HZ: Final = 40_000.0
"""Samples per second of a lane of ten channels at 4 kHz, for which the goal in passes of the filter is set: what a vehicle costs by itself
does not shrink with the samples."""

TIMES_REAL_GOAL, FILTER_PASSES_GOAL, PROCESSING_GOAL_MS, DELAY_GOAL_MS = 400.0, 6.0, 5.0, 20.0

SMOOTHED_S, ZERO_S, ZERO_QUANTILE, LEVEL_QUANTILE = 0.010, 15.0, 0.25, 0.8
"""A loop's signal is averaged over the first before its fall is looked for; its zero is the third of what it showed for so long before and
after, as loops are idle more often than not, and a vehicle's level the last one of what it showed under the vehicle."""

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

    def blocks(self, samples: int, first: int | None = None) -> list[Block]:
        """Give the traffic in blocks of so many samples, the first one of `first` samples."""
        borders = [0, *range(samples if first is None else first, self.counts.shape[1], samples), self.counts.shape[1]]
        return [Block(begin, np.ascontiguousarray(self.counts[:, begin:end])) for begin, end in pairwise(borders)]

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
    delay_ms
        (vehicles,) from having left the array to the end of the block that gave the vehicle.
    peak_mb, left_mb
        Memory of the stages at its highest, and at the end of the traffic.
    """

    channels: int
    rate_hz: float
    signal_s: float
    times_real: float
    filter_passes: float
    latency_ms: NDArray[np.float64]
    delay_ms: NDArray[np.float64]
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
    for _ in track(range(REPEATS), f"{site.name}: speed", transient=True, auto_refresh=False):
        ours.append(time_weighing(site, blocks))
        plain.append(time_filter(wide))
    return min(ours), min(plain)


def left_at(site: Site, vehicle: Vehicle) -> int:
    """Give the counter at which a vehicle had left the array."""
    off = max(crossing.stop for axle in vehicle.crossings for crossing in axle)
    return max([off, *(_fell_at(site, loop) for loop in vehicle.loops)])


def _fell_at(site: Site, loop: Crossing) -> int:
    """Give the counter at which a loop fell below half of a vehicle's level, by the signal before and after."""
    counts = site.counts[site.lane.channels.index(site.lane.sensor_named(loop.sensor).channel)]
    size, around = (round(seconds * site.lane.rate_hz) for seconds in (SMOOTHED_S, ZERO_S))
    first = max(0, loop.start - around)
    part = counts[first : loop.stop + around].astype(np.float64)
    above = np.convolve(part - np.quantile(part, ZERO_QUANTILE), np.full(size, 1.0 / size), mode="same")
    level = np.quantile(above[loop.start - first : loop.stop - first], LEVEL_QUANTILE)
    middle = (loop.start + loop.stop) // 2
    high = above[middle - first :] > 0.5 * level
    last = loop.stop - middle - size  # until shortly before our own end dips are the vehicle's
    return middle + last + int(high[last:].argmin())


def latencies(site: Site) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Play the traffic in fine blocks; give per vehicle the processing time and the delay, both in ms."""
    samples = max(1, round(FINE_S * site.lane.rate_hz))
    blocks = site.blocks(samples, first=max(1, samples // 2))
    spent: list[list[float]] = []
    for _ in track(range(FINE_REPEATS), f"{site.name}: latency", transient=True, auto_refresh=False):
        axles, stage = site.stages()
        times, delays = [], []
        for block in blocks:
            began = time.perf_counter()
            found = stage.push(axles.push(block), block.stop)
            ended = time.perf_counter()
            times += [1e3 * (ended - began)] * len(found)
            delays += [1e3 * (block.stop - left_at(site, vehicle)) / site.lane.rate_hz for vehicle in found]
        spent.append(times)
    return np.min(spent, axis=0), np.array(delays)


def memory_mb(site: Site) -> tuple[float, float]:
    """Give how much the stages hold at most, and at the end, while the traffic passes; the traffic itself is not counted."""
    blocks = site.blocks(BLOCK_SAMPLES)
    gc.collect()
    tracemalloc.start()
    try:
        axles, stage = site.stages()
        for block in track(blocks, f"{site.name}: memory", transient=True, auto_refresh=False):
            stage.push(axles.push(block), block.stop)
        left, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak / 2**20, left / 2**20


def measure(site: Site) -> Figures:
    """Measure one site."""
    signal_s = site.counts.shape[1] / site.lane.rate_hz
    ours_s, filter_s = time_both(site)
    latency_ms, delay_ms = latencies(site)
    return Figures(
        len(site.lane.sensor),
        site.lane.rate_hz,
        signal_s,
        signal_s / ours_s,
        ours_s / filter_s,
        latency_ms,
        delay_ms,
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
        f"<= {FILTER_PASSES_GOAL:.0f} at 10 x 4000",
        lambda f: against(f.filter_passes, FILTER_PASSES_GOAL if f.channels * f.rate_hz >= FULL_LANE_HZ else np.inf, ".1f"),
    ),
    (
        "processing of the block that gives a vehicle, p95, ms",
        f"<= {PROCESSING_GOAL_MS:.0f}",
        lambda f: against(np.quantile(f.latency_ms, 0.95), PROCESSING_GOAL_MS, ".1f"),
    ),
    ("  worst, ms", "", lambda f: f"{f.latency_ms.max():.1f}"),
    ("vehicle off the array to vehicle weighed, median, ms", "", lambda f: f"{np.median(f.delay_ms):.1f}"),
    ("  p95, ms", f"<= {DELAY_GOAL_MS:.0f}", lambda f: against(np.quantile(f.delay_ms, 0.95), DELAY_GOAL_MS, ".1f")),
    ("  worst, ms", "", lambda f: f"{f.delay_ms.max():.1f}"),
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
