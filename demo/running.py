"""The line while it runs: its programs, what they say of themselves, and what is done to them."""

import time
from typing import Any, Final

from demo import programs
from demo.central_page import CentralPage
from demo.faults import Blow
from demo.once import run_once
from demo.ports import LOOPBACK, listening
from demo.programs import Line
from demo.road import Road
from demo.steps import Steps
from demo.supervisor import Supervisor
from demo.truth import Truth
from demo.watching import Watch, answer

READY_S: Final = 30.0
"""How long a program may take to be ready on a slow machine; usually two seconds."""

NS_PER_US: Final = 1_000

OFFICER: Final = "demo-officer"
TERMINAL: Final = "demo-terminal"


class RunningLine:
    """One line; `start` brings up everything but the edge, `start_edge` the edge, by whose START the road comes alive."""

    def __init__(self, line: Line, supervisor: Supervisor, watch: Watch) -> None:
        self.line = line
        self.watch = watch
        self._supervisor = supervisor
        self.road = Road(line.ports.control)
        self.truth = Truth(line.layout.truth)
        self.started_us = 0
        self.page = CentralPage(f"http://{LOOPBACK}:{line.ports.web}", line.site.station.station.id)

    def start(self, steps: Steps) -> None:
        """Start broker, central, plate reader and simulators together; wait until each is ready."""
        ports = self.line.ports
        self.started_us = time.time_ns() // NS_PER_US
        for program in (programs.broker, programs.central, programs.plates, programs.simulators):
            self._supervisor.start(program(self.line))
        with steps.step("Start the broker"):
            self.watch.until(lambda: listening(ports.broker), READY_S, "the broker to listen")
        with steps.step("Start the plate reader"):
            self.watch.until(lambda: listening(ports.plates), READY_S, "the plate reader to listen")
        with steps.step("Start the simulators"):
            self.watch.until(lambda: listening(ports.control), READY_S, "the simulators to listen")
        with steps.step("Start central"):
            self.watch.until(lambda: bool(_told(f"http://{LOOPBACK}:{ports.web}/health")), READY_S, "central to answer")

    def start_edge(self, steps: Steps) -> None:
        """Start the edge, and log in to central meanwhile; the first vehicle follows."""
        with steps.step("Start the edge; it starts the digitiser, and the road comes alive"):
            self._supervisor.start(programs.edge(self.line))
            self.page.log_in(self.login_link(TERMINAL))
            self.watch.until(lambda: bool(self.edge_health()), READY_S, "the edge to answer")

    def login_link(self, account: str) -> str:
        """Give an address that logs the account in, once."""
        return run_once(programs.login_link(self.line, account), self.watch.pause).strip().splitlines()[-1]

    def edge_health(self) -> dict[str, Any]:
        """Give what the edge says of itself, nothing while it does not answer."""
        return _told(f"http://{LOOPBACK}:{self.line.ports.edge}/health")

    def plates_health(self) -> dict[str, Any]:
        """Give what the plate reader says of itself, nothing while it does not answer."""
        return _told(f"http://{LOOPBACK}:{self.line.ports.plates}/health")

    def strike(self, blow: Blow, steps: Steps) -> None:
        """Do one thing to the line that it must survive."""
        if blow.kills is not None:
            self._supervisor.kill(blow.kills)
        if blow.request is not None:
            steps.notice(blow.request)
            self.road.ask(blow.request)

    def restarts(self) -> dict[str, int]:
        """Give how often each program was restarted."""
        return self._supervisor.restarts()


def _told(url: str) -> dict[str, Any]:
    """Give the JSON object that an address answers, an empty one where it does not."""
    response = answer(url)
    return response.json() if response is not None and response.is_success else {}
