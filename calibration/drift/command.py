"""`wim-calibration drift`: which row or sensor drifts, since when, how sure, and what to do; changes nothing."""

from __future__ import annotations

import gzip
import json
import zlib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from rich.console import Console
from rich.progress import Progress

from calibration.arguments import check_language, text_of
from calibration.catalogue import LANGUAGES
from calibration.drift.days import days_of_history
from calibration.drift.judge import judge
from calibration.drift.report import document, show
from calibration.drift.store import MAGIC, read_days
from calibration.drift.subjects import Sight, sight_of
from calibration.drift.sums import Day
from calibration.drift.words import EPOCH
from calibration.history import Passage, parse_history
from calibration.keys import look_into
from calibration.model import Calibration
from calibration.told import told
from contract.faults import RejectError
from contract.station import Lane, Station, parse_station

GZIP_MAGIC: Final = b"\x1f\x8b"


def drift(
    history: Annotated[
        list[Path],
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="The lane's own traffic: crossing level (CSV, may be gzip; several in order of time), or the drift.sqlite of a station.",
        ),
    ],
    *,
    station: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Station file (TOML).")],
    calibration: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="Calibration in force; without it a CSV's sensors are compared as they usually read."
        ),
    ] = None,
    lane: Annotated[int | None, typer.Option(help="Lane; needed where the station has several and no calibration is given.")] = None,
    begin: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date of time_s = 0 of a CSV; without it days are numbered.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")] = False,
    lang: Annotated[str, typer.Option(help=f"Language of the report: {' or '.join(LANGUAGES)}.")] = LANGUAGES[0],
) -> None:
    """Find drift of rows, sensors, sides and zeros in a lane's own traffic, say since when and how sure, and what to do about it."""
    check_language(lang)
    site = parse_station(text_of(station), str(station))
    in_force = None if calibration is None else look_into(text_of(calibration), str(calibration))[0]
    chosen = _lane(site, in_force, lane)
    kept = [path for path in history if _is_kept(path)]
    if kept and len(history) > 1:
        raise RejectError("drift-file", str(kept[0]), told("is the file of days of a station; give it alone"))
    if kept:
        days, _ = read_days(kept[0], chosen.id, None if in_force is None else in_force.digest())
        sight = _sight(chosen, in_force, [])
        alien = [day for day in days if not day.fits(len(sight.contrast), len(sight.sensors))]
        if alien:
            what = told(
                "holds days of another layout of lane %(id)s or of another version; give the station file they were made with", id=chosen.id
            )
            raise RejectError("drift-file", str(kept[0]), what)
    else:
        passages = _passages(history, chosen)
        sight = _sight(chosen, in_force, passages)
        days = _gathered(sight, passages, begin)
    if not days:
        raise RejectError("history-short", str(history[0]), told("holds no vehicle that every sensor weighed; nothing can be compared"))
    judgement = judge(sight, days)
    dated = bool(kept) or begin is not None
    if as_json:
        typer.echo(json.dumps(document(judgement, sight, dated=dated, language=lang), ensure_ascii=False, indent=2))
        return
    show(judgement, sight, Console(), dated=dated, language=lang)


def _is_kept(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _lane(site: Station, calibration: Calibration | None, wanted: int | None) -> Lane:
    known = {lane.id: lane for lane in site.lane}
    lanes = ", ".join(map(str, known))
    if calibration is not None:
        if calibration.station != site.station.id or calibration.lane not in known or wanted not in {None, calibration.lane}:
            what = told(
                "is of station %(station)s lane %(lane)s; asked is for %(id)s with lanes %(lanes)s",
                station=calibration.station,
                lane=calibration.lane,
                id=site.station.id,
                lanes=lanes,
            )
            raise RejectError("calibration-station", told("calibration %(id)s", id=calibration.id), what)
        wanted = calibration.lane
    if wanted is None and len(known) == 1:
        return site.lane[0]
    if wanted not in known:
        raise RejectError(
            "lane-unknown",
            told("--lane %(wanted)s", wanted=wanted),
            told("is no lane of %(id)s; it has %(lanes)s", id=site.station.id, lanes=lanes),
        )
    return known[wanted]


def _sight(lane: Lane, calibration: Calibration | None, passages: list[Passage]) -> Sight:
    """Give how the lane sees drift: with the calibration's gains, else with those that make its sensors read alike over the history."""
    names = [sensor.name for sensor in lane.weighing_sensors]
    if calibration is not None:
        missing = [name for name in names if name not in calibration.sensors]
        if missing:
            raise RejectError(
                "calibration-sensors",
                told("calibration %(id)s", id=calibration.id),
                told("has no gain for sensor %(missing)s; fit it again", missing=missing[0]),
            )
        return sight_of(lane, {name: calibration.sensors[name].gain for name in names})
    loads = [one.nominal_kg.sum(axis=0) for one in passages if np.isfinite(one.nominal_kg).all() and one.nominal_kg.min() > 0]
    if not loads:
        return sight_of(lane, dict.fromkeys(names, 1.0))
    logs = np.log(loads)
    usual = np.median(logs - logs.mean(axis=1, keepdims=True), axis=0)
    return sight_of(lane, dict(zip(names, np.exp(-usual).tolist(), strict=True)))


def _passages(paths: list[Path], lane: Lane) -> list[Passage]:
    """Read the histories, one after the other in time."""
    found: list[Passage] = []
    for path in paths:
        data = path.read_bytes()
        try:
            text = (gzip.decompress(data) if data[:2] == GZIP_MAGIC else data).decode()
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise RejectError(
                "history-unreadable", str(path), told("is neither CSV text in UTF-8 nor that in gzip: %(error)s", error=error)
            ) from error
        passages = parse_history(text, lane, str(path))
        if found and passages and passages[0].time_s < found[-1].time_s:
            what = told(
                "begins at %(time_s)s s, before the end of the one before (%(end_s)s s); give histories in "
                "order, time_s counted from one beginning",
                time_s=f"{passages[0].time_s:g}",
                end_s=f"{found[-1].time_s:g}",
            )
            raise RejectError("history-order", str(path), what)
        found += passages
    return found


def _gathered(sight: Sight, passages: list[Passage], begin: datetime | None) -> list[Day]:
    first_day = 0 if begin is None else (begin.date() - EPOCH).days
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"gathering {len(passages)} vehicles", total=len(passages))
        return days_of_history(sight, passages, first_day, lambda done: bar.update(task, completed=done))
