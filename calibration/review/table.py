"""The review for a terminal: residuals by row, speed and vehicle, the runs that most hangs on, what is left out and not covered."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from calibration.catalogue import N_
from calibration.review.influence import Influence
from calibration.review.residuals import Group, Residuals
from calibration.review.words import Said, say
from calibration.runs import Flagged

SHOWN: Final = 5
"""Runs of most influence that the terminal shows; the picture has all."""


@dataclass(frozen=True)
class Review:
    """All that is said of a fit."""

    residuals: Residuals
    influences: tuple[Influence, ...]
    left_out: tuple[Flagged, ...]
    not_covered: tuple[Said, ...]


def show(review: Review, console: Console, language: str) -> None:
    """Print the review."""
    console.print(_residuals(review.residuals, language))
    console.print(_influences(review.influences, language))
    for flagged in review.left_out:
        told = N_("run %(run)s (%(vehicle)s) left out: %(flags)s")
        line = say(language, told, run=flagged.note.run, vehicle=flagged.note.vehicle, flags=", ".join(flagged.flags))
        console.print(line, highlight=False, markup=False, style="yellow")
    if review.not_covered:
        console.print(say(language, N_("not covered:")), highlight=False)
    for sentence in review.not_covered:
        console.print(f"  {sentence.text(language)}", highlight=False, markup=False, style="yellow")


def _residuals(residuals: Residuals, language: str) -> Table:
    heads = (N_("residuals by"), "", N_("n"), N_("mean, %%"), N_("sd, %%"), N_("furthest, %%"), N_("of run"))
    table = Table(*(say(language, head) if head else "" for head in heads), box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in table.columns[2:]:
        column.justify = "right"
    parts: tuple[tuple[str, Sequence[Group]], ...] = (
        (N_("row"), residuals.by_row()),
        (N_("speed, km/h"), residuals.by_speed()),
        (N_("vehicle"), residuals.by_vehicle()),
    )
    for title, groups in parts:
        for index, group in enumerate(groups):
            figures = (_percent(group.mean, "+.2f"), _percent(group.sd, ".2f"), _percent(group.worst, "+.2f"))
            table.add_row(say(language, title) if index == 0 else "", group.name, f"{group.number}", *figures, f"{group.worst_run}")
    return table


def _influences(influences: Sequence[Influence], language: str) -> Table:
    heads = (
        N_("without run"),
        N_("vehicle"),
        N_("mean gain, %%"),
        N_("largest, %%"),
        N_("of sensor"),
        N_("Cook's distance"),
        N_("residual, %%"),
        N_("unseen, %%"),
        "",
    )
    table = Table(*(say(language, head) if head else "" for head in heads), box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for index in (2, 3, 5, 6, 7):
        table.columns[index].justify = "right"
    for one in sorted(influences, key=lambda each: (not each.marked, -np.nan_to_num(each.distance, nan=np.inf)))[:SHOWN]:
        mark = Text(say(language, N_("look at it")), style="yellow") if one.marked else Text("")
        figures = (_percent(one.mean, "+.3f"), _percent(one.largest, "+.3f"))
        left = (_percent(one.residual, "+.2f"), _percent(one.unseen, "+.2f"))
        table.add_row(f"{one.run}", one.vehicle, *figures, one.sensor, _plain(one.distance), *left, mark)
    return table


def _percent(share: float, form: str) -> str:
    return "–" if math.isnan(share) else f"{100.0 * share:{form}}"


def _plain(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"
