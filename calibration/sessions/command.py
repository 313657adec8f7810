"""`wim-calibration session`: the whole of a calibration session from a terminal; the technician's page does the same."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.live import Live

from calibration.acceptance import STANDARDS
from calibration.acceptance.sample import Lateral
from calibration.scales.stable_load import StableLoad, typed_load
from calibration.scales.weighbridge import parse_certificate
from calibration.sessions import actions
from calibration.sessions.desk import Desk
from calibration.sessions.entry import kilograms, truck_of
from calibration.sessions.evidence import CaptureFolder
from calibration.sessions.showing import pass_line, pass_table, passes_shown, plainly, summary_of
from calibration.sessions.state import SessionState
from calibration.sessions.station_link import StationLink
from calibration.sessions.store import SessionStore
from calibration.told import told
from contract.faults import RejectError, RetryError
from contract.station import parse_station

app = typer.Typer(no_args_is_help=True, help="Conduct a calibration session: trucks, plan, passes, fit, acceptance.")

SESSIONS = "sessions.db"
CAPTURES = "captures"
EDGE_URL = "http://127.0.0.1:8701"
EVERY_S = 0.5

Data = Annotated[Path, typer.Option(envvar="WIM_CALIBRATION_DATA", file_okay=False, help="Folder of the station's calibration data.")]
StationFile = Annotated[Path, typer.Option("--station", exists=True, dir_okay=False, envvar="WIM_STATION", help="Station file (TOML).")]
EdgeUrl = Annotated[str, typer.Option("--edge-url", help="Where wim-edge answers on the loopback interface.")]
By = Annotated[str, typer.Option(envvar="WIM_TECHNICIAN", help="Who does this.")]
Session = Annotated[str | None, typer.Option("--session", help="Which session; by default the one that is open.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PassId = Annotated[str, typer.Argument(help="The pass, as `session passes` shows it.")]
Reason = Annotated[str, typer.Option(help="Why; it stays in the history.")]


@contextmanager
def open_desk(data: Path, station: Path, edge_url: str = EDGE_URL) -> Iterator[Desk]:
    """Give the desk of a data folder, and close it."""
    site = parse_station(_text(station), str(station))
    link = StationLink(edge_url)
    store = SessionStore(data / SESSIONS)
    try:
        yield Desk(site, station, store, CaptureFolder(data / CAPTURES), link)
    finally:
        store.close()
        link.close()


@app.command()
def new(
    *,
    data: Data,
    station: StationFile,
    by: By,
    edge_url: EdgeUrl = EDGE_URL,
    lane: Annotated[int | None, typer.Option(help="Which lane; by default the station's first.")] = None,
    name: Annotated[str | None, typer.Option(help="The session's name; by default day and a random part.")] = None,
    standard: Annotated[list[str] | None, typer.Option(help=f"{', '.join(STANDARDS)}; may be repeated; by default cost323.")] = None,
    initial: Annotated[bool, typer.Option("--initial/--in-service", help="Which limits apply; the initial ones are stricter.")] = True,
    interval_kg: Annotated[
        float | None, typer.Option("--interval-kg", min=0.001, max=1_000, help="Scale interval d of OIML and JJG.")
    ] = None,
) -> None:
    """Open a session on a lane."""
    with open_desk(data, station, edge_url) as desk:
        state = desk.open_session(
            by,
            lane=lane if lane is not None else desk.station.lane[0].id,
            standards=tuple(standard or ("cost323",)),
            stage="initial" if initial else "in-service",
            interval_kg=interval_kg,
            name=name,
        )
    typer.echo(state.name)


@app.command()
def truck(
    name: Annotated[str, typer.Argument(help="How the truck is called; loaded anew it needs another name.")],
    *,
    data: Data,
    station: StationFile,
    by: By,
    session: Session = None,
    axle: Annotated[list[str] | None, typer.Option(help="Static load of an axle from the front, kg; repeat for each.")] = None,
    loads: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Or: JSON of `scale read` or `scale enter`, axles from the front.")
    ] = None,
    gross: Annotated[str | None, typer.Option(help="Gross weight on one platform, kg.")] = None,
    spacing: Annotated[list[float] | None, typer.Option(help="Distance to the next axle by tape, m; repeat from the front.")] = None,
    groups: Annotated[str | None, typer.Option(help="Axles per group from the front, as 1+2+3.")] = None,
    certificate: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Weighbridge's certificate (TOML), for figures typed in.")
    ] = None,
) -> None:
    """Enter a reference truck with the static loads of its axles."""
    with open_desk(data, station) as desk:
        called = _chosen(desk, session)
        if certificate is not None:
            desk.store.act(called, by, actions.state_weighbridge(parse_certificate(_text(certificate), str(certificate))))
        state = desk.store.session(called)
        read = [] if loads is None else _loads(loads)
        typed = [_typed(state, text, by, f"--axle {text}") for text in axle or ()]
        whole = None if gross is None else _typed(state, gross, by, "--gross")
        entered = truck_of(name, [*read, *typed], whole, spacing or None, groups)
        desk.store.act(called, by, actions.enter_truck(entered))
        typer.echo(f"truck {name}: {len(entered.axles)} axles, {entered.gross_kg:.0f} ± {entered.gross_u_kg:.0f} kg (k = 2)")


@app.command()
def withdraw(
    name: Annotated[str, typer.Argument(help="The truck.")],
    *,
    reason: Reason,
    data: Data,
    station: StationFile,
    by: By,
    session: Session = None,
) -> None:
    """Take a truck out of the session; its runs are not used."""
    with open_desk(data, station) as desk:
        desk.store.act(_chosen(desk, session), by, actions.withdraw_truck(name, reason))


@app.command()
def plan(
    *,
    data: Data,
    station: StationFile,
    by: By,
    session: Session = None,
    speed: Annotated[list[float], typer.Option(help="A speed to be driven, km/h; repeat, for example 30, 50 and 70.")],
    repeats: Annotated[
        int | None, typer.Option(min=1, max=20, help="Runs of each truck at each speed, instead of what the standards ask.")
    ] = None,
) -> None:
    """Plan the runs: trucks × speeds × places across the lane, as the session's standards ask."""
    with open_desk(data, station) as desk:
        state = desk.store.act(_chosen(desk, session), by, actions.make_plan(speed, repeats))
    typer.echo(f"{len(state.plan)} runs planned for {len(state.present)} trucks")


