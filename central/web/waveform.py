"""The waveform as a Bokeh document: a chart per sensor row on one time axis, found axles as strips, what was excluded hatched.

The strips of all rows share one data source, named `CROSSINGS`, so that selecting an axle in it marks that axle in every row at once;
that is how the axle diagram and the chart point at each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from bokeh.embed import json_item
from bokeh.layouts import gridplot
from bokeh.models import (
    BasicTicker,
    BoxZoomTool,
    CDSView,
    ColumnDataSource,
    DataRange1d,
    FactorRange,
    GridPlot,
    GroupFilter,
    HoverTool,
    NumeralTickFormatter,
    PanTool,
    Range,
    Range1d,
    ResetTool,
    SaveTool,
    TapTool,
    Tool,
    VStrip,
    WheelZoomTool,
)
from bokeh.models.annotations import Span
from bokeh.models.renderers import GlyphRenderer
from bokeh.plotting import figure

from central.web.palette import PALETTES, Palette, colour_axes
from central.web.signal import Signal, Trace
from central.web.translation import Language
from central.web.words import CROSSING_FLAGS

CROSSINGS: Final = "crossings"
_ROW_PX: Final = 128
_LOOP_PX: Final = 22
_AXIS_PX: Final = 34
"""Room that a chart with a written time axis needs on top."""


def waveform_item(signal: Signal, language: Language, theme: str) -> dict[str, Any]:
    """Give the document as `Bokeh.embed.embed_item` wants it.

    Parameters
    ----------
    signal
        The reduced capture.
    language
        Of axes, tools and hover texts.
    theme
        ``light`` or ``dark``.
    """
    chart = _Chart(signal, language, PALETTES[theme])
    return dict(json_item(chart.layout()))


@dataclass(frozen=True)
class _Tools:
    """The tools of one chart, all but hover; a merged toolbar shows each kind once."""

    language: Language

    def make(self) -> list[Tool]:
        say = self.language.say
        return [
            PanTool(dimensions="width", description=say("Pan")),
            BoxZoomTool(dimensions="width", description=say("Zoom to a stretch of time")),
            WheelZoomTool(dimensions="width", description=say("Zoom with the wheel")),
            ResetTool(description=say("Whole passage")),
            SaveTool(description=say("Save as picture")),
        ]


class _Chart:
    """Builds the charts of one signal."""

    def __init__(self, signal: Signal, language: Language, palette: Palette) -> None:
        self._signal = signal
        self._language = language
        self._palette = palette
        end_s = signal.start_s + signal.buckets * signal.bucket_s
        self._time = Range1d(start=signal.start_s, end=end_s, bounds=(signal.start_s, end_s))
        self._counts = _counts_source(signal)
        self._crossings = _crossings_source(signal)
        self._excluded = _excluded_source(signal, language)

    def layout(self) -> GridPlot:
        """Stack the charts under one toolbar."""
        rows = self._signal.rows
        charts = [self._row(name, traces, last=name == list(rows)[-1]) for name, traces in rows.items()]
        if self._signal.loops:
            charts.insert(0, self._loops())
        children: list[list[Any]] = [[chart] for chart in charts]
        return gridplot(children, toolbar_location="above", toolbar_options={"logo": None}, sizing_mode="stretch_width")

    def _row(self, name: str, traces: tuple[Trace, ...], *, last: bool) -> figure:
        say = self._language.say
        chart = self._blank(_ROW_PX + (_AXIS_PX if last else 0), DataRange1d(range_padding=0.2))
        chart.yaxis.axis_label = say("%(row)s, counts", row=name)
        chart.yaxis.ticker = BasicTicker(desired_num_ticks=3)
        chart.yaxis.formatter = NumeralTickFormatter(format="0,0")
        chart.xaxis.visible = last
        chart.xaxis.axis_label = say("time from the first axle at the origin, s")
        strips = self._strips(chart, name)
        for trace in traces:
            colour = self._palette.side(trace.side)
            chart.add_layout(Span(location=trace.baseline, dimension="width", line_color=colour, line_dash="dotted", line_alpha=0.7))
            line = chart.line(
                "time_s", trace.channel, source=self._counts, line_color=colour, line_width=1.1 if trace.side == "right" else 2.0
            )
            figures = [(say("channel"), trace.channel), (say("time"), "@time_s{0.0000} s"), (say("counts"), f"@{{{trace.channel}}}{{0,0}}")]
            chart.add_tools(HoverTool(renderers=[line], tooltips=figures, mode="mouse", description=say("Values under the pointer")))
        chart.add_tools(TapTool(renderers=[strips], description=say("Mark an axle")))
        return chart

    def _strips(self, chart: figure, row: str) -> GlyphRenderer[VStrip]:
        """Draw the found axles behind the signal, with their numbers above it; gaps and flagged crossings hatched over it."""
        palette = self._palette
        view = CDSView(filter=GroupFilter(column_name="row", group=row))
        strips = chart.add_glyph(
            self._crossings,
            VStrip(x0="start_s", x1="stop_s", fill_color=palette.mark, fill_alpha=0.16, line_color=None),
            selection_glyph=VStrip(x0="start_s", x1="stop_s", fill_color=palette.chosen, fill_alpha=0.45, line_color=palette.chosen),
            nonselection_glyph=VStrip(x0="start_s", x1="stop_s", fill_color=palette.mark, fill_alpha=0.16, line_color=None),
            view=view,
        )
        chart.text(
            "middle_s",
            "top",
            text="label",
            source=self._crossings,
            view=view,
            text_color=palette.ink,
            text_font_size="11px",
            text_align="center",
            text_baseline="bottom",
            nonselection_text_alpha=1.0,
        )
        hatched = chart.add_glyph(
            self._excluded,
            VStrip(
                x0="start_s",
                x1="stop_s",
                fill_color=None,
                line_color=palette.muted,
                hatch_pattern="/",
                hatch_color=palette.muted,
                hatch_alpha=0.6,
            ),
            view=CDSView(filter=GroupFilter(column_name="row", group=row)),
        )
        chart.add_tools(HoverTool(renderers=[hatched], tooltips=[(self._language.say("excluded"), "@reason")], visible=False))
        return strips

    def _loops(self) -> figure:
        """Draw a thin band per loop: when it saw the vehicle."""
        signal = self._signal
        names = list(signal.loops)
        chart = self._blank(_LOOP_PX * len(names) + 10, FactorRange(factors=names[::-1]))
        chart.xaxis.visible = False
        chart.ygrid.visible = False
        presences = [crossing for crossing in signal.crossings if crossing.sensor in names]
        source = ColumnDataSource(
            {
                "loop": [crossing.sensor for crossing in presences],
                "start_s": [signal.seconds(crossing.start) for crossing in presences],
                "stop_s": [signal.seconds(crossing.stop) for crossing in presences],
            }
        )
        muted = self._palette.muted
        bands = chart.hbar(
            y="loop",
            left="start_s",
            right="stop_s",
            height=0.55,
            source=source,
            fill_color=muted,
            fill_alpha=0.45,
            line_color=None,
        )
        figures = [(self._language.say("loop"), "@loop"), (self._language.say("present"), "@start_s{0.000} – @stop_s{0.000} s")]
        chart.add_tools(HoverTool(renderers=[bands], tooltips=figures, visible=False))
        return chart

    def _blank(self, height: int, vertical: Range) -> figure:
        palette = self._palette
        chart = figure(
            height=height,
            sizing_mode="stretch_width",
            x_range=self._time,
            y_range=vertical,
            tools=_Tools(self._language).make(),
            active_drag=None,
            min_border_left=76,
            min_border_right=8,
            background_fill_color=palette.paper,
            border_fill_color=palette.paper,
            outline_line_color=palette.line,
            lod_threshold=None,
        )
        colour_axes(chart, palette)
        return chart


def _counts_source(signal: Signal) -> ColumnDataSource:
    """Give the least and greatest count of each bucket, one after the other, so that a line through them fills what a pixel's time held."""
    times = signal.start_s + signal.bucket_s * (np.arange(signal.buckets) + 0.5)
    columns: dict[str, Any] = {"time_s": np.repeat(times, 2).astype(np.float32)}
    for trace in signal.traces:
        both = np.empty(2 * signal.buckets, dtype=np.int32)
        both[0::2], both[1::2] = trace.low, trace.high
        columns[trace.channel] = both
    return ColumnDataSource(columns)


