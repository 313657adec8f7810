"""`wim-edge`: weigh, replay, make keys, show and check rules. Exit codes are those of `contract.faults`; see docs/architecture.md."""

import json
import logging
import re
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from contract.faults import EXIT_OK, EXIT_REJECTED, RejectError, StopError
from contract.recordable import gross_kg, recordable, whole_kg, whole_u_kg
from contract.rules import rule_book
from contract.vehicles import Vehicle
from edge.config import Setup, read_calibrations, read_station
from edge.lines import crossings_of
from edge.records.keystore import create_key, public_pem
from edge.replay import line_of, replay
from edge.reweigh_command import reweigh_command
from edge.rules_command import app as rules_app
from edge.supervisor import run_station

app = typer.Typer(help="The station's edge service: weighs every vehicle at traffic speed and signs a record of it.", no_args_is_help=True)
app.add_typer(rules_app, name="rules")
app.command("reweigh")(reweigh_command)

LOOPBACK_URL = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}/?")

StationOption = Annotated[Path, typer.Option("--station", help="Station file (TOML): sensors, devices, cameras, uplink, gates.")]
CalibrationOption = Annotated[
    list[Path] | None,
    typer.Option("--calibration", help="Calibration file of one lane; may be given once per lane. Without it nothing is enforceable."),
]


@app.command()
def run(
    station: StationOption,
    data: Annotated[Path, typer.Option(help="Folder of the station's key, outbox and media (made by keygen).")],
    *,
    calibration: CalibrationOption = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            help="Ledger of calibration certificates (SQLite), watched while running. With it, only what a certificate covers is "
            "enforceable, within the dates of its verification; --calibration then serves until the lane's first certificate."
        ),
    ] = None,
    listen: Annotated[str, typer.Option(help="Loopback address for plate reads and health, host:port.")] = "127.0.0.1:8701",
    plates_url: Annotated[
        str | None,
        typer.Option(
            help="Loopback address of the plate reader, as http://127.0.0.1:8702: it is told of every vehicle and fetches its stills."
        ),
    ] = None,
    json_log: Annotated[bool, typer.Option("--json-log", help="Write the log as JSON lines.")] = False,
) -> None:
    """Run the station until SIGTERM: weigh, match, judge, sign, deliver."""
    configure_log(as_json=json_log)
    site, text = read_station(station)
    if ledger is not None and not site.signatory:
        what = (
            "names no [[signatory]], so nobody could put a calibration into force; add who may propose and approve, or leave out --ledger"
        )
        raise StopError("no-signatory", str(station), what)
    setup = Setup(site, text, read_calibrations(calibration or [], site), ledger, data, listen, _loopback_url(plates_url))
    raise typer.Exit(run_station(setup))


def _loopback_url(text: str | None) -> str | None:
    """Refuse an address that leaves this machine: where vehicles pass is nobody else's business."""
    if text is None or LOOPBACK_URL.fullmatch(text):
        return text
    raise StopError("plates-url", text[:200], "is no http://127.0.0.1:PORT or http://localhost:PORT; the plate reader is on this machine")


@app.command("replay")
def replay_command(
    captures: Annotated[list[Path], typer.Argument(help="Capture files (HDF5), weighed in the order given.")],
    station: StationOption,
    calibration: CalibrationOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per vehicle on standard output.")] = False,
    crossings: Annotated[bool, typer.Option("--crossings", help="Add each sensor's nominal loads and crossings (JSON only).")] = False,
) -> None:
    """Weigh recorded captures with the station's own pipeline, without its devices."""
    configure_log(as_json=False)
    site, _ = read_station(station)
    calibrations = read_calibrations(calibration or [], site)
    rules = rule_book(site.station.rules)
    table = Table("sample", "km/h", "class", "axles, kg", "gross, kg", "± kg", "limit, kg", "outcome", "flags", box=None, pad_edge=False)
    with _progress() as progress:
        for path in captures:
            task = progress.add_task(path.name, total=None)

            def advance(done: int, of: int, task: Any = task) -> None:  # noqa: ANN401 - rich's own id
                progress.update(task, completed=done, total=of)

            for vehicle, reader in replay(site, calibrations, path, advance):
                line = {"capture": path.name, **line_of(vehicle, reader, site, rules), **(crossings_of(vehicle) if crossings else {})}
                if as_json:
                    typer.echo(json.dumps(line, ensure_ascii=False))
                else:
                    table.add_row(*_cells(line, vehicle))
    if not as_json:
        Console().print(table)


@app.command()
def keygen(
    data: Annotated[Path, typer.Option(help="Folder of the station; keys/station.key is made in it and never overwritten.")],
) -> None:
    """Make the station's signing key; prints the public key's file, which central enrols."""
    folder = data / "keys"
    folder.mkdir(parents=True, exist_ok=True)
    public = folder / "station.pub.pem"
    public.write_bytes(public_pem(create_key(folder / "station.key")))
    typer.echo(str(public))


def _progress() -> Progress:
    """Make a bar on standard error, so that standard output stays the result."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _cells(line: dict[str, Any], vehicle: Vehicle) -> list[str]:
    """Write a vehicle as a row of the table, loads as the record of it would carry them."""
    carried = recordable(vehicle)
    loads = " ".join(f"{whole_kg(axle.load_kg):,}" for axle in carried.axles)
    limit = "" if line["limit_kg"] is None else f"{line['limit_kg']:,}"
    flags = " ".join(f"{flag}={figure:g}" for flag, figure in line["flags"].items())
    gross, u = f"{gross_kg(carried):,}", f"{whole_u_kg(carried.gross_u_kg):,}"
    cells = [f"{line['first_axle_sample']:.0f}", f"{line['speed_kmh']:.1f}", line["class"], loads, gross, u, limit]
    return [*cells, line["outcome"], flags]


def configure_log(*, as_json: bool) -> None:
    """Write one line per event to standard error, key=value or JSON."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main() -> NoReturn:
    """Run the command line; an error of ours becomes one line and its exit code."""
    try:
        app()
    except (RejectError, StopError) as error:
        typer.echo(f"wim-edge: {error}", err=True)
        sys.exit(EXIT_REJECTED)
    sys.exit(EXIT_OK)


if __name__ == "__main__":
    main()
