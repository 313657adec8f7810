"""A judgement as a table with a picture of the last months, as a document, and as notices for the station's status."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from rich.text import Text

from calibration.catalogue import N_
from calibration.drift.finding import SURE, Finding
from calibration.drift.judge import Judgement
from calibration.drift.subjects import Sight
from calibration.drift.words import EPOCH, day_of, name_of, say, sentence_of, sure_of, verdict_of
from contract.topics import DriftKind, DriftNotice
from contract.units import PPM

BARS: Final = "▁▂▃▄▅▆▇█"
COLUMNS: Final = 12, 60
"""Least and largest width of the picture; a column is one day or more."""

BESIDE: Final = 66
"""Columns of the terminal that the table needs beside the picture."""

LEAST_SPAN: Final = 0.004
"""The picture's height in relative change at least: what lies within it is noise, and shall look flat."""


def show(judgement: Judgement, sight: Sight, console: Console, *, dated: bool, language: str) -> None:
    """Print the judgement."""
    first, last = (day_of(int(judgement.days[i]), dated=dated, language=language) for i in (0, -1))
    head = N_("%(first)s to %(last)s: %(days)s days, %(vehicles)s vehicles, %(tractors)s of them tractors with laden semi-trailers")
    tractors = judgement.tractors
    console.print(
        say(language, head, first=first, last=last, days=judgement.days.size, vehicles=judgement.vehicles, tractors=tractors),
        highlight=False,
    )
    span = _span(judgement.courses)
    columns = int(np.clip(console.width - BESIDE, *COLUMNS))
    console.print(_table(judgement, span, columns, dated=dated, language=language))
    picture = N_("course: from the first day to the last, between −%(span)s %% and +%(span)s %%; changes with ± at k = 2")
    console.print(say(language, picture, span=f"{100.0 * span:.1f}"), style="dim", highlight=False)
    for alarm in judgement.alarms:
        console.print(f"! {sentence_of(alarm, dated=dated, language=language)}", style="bold red", highlight=False, markup=False)
        to_do = say(language, N_("to do"))
        console.print(f"  {to_do}: {verdict_of(alarm, language)}", highlight=False, markup=False)
    for line in (*_proposal(judgement, sight, language), *_notes(judgement, sight, language)):
        console.print(line, highlight=False, markup=False)


