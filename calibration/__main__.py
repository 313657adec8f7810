"""`wim-calibration`: fit a lane from reference runs, learn from its traffic, look at a calibration, put it into force."""

from __future__ import annotations

import gzip
import json
import os
import sys
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import Progress

from calibration.acceptance.command import accept
from calibration.arguments import check_language, text_of
from calibration.catalogue import LANGUAGES
from calibration.certificate.command import app as certificate_app
from calibration.drift.command import drift
from calibration.fit import fit_gains
from calibration.history import parse_history
from calibration.keys import create_key, load_key, look_into, sign
from calibration.model import Calibration, load_calibration
from calibration.page.command import app as account_app
from calibration.page.command import serve_page
from calibration.passages import replay_passages
from calibration.review.coverage import not_covered
from calibration.review.influence import influences
from calibration.review.picture import page
from calibration.review.residuals import residuals
from calibration.review.table import Review
from calibration.review.table import show as show_review
from calibration.runs import match_runs, parse_runs, without_flagged
from calibration.scales.command import app as scale_app
from calibration.sessions.command import app as session_app
from calibration.site import learn_site
from calibration.statics.command import app as check_app
from calibration.told import retell, told
from contract.captures import CaptureHeader, CaptureReader
from contract.faults import EXIT_REJECTED, RejectError, WimError
from contract.media import sha256_hex
from contract.names import Name
from contract.signatures import public_key_text
from contract.station import Lane, parse_station

GZIP_MAGIC = b"\x1f\x8b"

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Calibrate a station's scale against reference vehicles.")
app.add_typer(scale_app, name="scale")
app.add_typer(check_app, name="check")
app.add_typer(session_app, name="session")
app.add_typer(account_app, name="account")
app.command("serve")(serve_page)
app.command()(accept)
app.add_typer(certificate_app)
app.command()(drift)


@app.command()
def fit(
    capture: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Capture (HDF5) that holds the reference runs.")],
    *,
    station: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Station file (TOML).")],
    runs: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Reference runs with static axle loads (CSV).")],
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="Calibration file to write (JSON).")],
    name: Annotated[str | None, typer.Option("--id", help="Name of the calibration; by default from station, lane and time.")] = None,
    report: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Also write residuals and influence of the runs as a picture (one HTML file, offline)."),
    ] = None,
    gains_only: Annotated[
        bool, typer.Option("--gains-only", help="Fit no function of speed: for runs of one speed, and valid there alone.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the calibration as JSON instead of a table.")] = False,
    lang: Annotated[str, typer.Option(help=f"Language of the review: {' or '.join(LANGUAGES)}.")] = LANGUAGES[0],
) -> None:
    """Fit one gain per sensor, and a function of speed, from the runs of vehicles with known axle loads; show what is left of each run.

    Refused: runs of one speed (unless --gains-only), too few, a static weight that stands off the other vehicles by a factor. Runs whose
    passage was flagged are left out and named.
    """
    check_language(lang)
    created = datetime.now(UTC).replace(microsecond=0)
    site = parse_station(text_of(station), str(station))
    header = _header(capture)
    lane = _lane(site.lane, header, capture)
    called = _name(name, f"{site.station.id}-{lane.id}-{created:%Y%m%dT%H%M%SZ}")
    notes = parse_runs(text_of(runs), str(runs))
    vehicles = replay_passages(station, capture)
    sound, flagged = without_flagged(notes, vehicles, lane.rate_hz)
    passages = match_runs(sound, vehicles, lane.rate_hz)
    calibration = fit_gains(
        lane,
        passages,
        name=called,
        station=site.station.id,
        created=created,
        pavement_c=header.pavement_c,
        gains_only=gains_only,
    )
    left = residuals(passages, calibration)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("leaving out each run in turn", total=len(passages))
        hangs_on = influences(lane, left, calibration, lambda done: bar.update(task, completed=done))
    open_points = not_covered(passages, calibration, gains_only=gains_only)
    review = Review(left, hangs_on, tuple(flagged), open_points)
    if report is not None:
        report.write_text(page(review, calibration, lang), encoding="utf-8")
    output.write_text(calibration.dump(), encoding="utf-8")
    _show(calibration, as_json=as_json)
    if not as_json:
        show_review(review, Console(), lang)


@app.command()
def learn(
    history: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The lane's own traffic at crossing level (CSV, may be gzip).")
    ],
    *,
    station: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Station file (TOML).")],
    calibration: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Calibration fitted to reference vehicles (JSON).")],
    key: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Private key to sign with, see `wim-calibration key`.")],
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="Signed calibration file to write.")],
    name: Annotated[str | None, typer.Option("--id", help="Name of the new calibration; by default from the old one and the time.")] = None,
    bound: Annotated[
        float,
        typer.Option(
            min=0.001,
            max=0.05,
            help="Largest departure from the calibration in the mean gross weight of its reference vehicles at any speed.",
        ),
    ] = 0.02,
    as_json: Annotated[bool, typer.Option("--json", help="Print the calibration as JSON instead of a table.")] = False,
) -> None:
    """Learn from the site's traffic the road under it, which says how each vehicle's axles deviate, and how sensors follow the temperature.

    The result rests on a calibration, may not depart from it by more than the bound, and is signed: the station refuses it otherwise.
    """
    created = datetime.now(UTC).replace(microsecond=0)
    site = parse_station(text_of(station), str(station))
    base = load_calibration(text_of(calibration), str(calibration))
    lane = next((lane for lane in site.lane if lane.id == base.lane), None)
    if base.station != site.station.id or lane is None:
        lanes = ", ".join(str(one.id) for one in site.lane)
        what = told(
            "is of station %(station)s lane %(lane)s; the station file is of %(id)s with lanes %(lanes)s",
            station=base.station,
            lane=base.lane,
            id=site.station.id,
            lanes=lanes,
        )
        raise RejectError("calibration-station", str(calibration), what)
    called = _name(name, f"{base.station}-{base.lane}-s{created:%Y%m%dT%H%M%SZ}")
    secret = load_key(key)
    data = history.read_bytes()
    passages = parse_history(_unpacked(data, str(history)), lane, str(history))
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"learning from {len(passages)} vehicles")
        learnt = learn_site(
            lane,
            base,
            passages,
            name=called,
            created=created,
            history_sha256=sha256_hex(data),
            bound=bound,
            progress=lambda done, whole: bar.update(task, completed=done, total=whole),
        )
    output.write_text(sign(learnt, secret), encoding="utf-8")
    _show(learnt, as_json=as_json)


