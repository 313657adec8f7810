"""Random and damaged blocks through assembly, channel quality, crossings and vehicles: nothing crashes, nothing is invented.

Run it with ``python -m bench.fuzz --blocks 100000 --seed 1`` from the project's root. Each session takes a recorded site's lane, a signal
(noise of some kind, or a stretch of the recorded traffic) and a delivery (in order, or damaged), and plays it in blocks of random length.
A session fails on any exception or warning, on a vehicle where no wheel was, on a figure that is not finite, and on a state that
outgrows its bound. The exit code is then 1, and the findings name the session; ``--session`` repeats it alone.
"""

from __future__ import annotations

import json
import math
import pickle
import traceback
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from bench.accuracy import captures_folder
from bench.damage import DELIVERIES, NOISES, Counts, Push, counts_of, pushes_of
from contract.captures import CaptureReader
from contract.station import Lane, parse_station
from contract.vehicles import Vehicle
from edge.axles import AxleStage
from edge.samples.assemble import HELD_MAX_S, Assembler
from edge.samples.quality import QualityMonitor
from edge.vehicles import VehicleStage

DEFAULT_FOLDER: Final = captures_folder()

SESSION_S: Final = (3.0, 150.0)
"""Length of a session's signal, even in its logarithm; the longest go beyond every bound on waiting in the stages."""

PLAIN: Final = "in order"

MARGIN_S, ARRAY_M = 1.0, 30.0
"""A vehicle is real where it overlaps a true one's time over the array and its loops, give or take this long."""

WEIGHED_AT_LEAST = 0.9
"""Share of the whole vehicles of an undamaged recording that must be found: a bench that hears nothing proves nothing."""

STATE_EVERY_BLOCKS: Final = 500

STATE_SLACK: Final = 2 * 2**20
"""Bytes of state besides samples."""


@dataclass(frozen=True)
class Recording:
    """The traffic of a recorded site: counts (channels, n), and when vehicles truly stood on it as sample indices."""

    name: str
    lane: Lane
    counts: Counts
    passages: tuple[tuple[int, int], ...]


@dataclass
class Tally:
    """What one kind of damage has shown so far; `findings` tell what went wrong in which session."""

    sessions: int = 0
    blocks: int = 0
    samples: int = 0
    expected: int = 0
    vehicles: int = 0
    strays: int = 0
    faults: int = 0
    state_bytes: int = 0
    findings: list[str] = field(default_factory=list)


class Station:
    """All stages between the digitiser's runs of samples and vehicles, for one session."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._assembler = Assembler("fuzz", lane)
        self._assembler.describe(lane.channels, lane.rate_hz)
        self._assembler.begin(0)
        self._quality = QualityMonitor(len(lane.sensor), lane.rate_hz)
        self._axles, self._vehicles = AxleStage(lane), VehicleStage(lane, None, 20.0)
        self._position = 0

    @property
    def strays(self) -> int:
        """Crossings that belonged to no vehicle."""
        return self._vehicles.strays

    def push(self, push: Push) -> tuple[list[Vehicle], int]:
        """Take samples; give the vehicles they complete and the number of faults they raise."""
        found = []
        for block in self._assembler.push(push.counter, push.counts, faulty=push.faulty):
            self._quality.push(block)
            found += self._vehicles.push(self._axles.push(block), block.stop)
            self._position = block.stop
        self._assembler.wanted()
        return found, len(self._assembler.take_faults())

    def finish(self) -> list[Vehicle]:
        """End the stream."""
        return [*self._vehicles.push(self._axles.finish(), self._position), *self._vehicles.finish()]

    def state_bytes(self) -> int:
        """Give the size of everything kept between two blocks, the lane's description aside."""
        return len(pickle.dumps((self._assembler, self._quality, self._axles, self._vehicles), pickle.HIGHEST_PROTOCOL))

    def most_bytes(self) -> int:
        """Give the bound on that: samples that wait for lost ones, samples of the longest record, a window of the quality monitor."""
        seconds = 2.0 * HELD_MAX_S + 10.0
        bytes_per_sample = 4 * len(self._lane.sensor) + 1  # and whether it was lost
        return round(seconds * self._lane.rate_hz) * bytes_per_sample + STATE_SLACK