def _table(judgement: Judgement, span: float, columns: int, *, dated: bool, language: str) -> Table:
    heads = (N_("what"), N_("course"), N_("change, %%"), N_("since"), N_("a week, %%"), N_("sure, %%"), N_("finding"))
    table = Table(*(say(language, head).replace("%%", "%") for head in heads), box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in table.columns:
        column.no_wrap = True
    for index in (2, 4, 5):
        table.columns[index].justify = "right"
    for finding, course in zip(judgement.findings, judgement.courses, strict=True):
        told = finding.change.sure >= SURE
        style = "bold red" if finding.alarm else "yellow" if told else ""
        picture = Text(_picture(judgement.days, course, span, columns), style=style or "dim")
        cells = [""] * 3 if not told else _cells(finding, dated=dated, language=language)
        mark = Text(_word(finding, language), style=style)
        table.add_row(Text(name_of(finding, language), style=style), picture, *cells, sure_of(finding.change.sure), mark)
    for finding in judgement.zeros:
        if finding.change.sure >= SURE:
            since = day_of(finding.change.since, dated=dated, language=language)
            moved = "" if finding.subject.kind is DriftKind.ZERO_STILL else f"{finding.change.now:+.0f} kg"
            style = "bold red" if finding.alarm else "yellow"
            sure = sure_of(finding.change.sure)
            table.add_row(
                Text(name_of(finding, language), style=style), "", moved, since, "", sure, Text(_word(finding, language), style=style)
            )
    return table


def _word(finding: Finding, language: str) -> str:
    if finding.alarm:
        return say(language, N_("ALARM"))
    return say(language, N_("watch") if finding.change.sure >= SURE else N_("steady"))


def _cells(finding: Finding, *, dated: bool, language: str) -> list[str]:
    change, rate = finding.change, finding.per_week
    return [
        f"{100.0 * change.now:+.2f} ± {200.0 * change.now_u:.2f}",
        day_of(change.since, dated=dated, language=language),
        say(language, N_("at once")) if rate is None else f"{100.0 * rate[0]:+.2f}",
    ]


def _span(courses: NDArray[np.float64]) -> float:
    """Give the picture's half height: what the steadier nine tenths of all days need."""
    seen = np.abs(courses[np.isfinite(courses)])
    return max(LEAST_SPAN, float(np.quantile(seen, 0.98)) if seen.size else 0.0)


def _picture(days: NDArray[np.int64], course: NDArray[np.float64], span: float, most: int) -> str:
    """Draw a course as blocks, a column the mean of its days, a blank where none passed."""
    length = int(days[-1] - days[0]) + 1
    columns = min(most, length)
    place = (days - days[0]) * columns // length
    drawn = []
    for column in range(columns):
        values = course[(place == column) & np.isfinite(course)]
        level = None if not values.size else float(np.clip(values.mean() / span, -1.0, 1.0))
        drawn.append(" " if level is None else BARS[min(int((level + 1.0) / 2.0 * len(BARS)), len(BARS) - 1)])
    return "".join(drawn)


def gain_factors(judgement: Judgement, sight: Sight) -> dict[str, tuple[float, float]]:
    """Give the factor on each sensor's gain that would undo the alarms, and its standard uncertainty; only sensors concerned."""
    moved, variance = np.zeros(len(sight.sensors)), np.zeros(len(sight.sensors))
    for one in judgement.alarms:
        if one.subject.share.size:
            moved += one.change.now * one.subject.share
            variance += (one.change.now_u * one.subject.share) ** 2
    concerned = np.flatnonzero(variance > 0)
    return {sight.sensors[i]: (float(np.exp(-moved[i])), float(np.sqrt(variance[i]))) for i in concerned}


def _proposal(judgement: Judgement, sight: Sight, language: str) -> list[str]:
    factors = gain_factors(judgement, sight)
    if not factors:
        return []
    told = ", ".join(f"{name} × {factor:.4f} ± {2.0 * u:.4f}" for name, (factor, u) in factors.items())
    line = N_("if reference vehicles confirm it, their fit will change the gains by about: %(told)s (k = 2). Nothing changes by itself.")
    return [say(language, line, told=told)]


def _notes(judgement: Judgement, sight: Sight, language: str) -> list[str]:
    notes = []
    if not judgement.temperature_known:
        notes.append(
            N_("the pavement's temperature is unknown: a season may be taken for drift, so only changes five times as large are alarms")
        )
    if sight.rows == 1:
        notes.append(N_("with one row nothing tells sensors and vehicles apart but the balance of traffic and steering axles"))
    if not judgement.tractors:
        notes.append(N_("without tractors with laden semi-trailers a drift that all sensors share cannot be seen"))
    return [f"· {say(language, note)}" for note in notes]


def document(judgement: Judgement, sight: Sight, *, dated: bool, language: str) -> dict[str, Any]:
    """Give the judgement as a JSON document, relative changes as shares, days as dates or numbers."""
    factors = gain_factors(judgement, sight)
    return {
        "days": int(judgement.days.size),
        "first_day": day_of(int(judgement.days[0]), dated=dated, language=language),
        "last_day": day_of(int(judgement.days[-1]), dated=dated, language=language),
        "vehicles": judgement.vehicles,
        "tractors": judgement.tractors,
        "left_out": judgement.left_out,
        "temperature_known": judgement.temperature_known,
        "alarm": bool(judgement.alarms),
        "findings": [_entry(one, dated=dated, language=language) for one in (*judgement.findings, *judgement.zeros)],
        "proposed_gain_factors": {name: {"factor": round(f, 6), "u": round(u, 6)} for name, (f, u) in factors.items()},
        "notes": [note.removeprefix("· ") for note in _notes(judgement, sight, language)],
    }


def _entry(finding: Finding, *, dated: bool, language: str) -> dict[str, Any]:
    """Give one finding; figures of a change only where there is one to tell."""
    change, rate, told = finding.change, finding.per_week, finding.change.sure >= SURE
    unit = "kg" if finding.subject.kind in {DriftKind.ZERO, DriftKind.ZERO_STILL} else "share"

    def day(number: int) -> str | int:
        return str(EPOCH + timedelta(days=number)) if dated else number

    return {
        "kind": finding.subject.kind.value,
        "name": finding.subject.name,
        "alarm": finding.alarm,
        "sure": round(change.sure, 6),
        f"change_{unit}": round(change.now, 6) if told else None,
        f"change_u_{unit}": round(change.now_u, 6) if told else None,
        f"per_week_{unit}": round(rate[0], 6) if told and rate else None,
        f"per_week_u_{unit}": round(rate[1], 6) if told and rate else None,
        "since": day(change.since) if told else None,
        "since_90": [day(number) for number in change.since_span] if told else None,
        "to_do": verdict_of(finding, language),
        "said": sentence_of(finding, dated=dated, language=language) if finding.alarm else None,
    }


def notices(judgement: Judgement, lane: int) -> tuple[DriftNotice, ...]:
    """Give the alarms for the station's status."""
    return tuple(_notice(one, lane) for one in judgement.alarms)


def _notice(finding: Finding, lane: int) -> DriftNotice:
    change, rate, kind = finding.change, finding.per_week, finding.subject.kind
    gain = kind not in {DriftKind.ZERO, DriftKind.ZERO_STILL}
    return DriftNotice(
        lane=lane,
        kind=kind,
        name=finding.subject.name,
        since=EPOCH + timedelta(days=change.since),
        change_ppm=round(PPM * change.now) if gain else None,
        change_u_ppm=round(PPM * change.now_u) if gain else None,
        per_week_ppm=round(PPM * rate[0]) if gain and rate else None,
        zero_kg=round(change.now) if kind is DriftKind.ZERO else None,
        sure_permille=round(1000.0 * change.sure),
    )
