"""The live table of vehicles in the terminal."""

import datetime as dt
from collections import deque
from collections.abc import Iterable
from typing import Final

from rich.table import Table
from rich.text import Text

from contract.records import VehicleRecord
from contract.units import KMH_PER_M_S, MM_PER_M, US_PER_S
from contract.verdicts import Outcome
from demo.axle_picture import axle_picture

ROWS: Final = 18
"""Latest vehicles shown; what is older is on the page."""

KG_PER_T: Final = 1_000

WORDS: Final = {
    Outcome.WITHIN_LIMITS: ("within limits", "green"),
    Outcome.INSIDE_GUARD_BAND: ("inside guard band", "yellow"),
    Outcome.OVERLOAD: ("OVERLOAD", "bold red"),
    Outcome.NOT_ASSESSABLE: ("not assessable", "dim"),
}


class VehicleTable:
    """The latest vehicles, and a caption with what is counted."""

    def __init__(self) -> None:
        self._rows: deque[tuple[str | Text, ...]] = deque(maxlen=ROWS)
        self.caption = "the road is empty"

    def add(self, records: Iterable[VehicleRecord]) -> None:
        """Append vehicles, in order of passage."""
        self._rows.extend(_row(record) for record in records)

    def __rich__(self) -> Table:
        """Draw it as it is now."""
        table = Table(caption=self.caption, caption_justify="left", box=None, pad_edge=False, header_style="dim")
        table.add_column("time", no_wrap=True)
        table.add_column("plate", no_wrap=True)
        table.add_column("axles", no_wrap=True, min_width=24)
        table.add_column("class", no_wrap=True)
        table.add_column("km/h", justify="right")
        table.add_column("gross t", justify="right", no_wrap=True)
        table.add_column("± U", justify="right", no_wrap=True)
        table.add_column("limit t", justify="right")
        table.add_column("verdict", no_wrap=True)
        for row in self._rows:
            table.add_row(*row)
        return table


def _row(record: VehicleRecord) -> tuple[str | Text, ...]:
    passed = dt.datetime.fromtimestamp(record.time_us / US_PER_S, tz=dt.UTC).astimezone()
    gross = record.verdict.gross
    return (
        f"{passed:%H:%M:%S}",
        record.plate or "—",
        axle_picture(record.axles),
        record.vehicle_class,
        f"{record.speed_mm_s / MM_PER_M * KMH_PER_M_S:.0f}",
        f"{record.gross_kg / KG_PER_T:.1f}",
        f"{record.gross_u_kg / KG_PER_T:.1f}",
        "—" if gross is None else f"{gross.limit_kg / KG_PER_T:.0f}",
        verdict_words(record),
    )


def verdict_words(record: VehicleRecord) -> Text:
    """Say the verdict; an overload that may not be enforced is not shown in red, and says why."""
    word, style = WORDS[record.verdict.outcome]
    if record.verdict.outcome is Outcome.OVERLOAD and not record.verdict.enforceable:
        reason = record.verdict.barred_by[0].bar.value.replace("-", " ")
        return Text.assemble((word, "bold"), (f" not enforceable: {reason}", "dim"))
    return Text(word, style)
