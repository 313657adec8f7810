"""What the commands of ``wim-central`` share: their common options, and how a fault ends one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from contract.faults import EXIT_FAILED, EXIT_RESTART, Reaction, WimError

Data = Annotated[Path, typer.Option("--data", help="Folder of database, blobs and keys.")]
Url = Annotated[str | None, typer.Option("--database-url", help="sqlite:///PATH or postgresql://…; default: SQLite in the data folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
OptionalData = Annotated[Path | None, typer.Option("--data", help="Folder of database, blobs and keys; needed unless --config names it.")]
Config = Annotated[Path | None, typer.Option("--config", help="Settings file (TOML), as for `run`; options win over it.")]


@contextmanager
def faults_end_it() -> Iterator[None]:
    """Say what is wrong in one line and end; only what may pass by itself asks for another start."""
    try:
        yield
    except WimError as error:
        typer.echo(f"wim-central: {error}", err=True)
        raise typer.Exit(EXIT_RESTART if error.reaction is Reaction.RETRY else EXIT_FAILED) from error