@app.command("key")
def make_key(
    path: Annotated[Path, typer.Argument(help="File to write the private key to; must not exist.")],
) -> None:
    """Make a key to sign proposals, approvals and learnt calibrations with, and print the lines that make a station trust it."""
    public = public_key_text(create_key(path).public_key())
    typer.echo(f'calibration_keys = ["{public}"]  # in the [gates] table of the station file, for learnt calibrations')
    typer.echo(f'key = "{public}"  # in a [[signatory]] table of it, with name and may = ["propose", "approve"], for certificates')


@app.command()
def show(
    calibration: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Calibration file, signed or not.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON with the digest instead of a table.")] = False,
) -> None:
    """Show a calibration's gains, conditions and digest."""
    shown, signers = look_into(text_of(calibration), str(calibration))
    _show(shown, as_json=as_json)
    for signer in signers:
        typer.echo(f"signed with key {signer}; a station verifies it, this command does not", err=True)


def _name(given: str | None, usual: str) -> str:
    """Give the calibration's name, checked before anything that takes long."""
    try:
        return TypeAdapter(Name).validate_python(given or usual)
    except ValidationError as error:
        what = told("is no name: letters, digits, '.', '_' and '-', at most 40; give another with --id")
        raise RejectError("calibration-name", given or usual, what) from error


def _unpacked(data: bytes, source: str) -> str:
    try:
        return (gzip.decompress(data) if data[:2] == GZIP_MAGIC else data).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise RejectError(
            "history-unreadable", source, told("is neither CSV text in UTF-8 nor that in gzip: %(error)s", error=error)
        ) from error


def _header(capture: Path) -> CaptureHeader:
    with capture.open("rb") as stream:
        return CaptureReader(stream, str(capture)).header


def _lane(lanes: tuple[Lane, ...], header: CaptureHeader, capture: Path) -> Lane:
    for lane in lanes:
        if lane.id == header.lane:
            return lane
    held = ", ".join(str(lane.id) for lane in lanes)
    raise RejectError(
        "capture-lane", str(capture), told("was recorded on lane %(lane)s; the station file has %(held)s", lane=header.lane, held=held)
    )


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
    validity = calibration.validity
    if validity is not None:
        within = [] if validity.pavement_min_c is None else [f"{validity.pavement_min_c:g} to {validity.pavement_max_c:g} °C of pavement"]
        within += [] if validity.axle_max_kg is None else [f"axles up to {validity.axle_max_kg / 1000:.1f} t"]
        typer.echo(f"  holds for {', '.join(within) or 'no stated temperatures and loads'}")
        if validity.linearity is not None:
            linear = validity.linearity
            typer.echo(f"  reads {10 * linear.slope:+.2f} ± {20 * linear.u:.2f} % more per tonne of axle (k = 2, not corrected)")
    if calibration.site is not None:
        site = calibration.site
        typer.echo(f"  learnt from {site.vehicles} vehicles in {site.span_s / 86_400:.1f} days, based on {site.based_on}")
        departure = 100 * site.departure(calibration.runs, calibration.speed)
        per_k = 1e6 * next(iter(calibration.sensors.values())).per_k
        typer.echo(f"  departs from it by {departure:.2f} % for its reference vehicles, {100 * site.bound:g} % allowed; {per_k:+.0f} ppm/K")
        road = site.road
        typer.echo(f"  road used from {road.slowest_kmh:.0f} to {road.fastest_kmh:.0f} km/h; it leaves {100 * road.rest:.1f} % unexplained")
    typer.echo(f"digest {calibration.digest()}")


def language_asked(arguments: Sequence[str]) -> str:
    """Give the language of ``--lang``, else of the environment's WIM_LANG, else English: even what cannot be run is refused in it."""
    for given, following in zip(arguments, [*arguments[1:], ""], strict=False):
        wanted = following if given == "--lang" else given.removeprefix("--lang=")
        if given.startswith("--lang") and wanted in LANGUAGES:
            return wanted
    named = os.environ.get("WIM_LANG", "")
    return named if named in LANGUAGES else LANGUAGES[0]


def main() -> None:
    """Run the command; what is refused is told in one line on standard error with exit code 3."""
    try:
        app()
    except WimError as error:
        typer.echo(f"wim-calibration: {retell(error, language_asked(sys.argv[1:]))}", err=True)
        sys.exit(EXIT_REJECTED)


if __name__ == "__main__":
    main()
