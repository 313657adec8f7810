"""The review drawn: residuals by row, speed, vehicle and temperature, and the influence of each run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from bokeh.models import ColumnDataSource, FactorRange, HoverTool, Range1d
from bokeh.plotting import figure
from bokeh.transform import jitter

from calibration.catalogue import N_
from calibration.chart import MARKERS, Palette, blank_chart, legend_above
from calibration.model import Calibration
from calibration.review.table import Review
from calibration.review.words import say

HEIGHT: Final = 300


@dataclass(frozen=True)
class Drawing:
    """What a plot is drawn from, and how."""

    review: Review
    calibration: Calibration
    language: str
    palette: Palette

    def say(self, message: str, **values: object) -> str:
        """Give a message in the drawing's language."""
        return say(self.language, message, **values)


def plots_of(review: Review, calibration: Calibration, language: str, palette: Palette) -> dict[str, figure]:
    """Draw everything, by name."""
    drawing = Drawing(review, calibration, language, palette)
    return {name: draw(drawing) for name, draw in PLOTS.items()}


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


def _plot(drawing: Drawing, title: str, axis: str, **more: Any) -> figure:  # noqa: ANN401 - bokeh's own properties
    plot = blank_chart(HEIGHT, drawing.palette, title=title, **more)
    plot.title.text_color = drawing.palette.ink  # type: ignore[union-attr]
    plot.xaxis.axis_label = axis
    plot.yaxis.axis_label = drawing.say(N_("residual, %%"))
    plot.hspan(y=[0.0], line_color=drawing.palette.muted, line_dash="dashed")
    return plot


def _scatter(drawing: Drawing, plot: figure, x: str, *, spread: bool) -> figure:
    """Draw the points, a colour and a shape for each vehicle."""
    points, series = _points(drawing.review), drawing.palette.series
    for index, vehicle in enumerate(dict.fromkeys(points["vehicle"])):
        mine = [i for i, name in enumerate(points["vehicle"]) if name == vehicle]
        source = ColumnDataSource({name: [values[i] for i in mine] for name, values in points.items()})
        plot.scatter(
            jitter(x, width=0.45, range=plot.x_range, mean=0.0) if spread else x,
            "residual",
            source=source,
            size=8,
            alpha=0.75,
            marker=MARKERS[index % len(MARKERS)],
            color=series[index % len(series)],
            legend_label=vehicle,
        )
    tips = [(drawing.say(N_("run")), "@run"), (drawing.say(N_("vehicle")), "@vehicle"), (drawing.say(N_("row")), "@row")]
    tips += [(drawing.say(N_("speed, km/h")), "@speed{0.0}"), (drawing.say(N_("residual, %%")), "@residual{+0.00}")]
    plot.add_tools(HoverTool(tooltips=tips))
    plot.legend.click_policy = "hide"
    legend_above(plot, drawing.palette)
    return plot


def _by_row(drawing: Drawing) -> figure:
    rows = FactorRange(factors=[str(place + 1) for place in range(drawing.review.residuals.values.shape[1])])
    return _scatter(drawing, _plot(drawing, drawing.say(N_("by row")), drawing.say(N_("row")), x_range=rows), "row", spread=True)


def _by_speed(drawing: Drawing) -> figure:
    return _scatter(drawing, _plot(drawing, drawing.say(N_("by speed")), drawing.say(N_("speed, km/h"))), "speed", spread=False)


def _by_vehicle(drawing: Drawing) -> figure:
    names = FactorRange(factors=list(dict.fromkeys(run.vehicle for run in drawing.review.residuals.runs)))
    plot = _plot(drawing, drawing.say(N_("by vehicle")), drawing.say(N_("vehicle")), x_range=names)
    return _scatter(drawing, plot, "vehicle", spread=True)


def _by_temperature(drawing: Drawing) -> figure:
    """Draw over temperature where runs have their own; else over the runs' order, for a warm-up or a change in between shows there."""
    if any(run.pavement_c is not None for run in drawing.review.residuals.runs):
        plot = _plot(drawing, drawing.say(N_("by pavement temperature")), drawing.say(N_("pavement, °C")))
        return _scatter(drawing, plot, "temperature", spread=False)
    title, pavement_c = drawing.say(N_("by order of the runs")), drawing.calibration.pavement_c
    if pavement_c is not None:
        title = drawing.say(N_("by order of the runs; all at %(c)s °C pavement"), c=f"{pavement_c:g}")
    return _scatter(drawing, _plot(drawing, title, drawing.say(N_("run"))), "run", spread=False)


def _influence(drawing: Drawing) -> figure:
    """Draw Cook's distance of each run; those worth a look are hatched."""
    found, palette = drawing.review.influences, drawing.palette
    runs = [str(one.run) for one in found]
    plot = blank_chart(
        HEIGHT,
        palette,
        x_range=FactorRange(factors=runs),
        y_range=Range1d(start=0.0, end=1.1 * max((one.distance for one in found if one.distance > 0.0), default=1.0)),
        title=drawing.say(N_("influence of each run on the gains")),
    )
    plot.title.text_color = palette.ink  # type: ignore[union-attr]
    source = ColumnDataSource(
        {
            "run": runs,
            "vehicle": [one.vehicle for one in found],
            "distance": [one.distance for one in found],
            "mean": [100.0 * one.mean for one in found],
            "largest": [100.0 * one.largest for one in found],
            "unseen": [100.0 * one.unseen for one in found],
            "sensor": [one.sensor for one in found],
            "colour": [palette.amber if one.marked else palette.muted for one in found],
            "hatch": ["/" if one.marked else " " for one in found],
        }
    )
    plot.vbar(
        x="run", top="distance", width=0.7, source=source, color="colour", hatch_pattern="hatch", hatch_color=palette.paper, hatch_scale=8
    )
    tips = [(drawing.say(N_("run")), "@run"), (drawing.say(N_("vehicle")), "@vehicle")]
    tips += [(drawing.say(N_("Cook's distance")), "@distance{0.000}"), (drawing.say(N_("mean gain, %%")), "@mean{+0.000}")]
    tips += [(drawing.say(N_("largest, %%")), "@largest{+0.000} (@sensor)"), (drawing.say(N_("unseen, %%")), "@unseen{+0.00}")]
    plot.add_tools(HoverTool(tooltips=tips))
    plot.xaxis.axis_label = drawing.say(N_("run"))
    plot.yaxis.axis_label = drawing.say(N_("Cook's distance"))
    return plot


PLOTS: Final[Mapping[str, Callable[[Drawing], figure]]] = {
    "row": _by_row,
    "speed": _by_speed,
    "vehicle": _by_vehicle,
    "temperature": _by_temperature,
    "influence": _influence,
}
