"""Malformed pushes of every protocol and kills against the real plate reader: nothing crashes, nothing grows, no acknowledged read is lost.

Run it with ``python -m bench.pushes --count 10000`` from the project's root. A real ``wim-plates run`` takes damaged pushes of all
protocols over real HTTP, with a good one in between again and again, and hands its reads to a stand-in of the edge's loopback door. Then it
is killed (SIGKILL) ``--kills`` times amid good traffic. With ``--line`` both happen to the plate reader of a whole running line (simulated
road, real edge, broker, central), and the vehicles are counted. Exit code 1 where a process died by itself, a good push was not taken, an
acknowledged read did not arrive, memory outgrew its bound, or a vehicle is missing.
"""

from __future__ import annotations

import json
import os
import queue
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Final

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bench.push_damage import DAMAGES, good
from bench.push_line import strike_line
from bench.push_sending import ANSWER_S, send
from firmware_sims.push_format import FORMATS

GOOD_EVERY: Final = 20
MEMORY_EVERY: Final = 50
GROWTH_MAX_MB: Final = 96
"""Bound on what memory may grow between the first tenth of the pushes and the last: eight bodies of 4 MiB and what they are parsed into."""

PATIENCE_S: Final = 60.0


class StandIn:
    """The edge's loopback door as the plate reader sees it: takes each read, remembers its id."""

    def __init__(self) -> None:
        self.taken: queue.Queue[str] = queue.Queue()
        taken = self.taken

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                read = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                taken.put(read["text"])
                self.send_response(201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Close the door."""
        self._server.shutdown()
        self._server.server_close()

    def arrived(self) -> set[str]:
        """Give the plates that have arrived since the last call."""
        plates = set()
        with suppress(queue.Empty):
            while True:
                plates.add(self.taken.get_nowait())
        return plates


class Reader:
    """A real plate reader process."""

    def __init__(self, folder: Path, edge_port: int, reading: bool) -> None:
        log = (folder / "plates.log").open("ab")
        command = [sys.executable, "-m", "plate_reader", "run", "--log-json", "--listen", "127.0.0.1:0", "--camera", "front"]
        command += ["--edge-url", f"http://127.0.0.1:{edge_port}", "--spool", str(folder / "spool"), "--blobs", str(folder / "blobs")]
        command.append("--reading" if reading else "--no-reading")
        begun = log.tell()
        self.process = subprocess.Popen(command, stderr=log)
        log.close()
        self.url = self._address(folder / "plates.log", begun)

    def _address(self, path: Path, begun: int) -> str:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self.process.poll() is None:
            for line in path.read_bytes()[begun:].splitlines():
                if b'"listening"' in line:
                    return str(json.loads(line)["address"])
            time.sleep(0.02)
        raise typer.BadParameter(f"the plate reader did not start; see {path}")

    def health(self) -> dict[str, dict[str, int]]:
        """Give what it says of itself."""
        told: dict[str, dict[str, int]] = httpx.get(f"{self.url}/health", timeout=ANSWER_S, trust_env=False).json()
        return told

    def end(self, number: signal.Signals) -> int:
        """End it by a signal; give its exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)


def family_mb(pid: int) -> tuple[float, float]:
    """Give the resident memory of a process, and of it with its children, in MB."""
    own = _resident_mb(pid)
    children = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError, ValueError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                children += _resident_mb(int(path.parent.name))
    return own, own + children


def _resident_mb(pid: int, field: str = "VmRSS") -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0.0


@dataclass
class Flood:
    """What the flood came to: answers by damage, memory, good pushes."""

    answers: dict[str, Counter[str]] = field(default_factory=dict)
    memory_mb: list[tuple[float, float]] = field(default_factory=list)
    peak_mb: float = 0.0
    good: set[str] = field(default_factory=set)
    not_taken: list[str] = field(default_factory=list)


def flood(url: str, pid: int, count: int, rng: random.Random, progress: Progress) -> Flood:
    """Send damaged pushes, and good ones in between."""
    result = Flood()
    makes, kinds = list(FORMATS), list(DAMAGES)
    bar = progress.add_task("malformed pushes", total=count)
    number = 0
    with httpx.Client(timeout=ANSWER_S, trust_env=False) as client:
        for turn in range(count):
            kind = kinds[turn % len(kinds)]
            damaged = DAMAGES[kind](good(rng.choice(makes), 90_000 + turn % 1_000), rng)
            result.answers.setdefault(kind, Counter())[send(client, url, damaged)] += 1
            if turn % GOOD_EVERY == 0:
                number += 1
                whole = good(makes[number % len(makes)], number)
                (result.good.add if send(client, url, whole) == "2xx" else result.not_taken.append)(plate_of(number))
            if turn % MEMORY_EVERY == 0:
                result.memory_mb.append(family_mb(pid))
            progress.advance(bar)
    result.memory_mb.append(family_mb(pid))
    result.peak_mb = _resident_mb(pid, "VmHWM")  # the kernel's own high-water mark, which no sampling misses
    return result


