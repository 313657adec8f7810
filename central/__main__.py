"""``wim-central``: the evidence service, and what an administrator does beside it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from central.commands import administration, analysis, holds, log, publications, users, witness
from central.commands.cases import bundle_command, reweigh_command
from central.commands.command_line import Config, Data, Json, OptionalData, Url, faults_end_it
from central.config import Settings, load_settings
from central.evidence.accounts import Role
from central.evidence.receipt_key import PUBLIC_NAME, receipt_key
from central.logging import configure_logging
from central.review.diagram import state_diagram
from contract.faults import EXIT_REJECTED

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
app.add_typer(users.user, name="user")
app.add_typer(users.group, name="group")
app.add_typer(users.token, name="token")
app.add_typer(analysis.aggregates, name="aggregates")
app.add_typer(analysis.carriers, name="carriers")
app.add_typer(holds.app, name="hold")
app.add_typer(log.app, name="log")
app.add_typer(witness.app, name="witness")


@app.command()
def run(
    *,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of database, blobs and keys.")] = None,
    database_url: Url = None,
    broker_host: Annotated[str | None, typer.Option(help="Broker's host.  [default: 127.0.0.1]")] = None,
    broker_port: Annotated[int | None, typer.Option(min=1, max=65_535, help="Broker's port.  [default: 1883]")] = None,
    listen: Annotated[str | None, typer.Option(help="HOST:PORT to serve on; port 0 takes a free one.  [default: 127.0.0.1:8000]")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file (TOML); options win over it.")] = None,
) -> None:
    """Run the service until SIGTERM; exit codes: 0 ended, 1 cannot start, 3 the log does not fit what is stored, 75 start again."""
    configure_logging()
    options: dict[str, Any] = {"data": data, "database_url": database_url, "broker": {"host": broker_host, "port": broker_port}}
    with faults_end_it():
        if listen is not None:
            options["web"] = administration.parse_listen(listen)
        from central.serve import serve  # noqa: PLC0415 - pages and charts take two seconds to load; the other commands need none

        code = serve(load_settings(config, options))
    raise typer.Exit(code)


@app.command()
def keygen(data: Data) -> None:
    """Make the key pair that signs receipts, if there is none, and print where the public half lies."""
    with faults_end_it():
        folder = Settings(data=data).key_folder
        receipt_key(folder)
        typer.echo(folder / PUBLIC_NAME)


@app.command()
def enrol(
    station: Annotated[str, typer.Argument(help="Station id, as in its station file.")],
    name: Annotated[str, typer.Option(help="The station's name for people.")],
    public_key: Annotated[Path, typer.Option(help="The station's Ed25519 public key (PEM).")],
    data: Data,
    database_url: Url = None,
) -> None:
    """Enrol a station, or a further key of it; print the key's id."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database:
        typer.echo(administration.enrol_station(database, station, name, public_key))


app.command()(publications.publish_station)
app.command()(publications.withdraw_station)


@app.command()
def workflow() -> None:
    """Print the way of a case as a state diagram (Mermaid), drawn from the workflow that the service goes by."""
    typer.echo(state_diagram(), nl=False)


@app.command()
def login_link(
    name: Annotated[str, typer.Argument(help="Account to log in.")],
    *,
    data: Data,
    base_url: Annotated[str, typer.Option(help="Address at which the browser reaches central.")] = "http://127.0.0.1:8000",
    create: Annotated[bool, typer.Option("--create", help="Add the account, without a password, if there is none.")] = False,
    role: Annotated[Role, typer.Option(help="Role of an account that is added.")] = Role.REVIEWER,
    lasts_min: Annotated[int, typer.Option(min=1, max=24 * 60, help="Minutes until the link expires.")] = 60,
    database_url: Url = None,
) -> None:
    """Print a link that logs the account in, once."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database:
        token = administration.login_token(database, name, role if create else None, lasts_min)
    typer.echo(f"{base_url.rstrip('/')}/login/once?token={token}")


@app.command()
def records(data: Data, database_url: Url = None, as_json: Json = False) -> None:
    """List every stored record in order of its station and number; with --json one object a line."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database:
        for line in administration.record_lines(database, as_json=as_json):
            typer.echo(line)


@app.command()
def document(
    case: Annotated[int, typer.Argument(min=1, help="Number of the case.")],
    kind: Annotated[str, typer.Argument(help="sheet, proposal or notice.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the PDF.")],
    language: Annotated[str, typer.Option(help="en or zh; a notice holds both.")] = "zh",
    data: OptionalData = None,
    database_url: Url = None,
    config: Config = None,
) -> None:
    """Write a document of a case as PDF/A, and print its SHA-256; one that was not issued yet is issued, by which it is fixed for ever."""
    with faults_end_it():
        settings = load_settings(config, {"data": data, "database_url": database_url})
        from central.commands.documents import write_document  # noqa: PLC0415 - setting type takes a second to load; others need none

        with administration.opened(settings) as database:
            typer.echo(write_document(database, settings, case, kind, language=language, output=output))


@app.command()
def verify(data: OptionalData = None, database_url: Url = None, config: Config = None, as_json: Json = False) -> None:
    """Verify every stored signature, hash, chain and blob and the whole log again; exit code 3 if anything fails, which is named."""
    options: dict[str, Any] = {"data": data, "database_url": database_url}
    with faults_end_it():
        settings = load_settings(config, options)
        with administration.opened(settings) as database:
            sound, lines = administration.verify_lines(database, settings, as_json=as_json)
    for line in lines:
        typer.echo(line)
    if not sound:
        raise typer.Exit(EXIT_REJECTED)


@app.command()
def prune(
    *,
    data: Data,
    not_overloaded_days: Annotated[
        float | None, typer.Option(min=0.001, max=36_500, help="Days after which media and plates of vehicles that were not overloaded go.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file (TOML), for all periods of [retention].")] = None,
    database_url: Url = None,
    compact: Annotated[
        bool,
        typer.Option(
            "--compact",
            help="Rewrite the database too, without what was deleted: PostgreSQL's tables with plates, each locked for the while; "
            "SQLite's file, for what an early version has not overwritten.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Delete now what `run` deletes every hour: pictures, clips and plates that are due, refused messages and exports."""
    with faults_end_it():
        retention = {"not_overloaded_days": not_overloaded_days}
        settings = load_settings(config, {"data": data, "database_url": database_url, "retention": retention})
        with administration.opened(settings) as database:
            for line in administration.deletion_lines(database, settings, as_json=as_json):
                typer.echo(line)
            if compact:
                for left in database.compact():
                    typer.echo(f"not rewritten: {left}", err=True)


@app.command()
def quarantine(data: Data, database_url: Url = None, as_json: Json = False) -> None:
    """List what was refused, newest first, with the reason; with --json one object a line."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database:
        for line in administration.quarantine_lines(database, as_json=as_json):
            typer.echo(line)


app.command("bundle")(bundle_command)
app.command("reweigh")(reweigh_command)


def main() -> None:
    """Entry point of ``wim-central``."""
    app()


if __name__ == "__main__":
    main()
