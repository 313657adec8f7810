"""What is seen while vehicles pass: the live table, or nothing but notices in a headless run."""

from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.live import Live

from contract.records import VehicleRecord
from demo.running import RunningLine
from demo.table import VehicleTable

REFRESH_HZ: Final = 4


class Screen:
    """Context in which the table is on the screen; notices of the line are written above it."""

    def __init__(self, running: RunningLine, headless: bool, console: Console) -> None:
        self._running = running
        self._table = VehicleTable()
        self._live = None if headless else Live(self._table, console=console, refresh_per_second=REFRESH_HZ)

    def show(self, news: list[VehicleRecord]) -> None:
        """Add vehicles, and count anew."""
        self._table.add(news)
        truth = self._running.truth
        counts = f"{len(truth.vehicles)} passed · {len(self._running.page.records)} recorded in central"
        self._table.caption = counts if truth.complete is None else f"{counts} · the road is empty, the station hands over what it holds"

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()