def open_recording(folder: Path) -> Recording:
    """Read one site's traffic with its truth."""
    lane = parse_station((folder / "station.toml").read_text(encoding="utf-8"), str(folder / "station.toml")).lane[0]
    with (folder / "traffic.h5").open("rb") as stream:
        counts = np.concatenate([b.counts for b in CaptureReader(stream, str(folder / "traffic.h5")).blocks(lane.channels)], axis=1)
    passages = []
    for true in json.loads((folder / "traffic.truth.json").read_text(encoding="utf-8")):
        stay_s = (sum(true["spacings_m"]) + ARRAY_M) / (true["speed_kmh"] / 3.6) + MARGIN_S
        first = true["first_axle_sample"]
        passages.append((round(first - MARGIN_S * lane.rate_hz), round(first + stay_s * lane.rate_hz)))
    return Recording(folder.name, lane, counts, tuple(passages))


@dataclass(frozen=True)
class Session:
    """One signal with one delivery; `passages` are where vehicles may be, None where counters say nothing any more."""

    name: str
    kind: str
    lane: Lane
    pushes: list[Push]
    passages: tuple[tuple[int, int], ...] | None
    expected: int


def draw_session(seed: int, number: int, recordings: list[Recording], kinds: list[str]) -> Session:
    """Draw a session; seed and number decide everything."""
    rng = np.random.default_rng([seed, number])
    kind, recording = kinds[number % len(kinds)], recordings[int(rng.integers(len(recordings)))]
    lane, passages, whole = recording.lane, (), 0
    samples = round(float(np.exp(rng.uniform(*np.log(SESSION_S)))) * lane.rate_hz)
    if kind in NOISES:
        counts = counts_of(NOISES[kind](rng, len(lane.sensor), samples, lane.rate_hz))
        delivery = str(rng.choice([PLAIN, *DELIVERIES]))
    else:
        begin = int(rng.integers(max(1, recording.counts.shape[1] - samples)))
        counts = recording.counts[:, begin : begin + samples]
        passages = tuple((start - begin, stop - begin) for start, stop in recording.passages if start < begin + samples and stop > begin)
        delivery = kind.removeprefix("recording, ")
        whole = sum(start >= lane.rate_hz and stop < samples for start, stop in passages) if delivery == PLAIN else 0
    pushes = list(pushes_of(rng, counts, lane.rate_hz))
    if delivery != PLAIN:
        pushes = DELIVERIES[delivery](rng, pushes)
    told = delivery != "wrong counters" or not passages
    name = f"session {number} ({recording.name}, {kind}{'' if kind.endswith(delivery) else ', ' + delivery})"
    return Session(name, kind, lane, pushes, passages if told else None, whole)


def play(session: Session, tally: Tally, progress: Progress) -> None:
    """Play a session and add to the tally of its kind."""
    station, found, number = Station(session.lane), [], 0
    tally.sessions += 1
    try:
        for number, push in enumerate(session.pushes):
            vehicles, faults = station.push(push)
            found += vehicles
            tally.faults += faults
            tally.samples += push.counts.size
            if number % STATE_EVERY_BLOCKS == STATE_EVERY_BLOCKS - 1:
                _weigh_state(session, station, tally)
            if number % 100 == 99:
                progress.advance(TaskID(0), 100)
        _weigh_state(session, station, tally)
        found += station.finish()
    except Exception as error:  # noqa: BLE001 - whatever is raised here is what this bench looks for
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__}: {error} at {Path(where.filename).name}:{where.lineno}"
        tally.findings.append(f"{session.name}, block {number}: crash, {what}")
    progress.advance(TaskID(0), len(session.pushes) % 100)
    tally.blocks += len(session.pushes)
    tally.vehicles += len(found)
    tally.expected += session.expected
    tally.strays += station.strays
    tally.findings += [f"{session.name}: {what}" for what in _wrong(session, found)]


def _weigh_state(session: Session, station: Station, tally: Tally) -> None:
    size, most = station.state_bytes(), station.most_bytes()
    tally.state_bytes = max(tally.state_bytes, size)
    if size > most:
        tally.findings.append(f"{session.name}: state of {size} bytes, at most {most} are bounded")