def plate_of(number: int) -> str:
    """Give the plate of a good push."""
    return f"湘A{number % 100_000:05d}"


def wait_for(door: StandIn, wanted: set[str]) -> set[str]:
    """Wait until these plates have arrived; give those that did not."""
    missing = set(wanted)
    deadline = time.monotonic() + PATIENCE_S
    while missing and time.monotonic() < deadline:
        missing -= door.arrived()
        time.sleep(0.05)
    return missing


def show(console: Console, result: Flood, missing: set[str], internal: int) -> list[str]:
    """Print the flood's table; give what went wrong."""
    classes = ("2xx", "4xx", "5xx", "let go", "cut")
    table = Table("damage", "pushes", *classes, title="malformed pushes over all protocols")
    for kind, answers in result.answers.items():
        table.add_row(kind, str(sum(answers.values())), *(str(answers.get(one, 0)) for one in classes))
    console.print(table)
    own, family = ([pair[index] for pair in result.memory_mb] for index in (0, 1))
    early, late = max(own[: max(1, len(own) // 10)]), own[-1]
    for name, values, peak in (("receiver", own, result.peak_mb), ("with its reading process", family, max(family))):
        console.print(f"resident memory, {name}: {values[0]:.0f} MB before, {peak:.0f} peak, {values[-1]:.0f} after")
    console.print(f"good pushes in between: {len(result.good)} acknowledged, {len(result.not_taken)} not, {len(missing)} did not arrive")
    wrong = []
    if result.not_taken or missing:
        wrong.append(f"good pushes not taken {result.not_taken[:5]}, not delivered {sorted(missing)[:5]}")
    if internal:
        wrong.append(f"{internal} pushes met a fault of our own (push-internal)")
    if late - early > GROWTH_MAX_MB:
        wrong.append(f"memory grew by {late - early:.0f} MB, more than {GROWTH_MAX_MB}")
    return wrong


def kill_often(folder: Path, door: StandIn, kills: int, rng: random.Random, *, reading: bool, progress: Progress) -> tuple[int, set[str]]:
    """Kill the reader amid good traffic; give how many reads were acknowledged, and which of them never arrived."""
    acknowledged: set[str] = set()
    makes = list(FORMATS)
    bar = progress.add_task("kills", total=kills)
    number = 50_000
    for _ in range(kills):
        reader = Reader(folder, door.port, reading)
        killer = threading.Timer(rng.uniform(0.0, 0.8), reader.process.kill)
        killer.start()
        with httpx.Client(timeout=ANSWER_S, trust_env=False) as client:
            while reader.process.poll() is None:
                number += 1
                if send(client, reader.url, good(makes[number % len(makes)], number)) == "2xx":
                    acknowledged.add(plate_of(number))
        killer.join()
        progress.advance(bar)
    reader = Reader(folder, door.port, reading)
    missing = wait_for(door, acknowledged)
    reader.end(signal.SIGTERM)
    return len(acknowledged), missing


def main(
    count: Annotated[int, typer.Option(min=20, help="Malformed pushes.")] = 10_000,
    kills: Annotated[int, typer.Option(min=0, help="Times that the reader is killed.")] = 50,
    seed: Annotated[int, typer.Option(min=0, help="Decides damages and instants.")] = 1,
    reading: Annotated[bool, typer.Option("--reading/--no-reading", help="With our own reading of the good pictures.")] = True,
    line: Annotated[bool, typer.Option("--line", help="Against a whole running line, counting its vehicles.")] = False,
) -> None:
    """Flood and kill the plate reader; print what came of it."""
    console = Console()
    rng = random.Random(seed)  # noqa: S311 - damages, not a secret
    if line:
        raise typer.Exit(strike_line(console, count, kills, rng))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with tempfile.TemporaryDirectory() as name, Progress(*columns, console=console, transient=True) as progress:
        folder, door = Path(name), StandIn()
        reader = Reader(folder, door.port, reading)
        result = flood(reader.url, reader.process.pid, count, rng, progress)
        missing = wait_for(door, result.good)
        internal = sum(fault["count"] for fault in reader.health()["faults"] if fault["code"] == "push-internal")  # type: ignore[index,misc]
        code = reader.end(signal.SIGTERM)
        wrong = show(console, result, missing, internal)
        if code != os.EX_OK:
            wrong.append(f"the reader ended with {code}")
        acknowledged, lost = kill_often(folder, door, kills, rng, reading=reading, progress=progress)
        door.stop()
    console.print(f"killed {kills} times amid traffic: {acknowledged} reads acknowledged, {len(lost)} of them lost")
    if lost:
        wrong.append(f"acknowledged and lost: {sorted(lost)[:5]}")
    for finding in wrong:
        console.print(f"[red]{finding}")
    raise typer.Exit(int(bool(wrong)))


if __name__ == "__main__":
    typer.run(main)
