"""How fast the analysis answers with ten million passages in its sums: a table for SQLite and one for PostgreSQL.

Run it with ``python -m bench.analysis_scale [--passages N] [--stations N] [--years N] [--keep FOLDER] [--no-postgresql]`` from the
project's root; on Linux, for the processor time is read from /proc. The sums are filled by the code that ingest fills them with, but no
record is signed, verified or stored (`bench.analysis_sums` says what is left out): to sign ten million takes hours and changes no sum.
`bench.central_scale` measures the same pages over records that came through ingest. PostgreSQL gets the same rows by COPY, and
`wim-central run` serves them as a process of its own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import structlog
import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from bench.analysis_sums import GROUP, fill_sums
from bench.central_copy import copy_database
from bench.central_fleet import Plan
from bench.central_load import opened
from bench.central_scale import Question, measure, served
from central.analysis.selection import MONTHS_MAX, YEAR_MIN, Period, month_text
from central.context import Central
from central.evidence.aggregates.calendar import MONTHS_PER_YEAR
from central.evidence.aggregates.rebuild import check_network
from central.evidence.database import Database
from central.evidence.models import Case, NetworkDay, OverloadPlate
from central.web.analysis.tables import TABLE_IDS
from tests.postgres import new_database, running_postgres

OVERLOAD_EVERY: Final = 55
"""Of so many passages one is an overload."""
DAYS_PER_YEAR: Final = 365
WARMING: Final = 2
"""Requests that `measure` makes before those that it counts."""
OPERATIONS: Final = ("stations", "time", "hours", "configurations", "degrees", "carriers", "plates", "patrol")

_CONSOLE: Final = Console()


def questions(plan: Plan) -> list[Question]:
    """Give what is asked: of the last year, of all that is there, of the longest period, of one group, of one station."""
    year = Period.last_year(plan.until_us)
    last, first = month_text(year.end - 1), month_text(year.end - 12 * (plan.days // DAYS_PER_YEAR) - 1)
    everything = f"from={first}&until={last}"
    longest = f"from={month_text(max(year.end - MONTHS_MAX, YEAR_MIN * MONTHS_PER_YEAR))}&until={last}"
    station = plan.station_ids[plan.stations // 2]
    asked = [
        ("page, last year", "/analysis"),
        ("charts, last year", "/analysis/charts.json"),
        ("page, all there is", f"/analysis?{everything}"),
        ("charts, all there is", f"/analysis/charts.json?{everything}"),
        ("page, all there is by day", f"/analysis?{everything}&step=day"),
        ("charts, all there is by day", f"/analysis/charts.json?{everything}&step=day"),
        ("page, longest period", f"/analysis?{longest}"),
        ("page, one group, last year", f"/analysis?group={GROUP}"),
        ("page, one group, all there is", f"/analysis?group={GROUP}&{everything}"),
        ("charts, one group, all there is", f"/analysis/charts.json?group={GROUP}&{everything}"),
        ("page, one station, all there is", f"/analysis?station={station}&{everything}"),
        *((f"CSV, {name}, all there is", f"/analysis/{name}.csv?{everything}") for name in TABLE_IDS),
        *((f"API, {name}, all there is", f"/api/v1/analysis/{name}?{everything}") for name in OPERATIONS),
    ]
    return [Question(name, lambda address=address: address) for name, address in asked]


@dataclass(frozen=True, slots=True)
class Result:
    """What one question took, in ms: by the clock, and of processor time, which other work on the machine does not lengthen as much."""

    question: str
    p50: float
    p95: float
    processor: float


def report(name: str, database: Database, results: list[Result]) -> None:
    """Print the table of one database."""
    with database.read() as session:
        passages = session.scalar(select(func.sum(NetworkDay.passages))) or 0
        plates = session.scalar(select(func.count()).select_from(OverloadPlate)) or 0
        cases = session.scalar(select(func.count()).select_from(Case)) or 0
    title = f"{name}: {int(passages):,} passages, {plates:,} rows of plates, {cases:,} cases"
    table = Table("analysis", "p50, ms", "p95, ms", "processor, ms", title=title)
    for one in results:
        table.add_row(one.question, f"{one.p50:.0f}", f"{one.p95:.0f}", f"{one.processor:.0f}")
    _CONSOLE.print(table)


def main(
    *,
    passages: Annotated[int, typer.Option(min=10_000, help="Vehicles in the sums.")] = 10_000_000,
    stations: Annotated[int, typer.Option(min=3, max=200, help="Stations over which they pass.")] = 200,
    years: Annotated[int, typer.Option(min=1, max=9, help="Over which they are spread.")] = 3,
    requests: Annotated[int, typer.Option(min=5, help="Requests of each kind.")] = 20,
    keep: Annotated[
        Path | None, typer.Option(help="Folder in which what is filled stays, for a further run.  [default: a temporary one]")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the traffic.")] = 1,
    postgresql: Annotated[bool, typer.Option(help="Copy it to PostgreSQL too, and measure there.")] = True,
) -> None:
    """Fill the sums, and measure."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    plan = Plan(seed, stations, passages, passages // OVERLOAD_EVERY, time.time_ns() // 1_000, years * DAYS_PER_YEAR)
    with tempfile.TemporaryDirectory(prefix="wim-analysis-") if keep is None else nullcontext(keep) as name:
        place = Path(name)
        with opened(place, plan) as loaded:
            database = loaded.central.database
            _fill(database, plan)
            _measure_one("SQLite", loaded.central, plan, requests)
            if not postgresql:
                return
            with running_postgres() as cluster:
                url = new_database(cluster, "analysis")
                copy_database(database, url)
                # A log of its own, which grows from here: the key remembers how far it has signed.
                shutil.copytree(place / "keys", place / "postgresql" / "keys", dirs_exist_ok=True)
                with opened(place / "postgresql", plan, url) as copied:
                    _measure_one("PostgreSQL", copied.central, plan, requests)


def _fill(database: Database, plan: Plan) -> None:
    """Fill the sums, unless a folder that was kept holds them."""
    with database.read() as session:
        if session.scalar(select(NetworkDay.day).limit(1)) is not None:
            return
    began = time.monotonic()
    fill_sums(database, plan)
    _CONSOLE.print(f"counted {plan.records:,} passages at {plan.records / (time.monotonic() - began):,.0f} a second")


def _measure_one(name: str, central: Central, plan: Plan, requests: int) -> None:
    with central.database.snapshot() as session:
        if differing := check_network(session):
            msg = f"{name}: {differing[0]}"
            raise RuntimeError(msg)
    results: list[Result] = []
    with served(central.settings.data, central.settings.url) as client:
        for question in questions(plan):
            before_s = _processor_s(os.getpid())
            ((_, p50, p95),) = measure(client, [question], requests)
            spent_s = _processor_s(os.getpid()) - before_s
            results.append(Result(question.name, p50, p95, 1e3 * spent_s / (requests + WARMING)))
    report(name, central.database, results)


def _processor_s(pid: int) -> float:
    """Give the processor time of the processes that one has started, and that these have: the service, and the database's server."""
    spent_s = 0.0
    for child in [int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()]:
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        spent_s += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + _processor_s(child)
    return spent_s


if __name__ == "__main__":
    typer.run(main)
