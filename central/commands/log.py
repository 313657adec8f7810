"""``wim-central log``: signing, checking and proving by hand."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.orm import Session

from central.checkpointing.keeper import Keeper
from central.clock import now_us
from central.commands.administration import command_actor, log_lines, opened
from central.commands.command_line import Config, Json, OptionalData, Url, faults_end_it
from central.config import Settings, load_settings
from central.evidence.database import Database
from central.evidence.journal import Verb, note
from central.evidence.log import leaves, tree
from central.evidence.log.audit import audit_log
from central.evidence.log.checkpoints import StoredCheckpoint, checkpoint_for, latest_checkpoints, log_key
from central.evidence.log.edge import continuation_failures
from central.evidence.log.leaves import LoggedLeaf
from central.evidence.log.memory import recall
from central.evidence.log.peers import peers
from central.evidence.log.vouching import own_verifier
from contract.faults import EXIT_REJECTED, StopError
from contract.log.checkpoints import Checkpoint, open_checkpoint, proof_text
from contract.log.notes import Note
from contract.log.tree import verify_inclusion

app = typer.Typer(help="The log: sign it, check it, prove what is in it.", no_args_is_help=True)
SHOWN: Final = 20
Seq = Annotated[int, typer.Argument(min=1, max=2**53 - 1, help="The record's number at its station.")]


@app.command()
def keys(data: OptionalData = None, database_url: Url = None, config: Config = None) -> None:
    """Print the log's public key as witnesses and verifiers are given it, and the witness's where one is set."""
    with faults_end_it():
        settings = _settings(config, data, database_url)
        typer.echo(f"log      {log_key(settings.key_folder, settings.log.origin).verifier}")
        for key in settings.log.witness_keys:
            typer.echo(f"witness  {key}")


@app.command()
def checkpoint(data: OptionalData = None, database_url: Url = None, config: Config = None) -> None:
    """Sign the log now, have witness and time stamp authority asked, and print the checkpoint; exit code 3 if one of them did not vouch."""
    with faults_end_it(), _keeping(_settings(config, data, database_url), "log/checkpoint") as (database, keeper):
        keeper.check_against_witness()
        made = keeper.keep(anew=True)
        with database.read() as session:
            states = peers(session)
    if made is not None:
        typer.echo(str(made.note), nl=False)
        stamped = "none" if made.stamped_us is None else f"{made.stamped_us} µs"
        typer.echo(f"cosigned by {', '.join(one.witness for one in made.cosigned) or 'nobody'}; time stamp: {stamped}", err=True)
    failed = [state.what for state in states.values() if state.code is not None]
    for what in failed:
        typer.echo(f"wim-central: {what}", err=True)
    if failed:
        raise typer.Exit(EXIT_REJECTED)


@app.command()
def check(
    *,
    data: OptionalData = None,
    database_url: Url = None,
    config: Config = None,
    against: Annotated[list[Path] | None, typer.Option(help="A checkpoint that somebody has kept; the log must continue it.")] = None,
    as_json: Json = False,
) -> None:
    """Recompute the whole log and compare it with all that is stored and signed; exit code 3 if anything does not fit, which is named."""
    with faults_end_it(), _keeping(_settings(config, data, database_url), "log/check") as (database, keeper):
        memory = recall(keeper.folder, keeper.trusted.log)
        with database.snapshot() as session, _bar("leaves") as progress:
            found = audit_log(session, keeper.trusted, memory, progress)
            for path in against or ():
                found.failures += _against(session, path, keeper)
        try:
            keeper.check_against_witness()
        except StopError as error:
            found.failures.append(str(error))
    for line in [json.dumps(found.as_json())] if as_json else log_lines(found):
        typer.echo(line)
    if found.failures:
        raise typer.Exit(EXIT_REJECTED)


@app.command()
def prove(
    station: Annotated[str, typer.Argument(help="Station id.")],
    seq: Seq,
    *,
    data: OptionalData = None,
    database_url: Url = None,
    config: Config = None,
    leaf_file: Annotated[Path | None, typer.Option("--leaf", help="Write the leaf's bytes there.")] = None,
) -> None:
    """Print the proof that a record is in the log (c2sp.org/tlog-proof), verified; its last part is the checkpoint it leads to."""
    with faults_end_it(), _keeping(_settings(config, data, database_url), f"vehicle/{station}/{seq}", Verb.EXPORTED) as (database, _):
        with database.read() as session:
            _prove(session, leaves.leaf_of_record(session, station, seq), f"record {station}/{seq}", leaf_file)


@app.command()
def prove_act(
    number: Annotated[int, typer.Argument(min=1, max=2**53 - 1, help="The act's number in the journal.")],
    *,
    data: OptionalData = None,
    database_url: Url = None,
    config: Config = None,
    leaf_file: Annotated[Path | None, typer.Option("--leaf", help="Write the leaf's bytes there.")] = None,
) -> None:
    """Print the proof that an act of the journal is in the log, verified."""
    with faults_end_it(), _keeping(_settings(config, data, database_url), f"act/{number}", Verb.EXPORTED) as (database, _):
        with database.read() as session:
            _prove(session, leaves.leaf_of_act(session, number), f"act {number}", leaf_file)


@app.command()
def show(data: OptionalData = None, database_url: Url = None, config: Config = None) -> None:
    """List the last checkpoints with what witness and time stamp authority said, newest first."""
    with faults_end_it(), opened(_settings(config, data, database_url)) as database, database.read() as session:
        typer.echo(f"{leaves.size(session)} leaves")
        for one in latest_checkpoints(session, SHOWN):
            typer.echo(_line(one))
        for peer, state in peers(session).items():
            typer.echo(f"{peer}: {state.what or 'answers'}")


def _settings(config: Path | None, data: Path | None, database_url: str | None) -> Settings:
    options: dict[str, Any] = {"data": data, "database_url": database_url}
    return load_settings(config, options)


@contextmanager
def _keeping(settings: Settings, subject: str, verb: Verb = Verb.DID) -> Iterator[tuple[Database, Keeper]]:
    """Open the log and note what is done to it."""
    with opened(settings) as database:
        keeper = Keeper(database, settings, now_us=now_us)
        with database.write() as session:
            note(session, command_actor(), verb, subject, now_us=now_us())
        try:
            yield database, keeper
        finally:
            keeper.close()


def _against(session: Session, path: Path, keeper: Keeper) -> list[str]:
    """Hold the log against a checkpoint in a file."""
    source = str(path)
    try:
        note_ = Note.parse(path.read_bytes(), source)
        origin = Checkpoint.parse(note_.text, source).origin
        earlier = open_checkpoint(note_, own_verifier(keeper.trusted.log, origin), source)
    except OSError as error:
        raise StopError("file-unreadable", source, str(error)) from error
    return continuation_failures(session, earlier, f"checkpoint in {source}")


def _prove(session: Session, leaf: LoggedLeaf | None, name: str, leaf_file: Path | None) -> None:
    if leaf is None:
        raise StopError("no-such-leaf", name, "is not in the log")
    covering = checkpoint_for(session, leaf.index)
    if covering is None:
        raise StopError("not-signed-yet", name, f"is leaf {leaf.index}, which no checkpoint covers yet; run `wim-central log checkpoint`")
    proof = tree.inclusion_proof(session, leaf.index, covering.size)
    verify_inclusion(leaf.data, proof, covering.root, name)
    typer.echo(proof_text(proof, covering.note), nl=False)
    if leaf_file is not None:
        leaf_file.write_bytes(leaf.data)


def _line(one: StoredCheckpoint) -> str:
    cosigned = ", ".join(f"{each.witness} at {each.time_s} s" for each in one.cosigned) or "nobody"
    stamped = "no time stamp" if one.stamped_us is None else f"time stamp of {one.stamped_us} µs"
    return f"{one.id} size {one.size} root {one.root.hex()[:16]} made {one.made_us} µs, cosigned by {cosigned}, {stamped}"


@contextmanager
def _bar(what: str) -> Iterator[Any]:
    """Draw a progress bar on standard error, where that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what)
        yield lambda done, total: bar.update(task, completed=done, total=total)
