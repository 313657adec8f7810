"""One line of real programs that every fault of this folder is done to, one after another."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from rich.console import Console

from demo.layout import Layout, choose_ports
from demo.ports import free_ports
from demo.preparation import prepare
from demo.programs import Line
from demo.running import RunningLine
from demo.site import SiteName, find_site
from demo.steps import Steps
from demo.stopping import Stopping
from demo.supervisor import Supervisor
from demo.watching import Watch

SPEEDUP = 2.0
"""Twice as fast: a vehicle every three seconds, and a line that two processors carry easily."""


@dataclass
class StruckLine:
    """The running line, and what every test of a fault asks of it."""

    running: RunningLine
    supervisor: Supervisor

    def counts(self, program: str) -> dict[str, int]:
        """Give the faults that edge or plate reader have counted so far, by code."""
        if program == "plates":
            faults = self.running.plates_health().get("faults", [])
            by_code: dict[str, int] = {}
            for fault in faults:
                by_code[fault["code"]] = by_code.get(fault["code"], 0) + fault["count"]
            return by_code
        return self.running.edge_health().get("faults", {})

    def driven(self) -> int:
        """Give how many vehicles have passed."""
        self.running.truth.refresh()
        return len(self.running.truth.vehicles)

    def recorded(self) -> int:
        """Give how many vehicles central has."""
        self.running.page.news()
        return len(self.running.page.records)

    def wait_for(self, condition: Callable[[], Any], what: str, within_s: float = 30.0) -> None:
        """Wait until something holds, while dead programs are noticed."""
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, (
                f"waited {within_s} s for {what}; edge {self.counts('edge')}, plates {self.counts('plates')}"
            )
            self.running.watch.pause(0.1)


@pytest.fixture(scope="package")
def line(tmp_path_factory) -> Iterator[StruckLine]:
    """Start a line whose road never becomes empty; stop it at the end."""
    layout = Layout(tmp_path_factory.mktemp("line"))
    layout.create()
    (web,) = free_ports(1)
    described = Line(find_site(SiteName.OWN), layout, choose_ports(web), None, SPEEDUP, modbus=False, seed=0)
    supervisor = Supervisor(layout.logs, lambda _line: None)
    running = RunningLine(described, supervisor, Watch(Stopping(), supervisor))
    steps = Steps(Console(quiet=True))
    try:
        prepare(described, steps, running.watch)
        running.start(steps)
        running.start_edge(steps)
        struck = StruckLine(running, supervisor)
        struck.wait_for(lambda: struck.recorded() >= 1, "the first vehicle")
        yield struck
    finally:
        running.page.close()
        supervisor.stop()
