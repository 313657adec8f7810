"""``wim-central hold``: orders not to delete, placed, listed and lifted by whoever gives the name, which the journal keeps."""

import datetime as dt
import json
from dataclasses import asdict, replace
from typing import Annotated, Final

import typer

from central.clock import local_time, now_us
from central.commands.administration import command_actor, opened
from central.commands.command_line import Data, Json, Url, faults_end_it
from central.config import Settings
from central.evidence.holds import Hold, hold_plate, hold_vehicle, holds, lift_hold
from central.evidence.journal import Actor
from contract.faults import StopError

PERSON_MAX: Final = 60
SEQ_DIGITS_MAX: Final = 15
Reason = Annotated[str, typer.Option(help="By whose order, and why.")]
By = Annotated[str, typer.Option(help="Who you are, for the journal.")]

app = typer.Typer(help="Orders not to delete what belongs to a vehicle or a plate.", no_args_is_help=True)


@app.command()
def add(
    *,
    data: Data,
    reason: Reason,
    by: By,
    vehicle: Annotated[str | None, typer.Option(help="STATION/NUMBER of one vehicle.")] = None,
    plate: Annotated[str | None, typer.Option(help="Whole plate: all its vehicles, also those to come.")] = None,
    database_url: Url = None,
) -> None:
    """Keep what belongs to a vehicle or a plate from deletion, and print the hold's number."""
    with faults_end_it(), opened(Settings(data=data, database_url=database_url)) as database:
        actor = _actor(by)
        if plate is not None and vehicle is None:
            with database.write() as session:
                typer.echo(hold_plate(session, actor, plate, reason, now_us()))
            return
        if plate is not None or vehicle is None:
            raise StopError("bad-hold", "hold", "needs either --vehicle STATION/NUMBER or --plate PLATE")
        station, _, seq = vehicle.partition("/")
        if not seq.isdecimal() or len(seq) > SEQ_DIGITS_MAX:
            raise StopError("bad-hold", f"--vehicle {vehicle[:60]!r}", "is not STATION/NUMBER, such as G104-K12/27")
        with database.write() as session:
            typer.echo(hold_vehicle(session, actor, station, int(seq), reason=reason, now_us=now_us()))


@app.command("list")
def list_(data: Data, database_url: Url = None, as_json: Json = False) -> None:
    """List every hold, those in force first, with their plates; with --json one object a line."""
    settings = Settings(data=data, database_url=database_url)
    with faults_end_it(), opened(settings) as database:
        with database.read() as session:
            found = holds(session)
        for hold in found:
            typer.echo(json.dumps(asdict(hold), ensure_ascii=False) if as_json else _line(hold, settings.review.zone))


@app.command()
def lift(
    number: Annotated[int, typer.Argument(min=1, help="The hold's number.")],
    *,
    data: Data,
    reason: Reason,
    by: By,
    database_url: Url = None,
) -> None:
    """Let the schedule have what a hold kept."""
    with faults_end_it(), opened(Settings(data=data, database_url=database_url)) as database:
        with database.write() as session:
            lift_hold(session, _actor(by), number, reason, now_us())
        typer.echo(f"hold {number} is lifted")


def _actor(by: str) -> Actor:
    """Give who acts: the person that is named, with the account of whoever types the command."""
    name = by.strip()
    if not 1 <= len(name) <= PERSON_MAX:
        raise StopError("no-person", "--by", f"has {len(name)} characters; name yourself in 1 to {PERSON_MAX}")
    return replace(command_actor(), person=name)


def _line(hold: Hold, zone: dt.tzinfo) -> str:
    what = hold.plate or ("a plate" if hold.station is None else f"{hold.station}/{hold.seq}")
    since = f"since {_day(hold.placed_us, zone)} by {hold.placed_by}: {hold.reason}"
    until = "" if hold.lifted_us is None else f"; lifted {_day(hold.lifted_us, zone)} by {hold.lifted_by}: {hold.lifted_reason}"
    return f"{hold.id} {what} {since}{until}"


def _day(time_us: int, zone: dt.tzinfo) -> str:
    return local_time(time_us, zone).date().isoformat()
