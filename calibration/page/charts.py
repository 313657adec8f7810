"""Charts as Bokeh documents: the oscilloscope, which the browser fills, and what a fit left of each run."""

from __future__ import annotations

from typing import Any, Final

from bokeh.embed import json_item
from bokeh.layouts import gridplot
from bokeh.models import BasicTicker, ColumnDataSource, HoverTool, NumeralTickFormatter, Range1d
from bokeh.models.annotations import Span
from bokeh.plotting import figure

from calibration.chart import MARKERS, PALETTES, Palette, blank_chart, legend_above
from calibration.model import Calibration
from calibration.page.translation import Language
from calibration.review.plots import PLOTS, Drawing
from calibration.review.table import Review
from contract.station import Lane, Sensor

ROW_PX: Final = 74
AXIS_PX: Final = 40
FIT_PX: Final = 320
KNOTS: Final = 60


def oscilloscope_item(lane: Lane, language: Language, theme: str) -> dict[str, Any]:
    """Give one small chart per channel on one time axis, empty; `signals.js` fills the sources, which are named by channel."""
    palette = PALETTES[theme]
    time = Range1d(start=-10.0, end=0.0, name="time")
    charts = [_channel(sensor, lane, language, palette, time, last=sensor is lane.sensor[-1]) for sensor in lane.sensor]
    grid = gridplot([[chart] for chart in charts], toolbar_location=None, sizing_mode="stretch_width")
    return dict(json_item(grid))


def fit_item(calibration: Calibration, language: Language, theme: str) -> dict[str, Any]:
    """Give what each run's mean of rows still reads wrong by speed, with the fitted function of speed and its doubt."""
    palette, say = PALETTES[theme], language.say
    runs = [run for run in calibration.runs if None not in run.errors]
    chart = blank_chart(FIT_PX, palette, x_range=Range1d(start=0.9 * calibration.speed_min_kmh, end=1.1 * calibration.speed_max_kmh))
    chart.xaxis.axis_label = say("speed, km/h")
    chart.yaxis.axis_label = say("reads too much, %")
    speeds = [
        calibration.speed_min_kmh + (calibration.speed_max_kmh - calibration.speed_min_kmh) * index / KNOTS for index in range(KNOTS + 1)
    ]
    means = [100.0 * float(calibration.speed.errors(speed).mean()) for speed in speeds]
    chart.line(speeds, means, line_color=palette.muted, line_width=2, legend_label=say("fitted function of speed"))
    chart.add_layout(Span(location=0, dimension="width", line_color=palette.line))
    for index, vehicle in enumerate(dict.fromkeys(run.vehicle for run in runs)):
        own = [run for run in runs if run.vehicle == vehicle]
        errors = [100.0 * sum(error or 0.0 for error in run.errors) / len(run.errors) for run in own]
        source = ColumnDataSource(
            {"speed": [run.speed_kmh for run in own], "error": errors, "run": [run.run for run in own], "truck": [vehicle] * len(own)}
        )
        points = chart.scatter(
            "speed",
            "error",
            source=source,
            size=10,
            marker=MARKERS[index % len(MARKERS)],
            color=palette.series[index % len(palette.series)],
            legend_label=say("truck %(name)s", name=vehicle),
        )
        tips = [(say("run"), "@run, @truck"), (say("speed"), "@speed{0.0} km/h"), (say("reads too much"), "@error{+0.00} %")]
        chart.add_tools(HoverTool(renderers=[points], tooltips=tips))
    legend_above(chart, palette)
    return dict(json_item(chart))


def review_item(review: Review, calibration: Calibration, of: str, language: Language, theme: str) -> dict[str, Any]:
    """Give one of the charts of what a fit leaves of its runs; `of` names it."""
    return dict(json_item(PLOTS[of](Drawing(review, calibration, language.code, PALETTES[theme]))))


def _channel(sensor: Sensor, lane: Lane, language: Language, palette: Palette, time: Range1d, *, last: bool) -> figure:
    right = sensor.lateral_m[0] >= 0.3 * lane.width_m
    colour = palette.muted if not sensor.weighs else palette.right if right else palette.left
    chart = blank_chart(ROW_PX + (AXIS_PX if last else 0), palette, x_range=time)
    chart.y_range = Range1d(start=-1.0, end=1.0, name=f"range-{sensor.channel}")
    chart.yaxis.axis_label = sensor.channel
    chart.yaxis.ticker = BasicTicker(desired_num_ticks=2)
    chart.yaxis.formatter = NumeralTickFormatter(format="0a")
    chart.xaxis.visible = last
    chart.xaxis.axis_label = language.say("seconds before now")
    source = ColumnDataSource({"t": [], "counts": []}, name=f"signal-{sensor.channel}")
    chart.line("t", "counts", source=source, line_color=colour, line_width=1.2)
    chart.add_layout(Span(location=0.0, dimension="width", line_color=palette.muted, line_dash="dotted", name=f"zero-{sensor.channel}"))
    return chart