@app.command()
def passes(
    *,
    data: Data,
    station: StationFile,
    session: Session = None,
    edge_url: EdgeUrl = EDGE_URL,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until Ctrl-C; without it, look once.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also vehicles that are no reference truck's.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take in what has passed and show it: which truck each pass was, and what became of it."""
    with open_desk(data, station, edge_url) as desk:
        called = _chosen(desk, session)
        looking = desk.watch()
        looking.look()
        if as_json:
            shown = [pass_line(one) for one in passes_shown(desk.store.session(called), everything=everything)]
            typer.echo(json.dumps(shown, ensure_ascii=False))
            return
        with Live(pass_table(desk.store.session(called), everything=everything), console=Console(), auto_refresh=False) as live:
            while watch:
                try:
                    time.sleep(EVERY_S)
                    looking.look()
                except RetryError as error:
                    live.console.print(f"wim-calibration: {error}")
                except KeyboardInterrupt:
                    return
                live.update(pass_table(desk.store.session(called), everything=everything), refresh=True)


@app.command()
def accept(
    pass_id: PassId,
    *,
    data: Data,
    station: StationFile,
    by: By,
    session: Session = None,
    truck: Annotated[str | None, typer.Option(help="Which truck it was; needed where the pass is offered to none.")] = None,
    lateral: Annotated[str, typer.Option(help=f"Where in the lane: {', '.join(get_args(Lateral))}.")] = "centre",
) -> None:
    """Take a pass as the next run of a truck."""
    with open_desk(data, station) as desk:
        called = _chosen(desk, session)
        one = desk.store.session(called).passes.get(pass_id)
        chosen = truck or (one.offer.truck if one is not None else None)
        if one is not None and chosen is None:
            fitting = ", ".join(fit.truck for fit in one.offer.fits if fit.fits) or told("none")
            raise RejectError(
                "truck-unclear",
                told("pass %(pass_id)s", pass_id=pass_id),
                told("is offered to no truck (%(why)s); trucks that fit: %(fitting)s; give --truck", why=one.offer.why, fitting=fitting),
            )
        if lateral not in get_args(Lateral):
            raise RejectError(
                "lateral-unknown",
                told("--lateral %(lateral)s", lateral=lateral),
                told("is not known; allowed are %(Lateral)s", Lateral=", ".join(get_args(Lateral))),
            )
        state = desk.store.act(called, by, actions.accept(pass_id, chosen or "", lateral))  # type: ignore[arg-type]
    typer.echo(f"run {state.runs_given}: truck {chosen}")


@app.command()
def reject(pass_id: PassId, *, reason: Reason, data: Data, station: StationFile, by: By, session: Session = None) -> None:
    """Leave a pass out, with the reason."""
    with open_desk(data, station) as desk:
        desk.store.act(_chosen(desk, session), by, actions.reject(pass_id, reason))


@app.command()
def reopen(pass_id: PassId, *, reason: Reason, data: Data, station: StationFile, by: By, session: Session = None) -> None:
    """Take a decision on a pass back, with the reason."""
    with open_desk(data, station) as desk:
        desk.store.act(_chosen(desk, session), by, actions.reopen(pass_id, reason))


@app.command()
def fit(
    *,
    data: Data,
    station: StationFile,
    by: By,
    session: Session = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", dir_okay=False, help="Also write the calibration to a file (JSON).")
    ] = None,
) -> None:
    """Fit a calibration to the accepted runs."""
    with open_desk(data, station) as desk:
        calibration = desk.fit(_chosen(desk, session), by)
    if output is not None:
        output.write_text(calibration.dump(), encoding="utf-8")
    typer.echo(f"calibration {calibration.id} from {len(calibration.runs)} runs, digest {calibration.digest()}")


