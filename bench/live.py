"""What the technician's live signals cost the weighing, on the recorded sites: one table.

Run it with ``python -m bench.live [FOLDER]`` from the project's root; FOLDER as for `bench.accuracy`. Time is processor time; blocks are
those of a digitiser, 20 ms long.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.accuracy import captures_folder
from bench.speed import Site, open_site
from contract.samples import Block
from edge.signals import SignalRing

BLOCK_S: Final = 0.02
REPEATS: Final = 3
SHARE_GOAL: Final = 0.02
"""Of the weighing's own time, which is itself some thousandths of real time."""


def time_ring(site: Site, blocks: list[Block]) -> tuple[float, SignalRing]:
    """Give the processor time in s that the ring takes for some blocks, and the ring."""
    ring = SignalRing(site.lane, lambda: None)
    began = time.process_time()
    for block in blocks:
        ring.push(block)
    return time.process_time() - began, ring


def time_weighing(site: Site, blocks: list[Block]) -> float:
    """Give the processor time in s that the weighing takes for the same blocks."""
    axles, vehicles = site.stages()
    began = time.process_time()
    for block in blocks:
        vehicles.push(axles.push(block), block.stop)
    return time.process_time() - began


def time_answer(ring: SignalRing) -> tuple[float, int]:
    """Give the time in s and the bytes of the largest answer that the page asks for at once: the last ten seconds."""
    began = time.process_time()
    answer = json.dumps(ring.view(0, 1_000))
    return time.process_time() - began, len(answer)


def main() -> None:
    """Print the table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else captures_folder()
    table = Table(
        "site", "channels", "ring, µs per block", "share of real time, %", "share of the weighing, %", "goal", "10 s answered, ms", "kB"
    )
    for path in track(sorted(one for one in folder.iterdir() if (one / "traffic.h5").is_file()), "live signals", transient=True):
        site = open_site(path)
        blocks = site.blocks(round(BLOCK_S * site.lane.rate_hz))
        ring_s, ring = min((time_ring(site, blocks) for _ in range(REPEATS)), key=lambda one: one[0])
        weighing_s = min(time_weighing(site, blocks) for _ in range(REPEATS))
        answer_s, size = time_answer(ring)
        share = ring_s / weighing_s
        table.add_row(
            site.name,
            f"{len(site.lane.sensor)}",
            f"{1e6 * ring_s / len(blocks):.1f}",
            f"{100 * ring_s / (len(blocks) * BLOCK_S):.3f}",
            f"{100 * share:.1f}",
            f"{100 * SHARE_GOAL:g} {'kept' if share <= SHARE_GOAL else 'missed'}",
            f"{1e3 * answer_s:.1f}",
            f"{size / 1e3:.0f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
