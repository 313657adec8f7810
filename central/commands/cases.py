"""``wim-central bundle`` and ``wim-central reweigh``: what is taken out of central about one case, and its weighing repeated."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from central.bundles.make import make_bundle
from central.clock import now_us
from central.commands.administration import command_actor, opened
from central.commands.command_line import Config, Json, OptionalData, Url, faults_end_it
from central.commands.output import write_whole
from central.config import Settings, load_settings
from central.context import Central
from central.evidence.blobs import BlobStore
from central.evidence.derived import DerivedFolder
from central.evidence.subject import subject_of
from central.reweighing.result import Outcome, Result
from central.reweighing.reweigh import reweigh
from contract.faults import EXIT_REJECTED, RejectError

SubjectArgument = Annotated[
    str, typer.Argument(metavar="CASE|STATION/SEQ", help="A case by its number, or any vehicle: 12, or G104-K12/345.")
]


def bundle_command(
    subject: SubjectArgument,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write; it must not exist.")],
    data: OptionalData = None,
    database_url: Url = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Write the evidence bundle of a case: records, media, parameters, rules, history and proofs in one file for `wim-verify`.

    The log is signed first if it has grown; witness and time stamp authority are asked where the settings (--config) name them.
    """
    with faults_end_it(), _central(config, data, database_url) as central, _bar() as progress:
        gathering = progress.add_task("gathering", total=None)
        made = make_bundle(
            central,
            lambda session: subject_of(session, subject),
            command_actor(),
            lambda done, of: progress.update(gathering, completed=done, total=of),
        )
        progress.remove_task(gathering)
        writing = progress.add_task("writing", total=made.size)
        _write(output, made.chunks(lambda done, of: progress.update(writing, completed=done, total=of)))
    told = {"file": str(output), "size": made.size, "members": len(made.parts), "record_sha256": made.manifest.record_sha256}
    typer.echo(
        json.dumps(told) if as_json else f"{output}: {made.size} bytes, {len(made.parts)} members; check it with: wim-verify {output}"
    )


def reweigh_command(
    subject: SubjectArgument,
    *,
    data: OptionalData = None,
    database_url: Url = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Weigh a case's kept capture again by the station's own software, and hold it against the signed record, to the kilogram.

    The result is kept and noted in the journal. Exit code 3 unless it is equal in every figure by the same software.
    """
    with faults_end_it(), _central(config, data, database_url) as central:
        with central.database.read() as session:
            found = subject_of(session, subject)
        with Progress(
            SpinnerColumn(), TextColumn("weighing again"), TimeElapsedColumn(), console=Console(stderr=True), transient=True
        ) as bar:
            bar.add_task("", total=None)
            result = reweigh(central, found, command_actor())
    for line in [result.model_dump_json()] if as_json else result_lines(result):
        typer.echo(line)
    if result.outcome is not Outcome.EQUAL:
        raise typer.Exit(EXIT_REJECTED)


def result_lines(result: Result) -> Iterator[str]:
    """Give the lines that a person reads."""
    yield f"{'':10}{'signed':>10}{'again':>10}"
    for name, signed, again in _rows(result):
        yield f"{name:10}{signed:>10}{'–' if again is None else again:>10}"
    for one in result.differences:
        yield f"DIFFERS {one.field}: signed {one.signed}, again {one.again}"
    match result.outcome:
        case Outcome.EQUAL:
            yield "equal in every figure, to the kilogram, by the same software"
        case Outcome.OTHER_SOFTWARE:
            by = "" if result.weighed_by is None else f" and weighed again by {result.weighed_by.version} ({result.weighed_by.sha256[:16]})"
            made = result.made_by
            yield f"not a repetition: made by {made.version} ({made.sha256[:16]}){by}; that needs the station's version here"
        case Outcome.DIFFERS:
            yield f"FAILED: the same software does not give the signed weights again{'' if result.what is None else f': {result.what}'}"
        case Outcome.REFUSED:
            yield f"FAILED {result.what}"


def _rows(result: Result) -> Iterator[tuple[str, int, int | None]]:
    yield "gross, kg", result.signed_gross_kg, result.gross_kg
    for number, signed in enumerate(result.signed_axles_kg, 1):
        yield f"axle {number}, kg", signed, result.axles_kg[number - 1] if number <= len(result.axles_kg) else None


@contextmanager
def _central(config: Path | None, data: Path | None, database_url: str | None) -> Iterator[Central]:
    settings: Settings = load_settings(config, {"data": data, "database_url": database_url})
    with opened(settings) as database:
        yield Central(settings, database, BlobStore(settings.blob_folder), now_us, DerivedFolder(settings.derived_folder))


def _write(path: Path, chunks: Iterator[bytes]) -> None:
    """Write a new file."""
    if path.exists():
        raise RejectError("file-exists", str(path), "is there already and is not written over; give another name")
    try:
        write_whole(path, chunks)
    except OSError as error:
        raise RejectError("file-unwritable", str(path), f"cannot be written: {error.strerror}") from error


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
