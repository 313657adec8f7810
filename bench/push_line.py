"""The same flood and kills against the plate reader of a whole running line: its vehicles are counted, its records verified."""

from __future__ import annotations

import random
import tempfile
import threading
from pathlib import Path
from typing import Final

import httpx
from rich.console import Console
from rich.progress import Progress

from bench.push_damage import DAMAGES, good
from bench.push_sending import ANSWER_S, send
from demo import programs
from demo.closing import stored_in_central
from demo.comparison import compare
from demo.layout import Layout, choose_ports
from demo.once import run_once
from demo.ports import LOOPBACK, free_ports
from demo.preparation import prepare
from demo.programs import Line
from demo.running import RunningLine
from demo.site import CAMERAS, SiteName, find_site
from demo.steps import Steps
from demo.stopping import Stopping
from demo.supervisor import Supervisor
from demo.watching import Watch
from firmware_sims.push_format import FORMATS

SPEEDUP: Final = 2.0
KILL_PAUSE_S: Final = (0.5, 4.0)
CATCH_UP_S: Final = 90.0


def strike_line(console: Console, count: int, kills: int, rng: random.Random) -> int:
    """Strike the line; give the exit code: 1 where a vehicle is missing, one too many, or a record does not verify."""
    with tempfile.TemporaryDirectory() as name:
        layout = Layout(Path(name) / "line")
        layout.create()
        (web,) = free_ports(1)
        line = Line(find_site(SiteName.OWN), layout, choose_ports(web), None, SPEEDUP, modbus=False, seed=0)
        supervisor = Supervisor(layout.logs, lambda _: None)
        running = RunningLine(line, supervisor, Watch(Stopping(), supervisor))
        steps = Steps(Console(quiet=True))
        try:
            prepare(line, steps, running.watch)
            running.start(steps)
            running.start_edge(steps)
            return _strike(console, running, supervisor, count=count, kills=kills, rng=rng)
        finally:
            running.page.close()
            supervisor.stop()


def _strike(console: Console, running: RunningLine, supervisor: Supervisor, *, count: int, kills: int, rng: random.Random) -> int:
    _wait(running, lambda: _recorded(running) >= 1)
    sent = threading.Event()
    flooding = threading.Thread(target=_flood, args=(f"http://{LOOPBACK}:{running.line.ports.plates}", count, rng.random(), sent))
    flooding.start()
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("malformed pushes", total=None)
        while not sent.is_set():
            running.watch.pause(0.2)
        flooding.join()
        progress.update(bar, total=1, completed=1)
        flooded = _driven(running)
        bar = progress.add_task("kills of the plate reader", total=kills)
        for _ in range(kills):
            running.watch.pause(rng.uniform(*KILL_PAUSE_S))
            supervisor.kill("plates")
            supervisor.start(programs.plates(running.line))  # a supervisor of its own would give up one that dies so often
            progress.advance(bar)
    driven = _driven(running)
    _wait(running, lambda: _undelivered(running) == 0)  # the camera sends again what a killed reader did not take
    running.watch.pause(CATCH_UP_S / 10)
    _wait(running, lambda: _recorded(running) >= driven)
    truth = running.truth
    compared = compare(truth.vehicles[:driven], list(running.page.records.values()), truth.playback.rate_hz)
    last = truth.vehicles[driven - 1].first_axle_sample
    invented = [each for each in compared.invented if each.record.first_axle_sample <= last]
    stored = stored_in_central(run_once(programs.verify(running.line), running.watch.pause), running.line.site.station.station.id)
    plates = [pair.plate for pair in compared.pairs if pair.driven.number <= driven]
    console.print(f"vehicles driven: {driven}, {flooded} of them during {count} malformed pushes, the others during {kills} kills")
    console.print(f"recorded: {len(compared.pairs)}, missed {len(compared.missed)}, invented {len(invented)}")
    console.print("plates: " + ", ".join(f"{plates.count(kind)} {kind}" for kind in sorted(set(plates))))
    late = stored.records - stored.vehicles
    console.print(f"reads that came when the vehicle's record was signed, and made a supplementary one: {late}")
    console.print(f"central: {stored.records} records, {stored.verified} verified, chain {stored.chain}, quarantine {stored.quarantine}")
    whole = not compared.missed and not invented and stored.verified == stored.records and stored.chain == "unbroken"
    return int(not whole)


def _flood(url: str, count: int, seed: float, sent: threading.Event) -> None:
    rng = random.Random(seed)  # noqa: S311 - damages, not a secret
    kinds, makes = list(DAMAGES), list(FORMATS)
    try:
        with httpx.Client(timeout=ANSWER_S, trust_env=False) as client:
            for turn in range(count):
                send(client, url, DAMAGES[kinds[turn % len(kinds)]](good(rng.choice(makes), turn, camera="stranger"), rng))
    finally:
        sent.set()


def _undelivered(running: RunningLine) -> int:
    """Give how many reads have not reached the edge: with the cameras, or with the plate reader."""
    devices = running.road.ask("status")["devices"]
    camera: int = sum(devices[one.name]["waiting"] for one in CAMERAS)
    spooled: int = running.plates_health().get("spool", {}).get("waiting", 1)
    return camera + spooled


def _driven(running: RunningLine) -> int:
    running.truth.refresh()
    return len(running.truth.vehicles)


def _recorded(running: RunningLine) -> int:
    running.page.news()
    return len(running.page.records)


def _wait(running: RunningLine, holds: object) -> None:
    running.watch.until(holds, CATCH_UP_S, "vehicles to be recorded")  # type: ignore[arg-type]
