"""The review as one HTML file that needs no network: residuals by row, speed, vehicle and temperature, and the influence of each run."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import numpy as np
from bokeh.embed import components
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, FactorRange, HoverTool, Range1d
from bokeh.plotting import figure
from bokeh.resources import Resources
from bokeh.transform import jitter

from calibration.catalogue import N_
from calibration.model import Calibration
from calibration.review.table import Review
from calibration.review.words import say

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito's colours, told apart by all eyes; a vehicle has a shape of its own as well."""

SHAPES: Final = ("circle", "triangle", "square", "diamond", "inverted_triangle", "hex")
ZERO: Final = "#59636d"
MARKED, PLAIN = "#d55e00", "#9aa5b0"
WIDTH, HEIGHT = 560, 360

SCRIPTS: Final = Resources(mode="inline", components=["bokeh"])
"""Bokeh's own script, from its wheel, and no more: nothing is fetched when the file is opened."""

STYLE: Final = (
    "body{font:15px/1.45 system-ui,'Noto Sans CJK SC',sans-serif;margin:1.5rem auto;max-width:74rem;padding:0 1rem;color:#16191d}"
    "h1{font-size:1.3rem;margin:0 0 .25rem}p,li{margin:.15rem 0}.muted{color:#525c66}ul{padding-left:1.25rem}"
)


def page(review: Review, calibration: Calibration, language: str) -> str:
    """Give the HTML of a review."""
    plots: list[Any] = [_by_row(review, language), _by_speed(review, language), _by_vehicle(review, language)]
    plots += [_by_temperature(review, calibration, language), _influence(review, language)]
    script, body = components(column(row(*plots[:2]), row(*plots[2:4]), plots[4]))
    told = N_("Calibration %(id)s of station %(station)s, lane %(lane)s: %(runs)s runs, %(low)s to %(high)s km/h")
    title = say(
        language,
        told,
        id=calibration.id,
        station=calibration.station,
        lane=calibration.lane,
        runs=len(calibration.runs),
        low=f"{calibration.speed_min_kmh:.0f}",
        high=f"{calibration.speed_max_kmh:.0f}",
    )
    explained = say(language, N_("Residual: what a row read of a vehicle's static gross weight, gain and function of speed taken off."))
    notes = [sentence.text(language) for sentence in review.not_covered]
    left_out = N_("run %(run)s (%(vehicle)s) left out: %(flags)s")
    notes += [say(language, left_out, run=one.note.run, vehicle=one.note.vehicle, flags=", ".join(one.flags)) for one in review.left_out]
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    head = f"<title>{escape(title)}</title><style>{STYLE}</style>{SCRIPTS.render()}"
    digest = f'<p class="muted">SHA-256 {calibration.digest()}</p>'
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">{head}</head><body><main><h1>{escape(title)}</h1>'
        f'<p class="muted">{escape(explained)}</p><ul>{listed}</ul>{body}{digest}</main>{script}</body></html>\n'
    )


def _points(review: Review) -> dict[str, list[Any]]:
    """Give one point per run and row that saw the whole vehicle."""
    kept = [
        (run, place, value)
        for run, line in zip(review.residuals.runs, review.residuals.values, strict=True)
        for place, value in enumerate(line)
    ]
    kept = [one for one in kept if np.isfinite(one[2])]
    return {
        "run": [run.run for run, _, _ in kept],
        "vehicle": [run.vehicle for run, _, _ in kept],
        "row": [str(place + 1) for _, place, _ in kept],
        "speed": [run.speed_kmh for run, _, _ in kept],
        "residual": [100.0 * float(value) for _, _, value in kept],
        "temperature": [np.nan if run.pavement_c is None else run.pavement_c for run, _, _ in kept],
    }


def _plot(review: Review, language: str, title: str, axis: str, **more: Any) -> figure:  # noqa: ANN401 - bokeh's own properties
    plot = figure(
        width=WIDTH, height=HEIGHT, title=say(language, title), toolbar_location="above", tools="pan,wheel_zoom,box_zoom,reset,save", **more
    )
    plot.xaxis.axis_label = say(language, axis)
    plot.yaxis.axis_label = say(language, N_("residual, %%"))
    plot.hspan(y=[0.0], line_color=ZERO, line_dash="dashed")
    return plot


