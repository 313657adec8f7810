"""Whether plates go to the right vehicles, on simulated traffic: a row per scene, every wrong match with why, and how true "0.99" is.

Run it with ``python -m bench.matching [--vehicles N] [--seeds K]`` from the project's root. The station's own `Matcher` is driven as the
station drives it: a vehicle is added when it is weighed, a read when it arrives, a match is asked for 3 s after the weighing, and late
matches are taken after every read. Time is processor time.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench.plate_traffic import START_US, Driven, Scene, Traffic, draw, weighed
from contract.station import Gates, Matching
from edge.matching.match import Match
from edge.matching.matcher import Matcher
from edge.matching.passage import Passage

WAIT_S: Final = Gates().plate_wait_s
MATCHED_GOAL: Final = 0.995
WRONG_GOAL: Final = 1e-4

ASKED: Final = Scene()
SCENES: Final = (
    replace(ASKED, name="with rear cameras", rear=True),
    replace(ASKED, name="every camera loses 30 %", missing=0.30),
    replace(ASKED, name="clocks jump by 3 s", jump_s=3.0),
    replace(ASKED, name="bursts of foreign reads", foreign_hz=0.5),
    replace(ASKED, name="twins 0.6 s apart", twins=True),
    replace(ASKED, name="one camera, 5 % wrong lane", one_camera=True, wrong_camera_lane=0.05),
    replace(ASKED, name="one camera, lane not told", one_camera=True, lane_told=False),
    replace(ASKED, name="5 % change lanes", lane_change=0.05),
    replace(ASKED, name="quiet: 200 per hour", per_hour=200),
)
BINS: Final = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 1.0 + 1e-9)


@dataclass
class Outcome:
    """What came of a scene."""

    traffic: Traffic
    present: int = 0
    right: int = 0
    late: int = 0
    repeats: int = 0
    wrong: list[str] = field(default_factory=list)
    texts: Counter[bool] = field(default_factory=Counter)
    said: list[tuple[float, bool]] = field(default_factory=list)
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def matched_share(self) -> float:
        """Of the first reads of vehicles: the share that went to their vehicle."""
        return self.right / self.present

    @property
    def wrong_share(self) -> float:
        """Wrong matches per vehicle."""
        return len(self.wrong) / len(self.traffic.driven)


def run(traffic: Traffic, seed: int, settings: Matching) -> Outcome:
    """Drive the matcher through a scene in the order in which things come."""
    outcome = Outcome(traffic, present=sum(one.vehicle is not None and not one.repeat for one in traffic.truth.values()))
    matcher = Matcher(traffic.cameras, settings)
    for what, payload in _events(traffic, np.random.default_rng(seed + 1_000)):
        began = time.process_time()
        if what == "weighed":
            matcher.add_passage(payload)
            matches: tuple[Match, ...] = ()
        elif what == "read":
            at_s, read = payload
            matcher.add_read(read, START_US + round(at_s * 1e6))
            matches = matcher.late_matches()
        else:
            matches = (matcher.match(payload),)
        outcome.seconds += time.process_time() - began
        for match in matches:
            _judge(outcome, match, late=what == "read")
        outcome.faults.update(fault.code for fault in matcher.take_faults())
    return outcome


def _events(traffic: Traffic, rng: np.random.Generator) -> Iterator[tuple[str, object]]:
    """Give what comes, in order: a vehicle is weighed when its end has left the array, of 8 m, and the signal behind it is judged."""
    heap: list[tuple[float, int, str, object]] = []
    for one in traffic.driven:
        known_s = one.at_s + (one.kind.length_m + 8.0) / one.speed_m_s + 0.3
        time_us = START_US + round((one.at_s + 0.001 * rng.standard_normal()) * 1e6)
        passage = Passage.of(weighed(one, rng), one.key, time_us, 1.0)
        heap.append((known_s, len(heap), "weighed", passage))
        heap.append((known_s + WAIT_S, len(heap), "decide", one.key))
    heap += [(arrives_s, len(heap) + i, "read", (arrives_s, read)) for i, (arrives_s, read) in enumerate(traffic.reads)]
    heapq.heapify(heap)
    while heap:
        _, _, what, payload = heapq.heappop(heap)
        yield what, payload


def _judge(outcome: Outcome, match: Match, *, late: bool) -> None:
    number = int(match.key[1:])
    driven = outcome.traffic.driven[number]
    for one in match.matched:
        truth = outcome.traffic.truth[one.read.camera, one.read.event_id]
        right = truth.vehicle == number
        outcome.repeats += right and truth.repeat
        outcome.right += right and not truth.repeat
        outcome.late += right and late
        outcome.said.append((one.probability, right))
        if not right:
            outcome.wrong.append(_why(outcome.traffic, driven, match, one.read.event_id, truth.vehicle))
    if match.text and not late:
        outcome.texts[match.text == driven.plate] += 1


def _why(traffic: Traffic, driven: Driven, match: Match, event: str, vehicle: int | None) -> str:
    if vehicle is None:
        whose = "of no vehicle weighed"
    else:
        other = traffic.driven[vehicle]
        moved = "" if other.seen_lanes == (other.lane,) else f", which changed to {other.seen_lanes[0]}"
        whose = f"of v{vehicle} ({other.kind.name}, lane {other.lane}{moved}, {other.at_s - driven.at_s:+.2f} s)"
    own = sum(truth.vehicle == driven.number for truth in traffic.truth.values())
    got = f"v{driven.number} ({driven.kind.name}, lane {driven.lane}) got {event}"
    return f"{got} {whose}; its own reads: {own}; {'; '.join(match.reasons)}"


def _row(table: Table, name: str, outcomes: list[Outcome]) -> None:
    present = sum(one.present for one in outcomes)
    right = sum(one.right for one in outcomes)
    vehicles = sum(len(one.traffic.driven) for one in outcomes)
    wrong = sum(len(one.wrong) for one in outcomes)
    texts = sum((one.texts for one in outcomes), Counter())
    kept = right / present >= MATCHED_GOAL and wrong / vehicles <= WRONG_GOAL
    faults = sum((one.faults for one in outcomes), Counter())
    table.add_row(
        name,
        f"{vehicles}",
        f"{present}",
        f"{100 * right / present:.2f}",
        f"{sum(one.late for one in outcomes)}",
        f"{wrong}",
        f"{1e4 * wrong / vehicles:.2f}",
        "kept" if kept else "missed",
        f"{100 * texts[True] / max(1, sum(texts.values())):.2f}",
        f"{1e6 * sum(one.seconds for one in outcomes) / vehicles:.0f}",
        ", ".join(f"{count} {code.removeprefix('camera-')}" for code, count in sorted(faults.items())) or "–",
    )


def calibration(asked: list[Outcome], hard: list[Outcome]) -> Table:
    """Give how many pairs were right of those said to be so and so sure, in the scene that is asked for and in all others."""
    columns = ("said", "pairs", "mean said", "right", "pairs, others", "mean said", "right")
    table = Table(*columns, title="of the pairs said to be so sure, how many were right (accepted from 0.5 on)")
    for low, high in itertools.pairwise(BINS):
        cells = [f"{low:g} to {min(high, 1.0):g}"]
        for outcomes in (asked, hard):
            inside = [(said, right) for one in outcomes for said, right in one.said if low <= said < high]
            mean, share = np.mean(inside, axis=0) if inside else (np.nan, np.nan)
            cells += [f"{len(inside)}", f"{mean:.5f}", f"{share:.5f}"]
        table.add_row(*cells)
    return table


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vehicles", type=int, default=ASKED.vehicles, help="vehicles per scene")
    parser.add_argument("--seeds", type=int, default=3, help="draws of the scene that is asked for; the others are drawn once")
    parser.add_argument("--only", help="only scenes whose name contains this")
    given = parser.parse_args()
    console = Console(width=170)
    table = Table(
        *("scene", "vehicles", "reads", "matched, %", "late", "wrong", "per 10 000", "goal", "plate right, %", "µs each", "told"),
        title="matching",
    )
    jobs = [(ASKED, seed) for seed in range(given.seeds)] + [(scene, 100) for scene in SCENES]
    jobs = [(scene, seed) for scene, seed in jobs if given.only is None or given.only in scene.name]
    asked: list[Outcome] = []
    loose: dict[bool, list[Outcome]] = {True: [], False: []}
    wrong: list[tuple[str, str]] = []
    with Progress(console=console, transient=True) as progress:
        for scene, seed in progress.track(jobs, description="matching"):
            traffic = draw(replace(scene, vehicles=given.vehicles), seed)
            outcome = run(traffic, seed, Matching(lane_change_share=scene.lane_change))
            _row(table, f"{scene.name}, draw {seed + 1}" if scene is ASKED else scene.name, [outcome])
            wrong += [(scene.name, why) for why in outcome.wrong]
            if scene is ASKED:
                asked.append(outcome)
            loose[scene is ASKED].append(run(traffic, seed, Matching(lane_change_share=scene.lane_change, certainty_min=0.5)))
    if len(asked) > 1:
        _row(table, "as asked for, all draws", asked)
    console.print(table)
    console.print(calibration(loose[True], loose[False]))
    console.print(
        f"goal: at least {100 * MATCHED_GOAL:g} % of present reads matched, at most {1e4 * WRONG_GOAL:g} wrong in 10 000 vehicles"
    )
    console.print(f"{len(wrong)} wrong matches" + (", each:" if wrong else ""))
    for name, why in wrong:
        console.print(f"[{name}] {why}", markup=False)


if __name__ == "__main__":
    main()
