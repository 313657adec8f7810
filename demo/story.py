"""The demo from its first step to its last."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from contract.faults import EXIT_FAILED, EXIT_OK
from demo.closing import close, drain
from demo.errors import InterruptedDemo
from demo.faults import Schedule, blows_of
from demo.layout import choose_ports
from demo.preparation import prepare
from demo.programs import BrokerKind, Line
from demo.running import OFFICER, RunningLine
from demo.screen import Screen
from demo.site import SiteName, check_speed, find_site
from demo.steps import Steps
from demo.stopping import Stopping
from demo.summary import Summary
from demo.summary_text import show_summary
from demo.supervisor import Supervisor
from demo.watching import Watch
from demo.workspace import workspace

FAULT_RUN_VEHICLES: Final = 9
"""Over how many vehicles faults are spread where the run has no end of its own."""

EXIT_INTERRUPTED: Final = 130
"""A headless run that was stopped before its end (128 + SIGINT, as shells have it): nothing is proven."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    vehicles: int | None
    speedup: float
    headless: bool
    faults: tuple[str, ...]
    modbus: bool
    site: SiteName | None
    data: Path | None
    keep: bool
    port: int | None
    seed: int
    broker: BrokerKind
    database: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended; no summary where it was interrupted before one could be made."""

    exit_code: int
    summary: Summary | None


def tell(wish: Wish, console: Console) -> Outcome:
    """Run the demo.

    Raises
    ------
    DemoError
        If it cannot begin or cannot go on.
    """
    site = find_site(wish.site)
    check_speed(site, wish.speedup, wish.modbus)
    channel = site.station.lane[0].weighing_sensors[0].channel
    schedule = Schedule(blows_of(wish.faults, channel), wish.vehicles or FAULT_RUN_VEHICLES)
    steps = Steps(console)
    with ExitStack() as cleanup:
        stopping = cleanup.enter_context(Stopping())
        layout = cleanup.enter_context(workspace(wish.data, wish.keep))
        ports = choose_ports(wish.port)
        line = Line(
            site=site,
            layout=layout,
            ports=ports,
            vehicles=wish.vehicles,
            speedup=wish.speedup,
            modbus=wish.modbus,
            seed=wish.seed,
            broker=wish.broker,
            database=wish.database,
        )
        supervisor = Supervisor(layout.logs, steps.notice)
        cleanup.callback(supervisor.stop, lambda: stopping.impatient)
        running = RunningLine(line, supervisor, Watch(stopping, supervisor))
        cleanup.callback(running.page.close)
        return _live(running, schedule, wish.headless, steps)


def _live(running: RunningLine, schedule: Schedule, headless: bool, steps: Steps) -> Outcome:
    """Prepare, start, watch until the road is empty, and close; an interruption ends it in good order."""
    summary = None
    try:
        prepare(running.line, steps, running.watch)
        running.start(steps)
        steps.console.print(f"\nOpen [bold]{running.login_link(OFFICER)}[/]\n[dim](logs you in once)[/]\n", soft_wrap=True, highlight=False)
        running.start_edge(steps)
        with Screen(running, headless, steps.console) as screen:
            _watch_road(running, schedule, screen, steps)
            health = drain(running, screen.show)
        summary = close(running, health, steps)
        show_summary(summary, steps.console)
        if not headless:
            steps.console.print("\nThe road is empty; the page stays open until Ctrl-C.")
            while True:
                running.watch.pause()
    except InterruptedDemo:
        steps.console.print("\nStopping all programs …")
        if summary is None:
            return Outcome(EXIT_INTERRUPTED if headless else EXIT_OK, None)
    return Outcome(EXIT_FAILED if summary.failures else EXIT_OK, summary)


def _watch_road(running: RunningLine, schedule: Schedule, screen: Screen, steps: Steps) -> None:
    """Show vehicles as they come, and strike when it is time, until the last has passed."""
    while running.truth.complete is None:
        running.watch.pause()
        running.truth.refresh()
        for blow in schedule.due(len(running.truth.vehicles)):
            running.strike(blow, steps)
        screen.show(running.page.news())