def _wrong(session: Session, found: list[Vehicle]) -> list[str]:
    """Say what is wrong with the vehicles of a session."""
    wrong = []
    for vehicle in found:
        figures = (vehicle.gross_kg, vehicle.gross_u_kg, vehicle.speed_m_s, vehicle.acceleration_m_s2, vehicle.first_axle_sample)
        if not all(math.isfinite(figure) for figure in figures):
            wrong.append(f"a vehicle with figures {figures}")
        if session.passages is None:
            continue
        if not any(vehicle.start < stop and vehicle.stop > start for start, stop in session.passages):
            where = f"samples {vehicle.start} to {vehicle.stop}"
            wrong.append(f"invented a vehicle of {len(vehicle.axles)} axles and {vehicle.gross_kg:.0f} kg at {where}")
    if len(found) < WEIGHED_AT_LEAST * session.expected:
        wrong.append(f"{len(found)} vehicles of at least {session.expected} in an undamaged recording")
    return wrong


def report(tallies: dict[str, Tally]) -> Table:
    """Give the table, a line per kind of damage."""
    heads = ("sessions", "blocks", "Msamples", "vehicles", "strays", "faults", "state, MB", "findings")
    table = Table("signal, and what the line did to it", box=None)
    for head in heads:
        table.add_column(head, justify="right")
    for kind, tally in tallies.items():
        findings = f"[red]{len(tally.findings)}[/red]" if tally.findings else "none"
        figures = (tally.sessions, tally.blocks, f"{tally.samples / 1e6:.1f}", tally.vehicles, tally.strays, tally.faults)
        table.add_row(kind, *map(str, figures), f"{tally.state_bytes / 2**20:.1f}", findings)
    every = tallies.values()
    sums = (sum(getattr(tally, name) for tally in every) for name in ("vehicles", "strays", "faults"))
    table.add_row(
        "all",
        str(sum(tally.sessions for tally in every)),
        str(sum(tally.blocks for tally in every)),
        f"{sum(tally.samples for tally in every) / 1e6:.1f}",
        *map(str, sums),
        f"{max(tally.state_bytes for tally in every) / 2**20:.1f}",
        str(sum(len(tally.findings) for tally in every)),
        style="bold",
    )
    return table


def main(
    folder: Annotated[Path, typer.Argument(help="Holds a folder per recorded site.", file_okay=False)] = DEFAULT_FOLDER,
    *,
    blocks: Annotated[int, typer.Option(min=1, help="How many blocks at least.")] = 100_000,
    seed: Annotated[int, typer.Option(min=0, help="Decides everything.")] = 1,
    session: Annotated[int | None, typer.Option(min=0, help="Repeat this session alone.")] = None,
) -> None:
    """Play random and damaged blocks and print what came of it."""
    places = sorted(path.parent for path in folder.glob("*/station.toml"))
    if not places:
        raise typer.BadParameter(f"{folder} has no folder with a station.toml; give the folder of the recorded sites")
    recordings = [open_recording(place) for place in places]
    kinds = [*NOISES, *(f"recording, {delivery}" for delivery in (PLAIN, *DELIVERIES))]
    tallies = {kind: Tally() for kind in kinds}
    console = Console(width=140)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with warnings.catch_warnings(), Progress(*columns, console=console, transient=True) as progress:
        warnings.simplefilter("error")
        task = progress.add_task("blocks", total=blocks)
        number = 0 if session is None else session
        while True:
            drawn = draw_session(seed, number, recordings, kinds)
            progress.update(task, description=drawn.kind)
            play(drawn, tallies[drawn.kind], progress)
            number += 1
            if session is not None or sum(tally.blocks for tally in tallies.values()) >= blocks:
                break
    findings = [finding for tally in tallies.values() for finding in tally.findings]
    console.print(report(tallies))
    for finding in findings:
        console.print(finding, style="red", soft_wrap=True, markup=False)
    console.print(f"seed {seed}: {len(findings)} findings; --seed {seed} repeats all of it, --session N one session alone")
    if findings:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
