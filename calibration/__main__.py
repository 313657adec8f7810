"""`wim-calibration`: fit a lane's gains from reference runs, look at a calibration."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from calibration.fit import fit_gains
from calibration.model import Calibration, load_calibration
from calibration.passages import replay_passages
from calibration.runs import match_runs, parse_runs
from contract.captures import CaptureHeader, CaptureReader
from contract.faults import EXIT_REJECTED, RejectError, WimError
from contract.station import Lane, parse_station

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Calibrate a station's scale against reference vehicles.")


@app.command()
def fit(
    capture: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Capture (HDF5) that holds the reference runs.")],
    *,
    station: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Station file (TOML).")],
    runs: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Reference runs with static axle loads (CSV).")],
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="Calibration file to write (JSON).")],
    name: Annotated[str | None, typer.Option("--id", help="Name of the calibration; by default from station, lane and time.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the calibration as JSON instead of a table.")] = False,
) -> None:
    """Fit one gain per sensor from the runs of vehicles with known axle loads."""
    created = datetime.now(UTC).replace(microsecond=0)
    site = parse_station(_text(station), str(station))
    header = _header(capture)
    lane = _lane(site.lane, header, capture)
    notes = parse_runs(_text(runs), str(runs))
    passages = match_runs(notes, replay_passages(station, capture), lane.rate_hz)
    calibration = fit_gains(
        lane,
        passages,
        name=name or f"{site.station.id}-{lane.id}-{created:%Y%m%dT%H%M%SZ}",
        station=site.station.id,
        created=created,
        pavement_c=header.pavement_c,
    )
    output.write_text(calibration.dump(), encoding="utf-8")
    _show(calibration, as_json=as_json)


@app.command()
def show(
    calibration: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Calibration file (JSON).")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON with the digest instead of a table.")] = False,
) -> None:
    """Show a calibration's gains, conditions and digest."""
    _show(load_calibration(_text(calibration), str(calibration)), as_json=as_json)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RejectError("not-text", str(path), f"is no UTF-8 text ({error.reason} at byte {error.start}); give a text file") from error


def _header(capture: Path) -> CaptureHeader:
    with capture.open("rb") as stream:
        return CaptureReader(stream, str(capture)).header


def _lane(lanes: tuple[Lane, ...], header: CaptureHeader, capture: Path) -> Lane:
    for lane in lanes:
        if lane.id == header.lane:
            return lane
    held = ", ".join(str(lane.id) for lane in lanes)
    raise RejectError("capture-lane", str(capture), f"was recorded on lane {header.lane}; the station file has {held}")


def _show(calibration: Calibration, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**calibration.model_dump(mode="json"), "digest": calibration.digest()}, ensure_ascii=False))
        return
    typer.echo(f"calibration {calibration.id}  station {calibration.station}  lane {calibration.lane}")
    typer.echo(f"fitted {calibration.created.isoformat()} from {len(calibration.runs)} runs", nl=False)
    typer.echo(f", {calibration.speed_min_kmh:g} to {calibration.speed_max_kmh:g} km/h", nl=False)
    typer.echo("" if calibration.pavement_c is None else f", pavement {calibration.pavement_c:g} °C")
    for name, sensor in calibration.sensors.items():
        typer.echo(f"  {name:<12} gain {sensor.gain:8.5f}  ± {200.0 * sensor.relative_u:5.2f} % (k = 2)")
    knots = zip(*calibration.speed.rows, calibration.speed.speed_kmh, calibration.speed.mean_u, strict=True)
    typer.echo("  reads too much at")
    for *rows, speed_kmh, mean_u in list(knots)[::3]:
        shown = "  ".join(f"{100.0 * row:+5.2f}" for row in rows)
        typer.echo(f"    {speed_kmh:6.1f} km/h, rows in %: {shown}  their mean {200.0 * mean_u:.2f} % (k = 2)")
    spread = calibration.disturbance
    typer.echo(
        f"  vehicles deviate by {100 * spread.body:.2f} % (body), {100 * spread.profile:.2f} % (road), {100 * spread.rest:.2f} % (rest)"
    )
    typer.echo(f"digest {calibration.digest()}")


def main() -> None:
    """Run the command; what is refused is told in one line on standard error with exit code 3."""
    try:
        app()
    except WimError as error:
        typer.echo(f"wim-calibration: {error}", err=True)
        sys.exit(EXIT_REJECTED)


if __name__ == "__main__":
    main()
