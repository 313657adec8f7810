"""``wim-central aggregates`` and ``wim-central carriers``: the sums behind the analysis, and whose vehicles are whose."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from central.analysis.carriers import parse_carriers, replace_carriers
from central.clock import now_us
from central.commands import administration
from central.commands.command_line import Data, Json, Url, faults_end_it
from central.config import Settings
from central.evidence.aggregates import rebuild
from central.evidence.database import Database
from contract.faults import EXIT_REJECTED, StopError

aggregates = typer.Typer(help="The sums that the analysis reads.", no_args_is_help=True)
carriers = typer.Typer(help="The register of carriers by plate.", no_args_is_help=True)


@aggregates.command("check")
def check(data: Data, database_url: Url = None, as_json: Json = False) -> None:
    """Compare the sums with those of the records, station by station; exit code 3 if any differs, which is named. Ingest goes on."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database:
        found: list[rebuild.Difference] = []

        def one(station: str, advance: rebuild.Progress) -> None:
            with database.snapshot() as session:
                found.extend(rebuild.check_station(session, station, advance))

        records = _each_station(database, "checking", one)
        with database.snapshot() as session:
            found.extend(rebuild.check_network(session))
    if as_json:
        typer.echo(json.dumps({"records": records, "differences": [str(difference) for difference in found]}, ensure_ascii=False))
    else:
        typer.echo(f"{records} records checked, {len(found)} sums differ")
        for difference in found:
            typer.echo(f"DIFFERS {difference}")
    if found:
        raise typer.Exit(EXIT_REJECTED)


@aggregates.command("rebuild")
def make_anew(data: Data, database_url: Url = None, as_json: Json = False) -> None:
    """Make the sums anew from the records, station by station; while a station's are made, ingest waits and nothing is lost."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database:
        wrong = 0

        def one(station: str, advance: rebuild.Progress) -> None:
            nonlocal wrong
            with database.write() as session:
                wrong += rebuild.rebuild_station(session, station, advance)

        records = _each_station(database, "rebuilding", one)
        with database.write() as session:
            wrong += rebuild.rebuild_network(session)
    typer.echo(json.dumps({"records": records, "wrong": wrong}) if as_json else f"{records} records counted, {wrong} sums were wrong")


@carriers.command("import")
def import_carriers(
    file: Annotated[Path, typer.Argument(help="CSV with the head line plate,carrier; in UTF-8 or GB 18030.")],
    data: Data,
    database_url: Url = None,
) -> None:
    """Put a list of carriers by plate in the place of the register; a list with a bad line changes nothing."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise StopError("bad-carriers", str(file), f"cannot be read: {error.strerror}") from error
        listed = parse_carriers(content, str(file))
        with database.write() as session:
            imported = replace_carriers(session, administration.command_actor(), listed, now_us())
    typer.echo(f"{imported.plates} plates of {imported.carriers} carriers; there were {imported.before} plates before")


def _each_station(database: Database, doing: str, one: Callable[[str, rebuild.Progress], None]) -> int:
    """Do something for each station under one bar, and give how many records it read."""
    with database.read() as session:
        stations, total = rebuild.station_ids(session), rebuild.record_count(session)
    done = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total)

        def advance(count: int) -> None:
            nonlocal done
            done += count
            bar.advance(task, count)

        for station in stations:
            bar.update(task, description=f"{doing} {station}")
            one(station, advance)
    return done