def _crossings_source(signal: Signal) -> ColumnDataSource:
    """Give one strip per row and axle, from the first side's start to the last side's stop."""
    rows: dict[str, list[Any]] = {name: [] for name in ("row", "axle", "label", "start_s", "stop_s", "middle_s", "top")}
    for name, traces in signal.rows.items():
        channels = {trace.channel for trace in traces}
        top = max(int(trace.high.max()) for trace in traces)
        found = [crossing for crossing in signal.crossings if crossing.axle > 0 and crossing.sensor in channels]
        for axle in sorted({crossing.axle for crossing in found}):
            own = [crossing for crossing in found if crossing.axle == axle]
            start, stop = signal.seconds(min(c.start for c in own)), signal.seconds(max(c.stop for c in own))
            values = (name, axle, str(axle), start, stop, (start + stop) / 2, top)
            for column, value in zip(rows.values(), values, strict=True):
                column.append(value)
    return ColumnDataSource(rows, name=CROSSINGS)


def _excluded_source(signal: Signal, language: Language) -> ColumnDataSource:
    """Give what did not count: lost samples in every row, and crossings that carry a flag, each with its reason."""
    columns: dict[str, list[Any]] = {"row": [], "start_s": [], "stop_s": [], "reason": []}

    def add(row: str, start_s: float, stop_s: float, reason: str) -> None:
        for column, value in zip(columns.values(), (row, start_s, stop_s, reason), strict=True):
            column.append(value)

    for name, traces in signal.rows.items():
        for start_s, stop_s in signal.gaps_s:
            add(name, start_s, stop_s, language.say("samples lost"))
        channels = {trace.channel for trace in traces}
        for crossing in signal.crossings:
            if crossing.sensor in channels and crossing.flags:
                reason = ", ".join(language.say(CROSSING_FLAGS[flag]) for flag in crossing.flags)
                add(name, signal.seconds(crossing.start), signal.seconds(crossing.stop), f"{crossing.sensor}: {reason}")
    return ColumnDataSource(columns)