@app.command()
def judge(
    *,
    data: Data,
    station: StationFile,
    by: By,
    session: Session = None,
    as_json: AsJson = False,
    lang: Annotated[Literal["en", "zh"], typer.Option(help="Language of the report and of what is refused.")] = "en",
) -> None:
    """Weigh the runs again with the fitted calibration and say which class it reaches."""
    with open_desk(data, station) as desk:
        state = desk.judge(_chosen(desk, session), by)
    reports = state.judged.reports[lang] if state.judged is not None else []
    if as_json:
        typer.echo(json.dumps(reports, ensure_ascii=False))
        return
    for report in reports:
        for one in report["overall"]:
            typer.echo(f"{report['title']}: {report['titles'][one['name']]}: {one['reached'] or 'no class named'}")
            for why in one["why"]:
                typer.echo(f"  {why}")
        for note in report["notes"]:
            typer.echo(f"  {note}")


@app.command("close")
def close_session(*, reason: Reason, data: Data, station: StationFile, by: By, session: Session = None) -> None:
    """End the session; nothing can be added after that."""
    with open_desk(data, station) as desk:
        desk.store.act(_chosen(desk, session), by, actions.close(reason))


@app.command()
def status(*, data: Data, station: StationFile, session: Session = None, as_json: AsJson = False) -> None:
    """Say how a session stands: trucks, runs driven and to be driven, what waits for a decision, fit and acceptance."""
    with open_desk(data, station) as desk:
        states = desk.store.sessions()
        state = (
            desk.store.session(session) if session else next((one for one in states if one.closed is None), states[0] if states else None)
        )
        if state is None:
            raise RejectError("session-unknown", str(data), told("holds no session; open one with wim-calibration session new"))
        digest, lease = desk.store.digest(state.name), desk.store.lease(state.name)
    summary = summary_of(state) | {"digest": digest, "held_by": lease.holder if lease else None}
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
        return
    for key, value in summary.items():
        typer.echo(f"{key.replace('_', ' '):<16} {plainly(value)}")


def _typed(state: SessionState, text: str, by: str, where: str) -> StableLoad:
    if state.weighbridge is None:
        what = told("needs the certificate of the scale it was read from; state it first (--certificate)")
        raise RejectError("certificate-missing", where, what)
    return typed_load(kilograms(text, where), datetime.now(UTC), state.weighbridge, by)


def _loads(path: Path) -> list[StableLoad]:
    try:
        content = json.loads(_text(path))
        return [StableLoad.model_validate(one) for one in (content if isinstance(content, list) else [content])]
    except (ValueError, ValidationError) as error:
        raise RejectError(
            "loads-invalid", str(path), told("is not what `scale read --json` or `scale enter --json` prints: %(error)s", error=error)
        ) from error


def _chosen(desk: Desk, name: str | None) -> str:
    if name is not None:
        return name
    still_open = [state.name for state in desk.store.sessions() if state.closed is None]
    if len(still_open) != 1:
        known = ", ".join(still_open) or told("none")
        raise RejectError(
            "session-unclear", "--session", told("is needed unless exactly one session is open; open now: %(known)s", known=known)
        )
    return still_open[0]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RejectError("not-text", str(path), told("cannot be read as UTF-8 text: %(error)s", error=error)) from error