def _scatter(plot: figure, review: Review, language: str, x: str, *, spread: bool) -> figure:
    """Draw the points, a colour and a shape for each vehicle."""
    points = _points(review)
    for index, vehicle in enumerate(dict.fromkeys(points["vehicle"])):
        mine = [i for i, name in enumerate(points["vehicle"]) if name == vehicle]
        source = ColumnDataSource({name: [values[i] for i in mine] for name, values in points.items()})
        plot.scatter(
            jitter(x, width=0.45, range=plot.x_range, mean=0.0) if spread else x,
            "residual",
            source=source,
            size=8,
            alpha=0.75,
            marker=SHAPES[index % len(SHAPES)],
            color=COLOURS[index % len(COLOURS)],
            legend_label=vehicle,
        )
    tips = [(say(language, N_("run")), "@run"), (say(language, N_("vehicle")), "@vehicle"), (say(language, N_("row")), "@row")]
    tips += [(say(language, N_("speed, km/h")), "@speed{0.0}"), (say(language, N_("residual, %%")), "@residual{+0.00}")]
    plot.add_tools(HoverTool(tooltips=tips))
    plot.legend.click_policy = "hide"
    plot.legend.orientation = "horizontal"
    plot.legend.border_line_color = None
    plot.add_layout(plot.legend[0], "below")
    plot.toolbar.logo = None
    return plot


def _by_row(review: Review, language: str) -> figure:
    rows = FactorRange(factors=[str(place + 1) for place in range(review.residuals.values.shape[1])])
    return _scatter(_plot(review, language, N_("by row"), N_("row"), x_range=rows), review, language, "row", spread=True)


def _by_speed(review: Review, language: str) -> figure:
    return _scatter(_plot(review, language, N_("by speed"), N_("speed, km/h")), review, language, "speed", spread=False)


def _by_vehicle(review: Review, language: str) -> figure:
    names = FactorRange(factors=list(dict.fromkeys(run.vehicle for run in review.residuals.runs)))
    return _scatter(_plot(review, language, N_("by vehicle"), N_("vehicle"), x_range=names), review, language, "vehicle", spread=True)


def _by_temperature(review: Review, calibration: Calibration, language: str) -> figure:
    """Draw over temperature where runs have their own; else over the runs' order, for a warm-up or a change in between shows there."""
    if any(run.pavement_c is not None for run in review.residuals.runs):
        plot = _plot(review, language, N_("by pavement temperature"), N_("pavement, °C"))
        return _scatter(plot, review, language, "temperature", spread=False)
    plot = _plot(review, language, N_("by order of the runs"), N_("run"))
    if calibration.pavement_c is not None:
        text = say(language, N_("by order of the runs; all at %(c)s °C pavement"), c=f"{calibration.pavement_c:g}")
        plot.title.text = text  # type: ignore[union-attr]
    return _scatter(plot, review, language, "run", spread=False)


def _influence(review: Review, language: str) -> figure:
    runs = [str(one.run) for one in review.influences]
    plot = figure(
        width=2 * WIDTH,
        height=HEIGHT,
        x_range=FactorRange(factors=runs),
        y_range=Range1d(start=0.0, end=1.1 * max(one.distance for one in review.influences)),
        title=say(language, N_("without this run the gains would change by: Cook's distance")),
        toolbar_location="above",
        tools="pan,wheel_zoom,reset,save",
    )
    source = ColumnDataSource(
        {
            "run": runs,
            "vehicle": [one.vehicle for one in review.influences],
            "distance": [one.distance for one in review.influences],
            "mean": [100.0 * one.mean for one in review.influences],
            "largest": [100.0 * one.largest for one in review.influences],
            "sensor": [one.sensor for one in review.influences],
            "colour": [MARKED if one.marked else PLAIN for one in review.influences],
        }
    )
    plot.toolbar.logo = None
    plot.vbar(x="run", top="distance", width=0.7, source=source, color="colour")
    tips = [
        (say(language, N_("run")), "@run"),
        (say(language, N_("vehicle")), "@vehicle"),
        (say(language, N_("Cook's distance")), "@distance{0.000}"),
    ]
    tips += [(say(language, N_("mean gain, %%")), "@mean{+0.000}"), (say(language, N_("largest, %%")), "@largest{+0.000} (@sensor)")]
    plot.add_tools(HoverTool(tooltips=tips))
    plot.xaxis.axis_label = say(language, N_("run"))
    plot.yaxis.axis_label = say(language, N_("Cook's distance"))
    return plot
