"""The analysis as Bokeh documents, one for each chart; every one of them is drawn from a table that stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bokeh.embed import json_item
from bokeh.models import (
    BasicTicker,
    ColumnDataSource,
    DataRange1d,
    DatetimeTickFormatter,
    FactorRange,
    HoverTool,
    NumeralTickFormatter,
    Range1d,
)
from bokeh.models.annotations import ColorBar, Span
from bokeh.models.mappers import LinearColorMapper
from bokeh.plotting import figure

from central.analysis.report import Step
from central.analysis.selection import parse_month
from central.evidence.aggregates.calendar import DAYS_PER_WEEK, HOURS_PER_DAY, date_of, first_day
from central.web.analysis.cells import UNKNOWN_CARRIER, cell, rate_text
from central.web.analysis.choice import Choice
from central.web.analysis.tables import WEEKDAYS, Report, Table
from central.web.formats import Formats
from central.web.palette import PALETTES
from central.web.translation import N_

BARS_MAX: Final = 15
"""Most bars of a chart; the table has the rest."""
HEIGHT_PX: Final = 260
LABEL_MAX: Final = 24
"""Characters of a bar's name; the whole of it is told under the pointer."""


@dataclass(frozen=True, slots=True)
class Tones:
    """Colours beyond the palette's: of what can be enforced, of what is barred, of anything else, and a ramp for the week."""

    enforce: str
    barred: str
    plain: str
    ramp: tuple[str, ...]


TONES: Final = {
    "light": Tones(
        "#b1121b", "#9aa3ad", "#17508f", ("#f3f6f9", "#d5e4f2", "#abcbe6", "#7cadd8", "#4d8cc6", "#2a6aac", "#17508f", "#0d3766")
    ),
    "dark": Tones(
        "#ff8f88", "#6c7681", "#5c9ce6", ("#1b2026", "#1d2f42", "#204563", "#255d88", "#3178af", "#4b95d3", "#7db4ee", "#b5d8f7")
    ),
}
"""As in weighline.css; the ramp grows in one hue, so that it reads in grey as well."""


def chart_items(report: Report, choice: Choice, formats: Formats, theme: str) -> dict[str, dict[str, Any]]:
    """Give each chart's document as `Bokeh.embed.embed_item` wants it, by the id of its table; a chart of nothing is left out.

    Parameters
    ----------
    report
        What is drawn.
    choice
        Tells the step of time.
    formats
        Of numbers and words.
    theme
        ``light`` or ``dark``.
    """
    charts = _Charts(report, choice, formats, theme)
    return {name: dict(json_item(chart)) for name, chart in charts.drawn().items()}


class _Charts:
    """Draws the charts of one report."""

    def __init__(self, report: Report, choice: Choice, formats: Formats, theme: str) -> None:
        self._report = report
        self._choice = choice
        self._formats = formats
        self.say = formats.language.say
        self._palette = PALETTES[theme]
        self._tones = TONES[theme]

    def drawn(self) -> dict[str, figure]:
        """Give the charts that have something to show."""
        report = self._report
        if not report.total.passages:
            return {}
        charts = {
            "matching": self._stacked(report.matching, (4, 5), (self._palette.muted, self._palette.chosen), scale=100),
            "compliance": self._compliance(report.compliance),
            "damage": self._damage(report.damage),
        }
        if report.total.overloads:
            barred = _with_rest(report.stations, whole=4, part=5, head=N_("Barred"))
            charts |= {
                "damage-stations": self._stacked(report.damage_stations, (4,), (self._tones.enforce,), scale=100),
                "stations": self._stacked(barred, (5, 8), (self._tones.enforce, self._tones.barred)),
                "hours": self._week(),
                "configurations": self._stacked(report.configurations, (2,), (self._tones.plain,)),
                "degrees": self._stacked(report.degrees, (1,), (self._tones.plain,), in_order=True),
            }
        if report.decisions.rows:
            charts["decisions"] = self._stacked(self._translated(report.decisions), (1,), (self._tones.plain,))
        if any(row[0] is not None for row in report.carriers.rows):
            charts["carriers"] = self._stacked(report.carriers, (2,), (self._tones.plain,))
        if report.patrols.suggestions:
            charts["patrol"] = self._patrol(report.patrol)
        return charts

    def _stacked(
        self, table: Table, figures: tuple[int, ...], colours: tuple[str, ...], *, scale: float = 1, in_order: bool = False
    ) -> figure:
        """Draw a row of bars, one for each line of the table, of which the columns `figures` are stacked."""
        rows = table.rows[:BARS_MAX]
        names = [str(row[0]) if row[0] is not None else self.say(UNKNOWN_CARRIER) for row in rows]
        labels = _distinct(names)
        source: dict[str, Any] = {"label": labels, "name": names}
        for place in figures:
            source[f"v{place}"] = [scale * float(row[place] or 0) for row in rows]
            source[f"t{place}"] = [cell(table.columns[place], row[place], self._formats) for row in rows]
        chart = self._blank(x_range=_from_zero(), y_range=FactorRange(factors=labels if in_order else labels[::-1], range_padding=0.08))
        heads = {place: self.say(table.columns[place].head) for place in figures}
        bars: list[Any] = chart.hbar_stack(
            [f"v{place}" for place in figures],
            y="label",
            height=0.72,
            source=ColumnDataSource(source),
            color=list(colours),
            line_color=None,
            **({"legend_label": list(heads.values())} if len(figures) > 1 else {}),
        )
        tips = [(self.say(table.columns[0].head), "@name"), *((heads[place], f"@t{place}") for place in figures)]
        chart.add_tools(HoverTool(renderers=bars, tooltips=tips, visible=False))
        chart.ygrid.visible = False
        chart.xaxis.formatter = NumeralTickFormatter(format="0,0.[0]")
        chart.xaxis.ticker = BasicTicker(desired_num_ticks=4)
        chart.xaxis.axis_label = heads[figures[0]] + (" %" if scale == 100 else "") if len(figures) == 1 else "%" if scale == 100 else None
        self._legend(chart)
        return chart

    def _week(self) -> figure:
        """Draw the week as a field of hours, darker where overloads are more frequent."""
        week = self._report.week
        rates = week.overloads / week.observed_h.clip(min=1)
        days = [self.say(name) for name in WEEKDAYS]
        cells = [(weekday, hour) for weekday in range(DAYS_PER_WEEK) for hour in range(HOURS_PER_DAY)]
        source = ColumnDataSource(
            {
                "hour": [hour + 0.5 for _, hour in cells],
                "day": [days[weekday] for weekday, _ in cells],
                "clock": [f"{hour:02d}:00–{hour + 1:02d}:00" for _, hour in cells],
                "rate": [float(rates[one]) for one in cells],
                "told": [rate_text(float(rates[one]), self._formats) for one in cells],
                "overloads": [int(week.overloads[one]) for one in cells],
                "observed": [int(week.days[weekday]) for weekday, _ in cells],
            }
        )
        chart = self._blank(x_range=Range1d(start=0, end=HOURS_PER_DAY), y_range=FactorRange(factors=days[::-1]))
        mapper = LinearColorMapper(palette=list(self._tones.ramp), low=0, high=max(float(rates.max()), 1e-9))
        field = chart.rect(
            "hour", "day", 1, 1, source=source, fill_color={"field": "rate", "transform": mapper}, line_color=self._palette.paper
        )
        say = self.say
        tips = [
            (say("Weekday"), "@day"),
            (say("Hour"), "@clock"),
            (say("Overloads an hour"), "@told"),
            (say("Overloads"), "@overloads"),
            (say("Days observed"), "@observed"),
        ]
        chart.add_tools(HoverTool(renderers=[field], tooltips=tips, visible=False))
        chart.grid.visible = False
        chart.xaxis.ticker = list(range(0, HOURS_PER_DAY + 1, 3))
        chart.xaxis.axis_label = say("hour of the day")
        palette = self._palette
        bar = ColorBar(
            color_mapper=mapper,
            width=10,
            title=say("Overloads an hour"),
            title_text_color=palette.muted,
            title_text_font_size="11px",
            title_text_font_style="normal",
            major_label_text_color=palette.muted,
            background_fill_color=palette.paper,
            bar_line_color=palette.line,
            ticker=BasicTicker(desired_num_ticks=4),
        )
        chart.add_layout(bar, "right")
        return chart

    def _compliance(self, table: Table) -> figure:
        rows = [row for row in table.rows if row[3] is not None]
        source = ColumnDataSource(
            {
                "time": [self._time(str(row[0])) for row in rows],
                "share": [100 * float(row[3] or 0) for row in rows],
                "label": [row[0] for row in rows],
                "told": [cell(table.columns[3], row[3], self._formats) for row in rows],
                "assessed": [cell(table.columns[1], row[1], self._formats) for row in rows],
                "overloads": [cell(table.columns[2], row[2], self._formats) for row in rows],
            }
        )
        chart = self._blank(x_axis_type="datetime")
        line = chart.line("time", "share", source=source, line_color=self._tones.plain, line_width=2)
        dots = chart.scatter("time", "share", source=source, size=4, color=self._tones.plain)
        tips = self._tips(table, ("@label", "@assessed", "@overloads", "@told %"))
        chart.add_tools(HoverTool(renderers=[dots], tooltips=tips, visible=False))
        chart.yaxis.axis_label = self.say(table.columns[3].head) + ", %"
        chart.yaxis.ticker = BasicTicker(desired_num_ticks=4)
        line.level = "underlay"
        return chart

    def _damage(self, table: Table) -> figure:
        rows = table.rows
        times = [self._time(str(row[0])) for row in rows]
        by_overloads = [float(row[3] or 0) for row in rows]
        source = ColumnDataSource(
            {
                "time": times,
                "width": [0.8 * self._days(str(row[0])) * 86_400_000 for row in rows],
                "overloaded": by_overloads,
                "others": [float(row[2] or 0) - own for row, own in zip(rows, by_overloads, strict=True)],
                "label": [row[0] for row in rows],
                **{f"t{place}": [cell(table.columns[place], row[place], self._formats) for row in rows] for place in (1, 2, 3, 4)},
            }
        )
        chart = self._blank(x_axis_type="datetime", y_range=_from_zero())
        bars: list[Any] = chart.vbar_stack(
            ["overloaded", "others"],
            x="time",
            width="width",
            source=source,
            color=[self._tones.enforce, self._tones.plain],
            line_color=None,
            legend_label=[self.say("by overloaded vehicles"), self.say("by the others")],
        )
        chart.add_tools(HoverTool(renderers=bars, tooltips=self._tips(table, ("@label", "@t1", "@t2", "@t3", "@t4 %")), visible=False))
        chart.yaxis.axis_label = self.say("standard axles (ESAL)")
        chart.yaxis.formatter = NumeralTickFormatter(format="0,0")
        chart.yaxis.ticker = BasicTicker(desired_num_ticks=4)
        self._legend(chart)
        return chart

    def _patrol(self, table: Table) -> figure:
        """Draw each suggestion's rate as a dot on its interval, and the week's mean as a line."""
        labels = [f"{self.say(str(row[0]))} {row[1]}" for row in table.rows]
        source = ColumnDataSource(
            {
                "label": labels,
                **{name: [row[place] for row in table.rows] for name, place in (("rate", 2), ("low", 3), ("high", 4))},
                **{f"t{place}": [cell(table.columns[place], row[place], self._formats) for row in table.rows] for place in range(2, 7)},
            }
        )
        chart = self._blank(x_range=_from_zero(), y_range=FactorRange(factors=labels[::-1], range_padding=0.08))
        palette = self._palette
        chart.segment("low", "label", "high", "label", source=source, line_color=self._tones.plain, line_width=2)
        dots = chart.scatter("rate", "label", source=source, size=9, color=self._tones.plain)
        mean = self._report.patrols.mean
        chart.add_layout(Span(location=mean, dimension="height", line_color=palette.muted, line_dash="dashed"))
        tips = [(self.say(table.columns[place].head), f"@t{place}") for place in range(2, 7)]
        chart.add_tools(HoverTool(renderers=[dots], tooltips=[("", "@label"), *tips], visible=False))
        chart.ygrid.visible = False
        chart.xaxis.axis_label = self.say("overloads an hour at one station; dashed: the week's mean")
        return chart

    def _translated(self, table: Table) -> Table:
        """Give a table whose first column holds words of the reader's language."""
        rows = tuple((self.say(str(row[0])), *row[1:]) for row in table.rows)
        return Table(table.id, table.title, table.columns, rows)

    def _tips(self, table: Table, values: Sequence[str]) -> list[tuple[str, str]]:
        return [(self.say(column.head), value) for column, value in zip(table.columns, values, strict=True)]

    def _days(self, label: str) -> int:
        """Give how many days the step of a label has."""
        match self._choice.step:
            case Step.DAY:
                return 1
            case Step.WEEK:
                return DAYS_PER_WEEK
            case Step.MONTH:
                month = parse_month(label)
                return first_day(month + 1) - first_day(month)

    def _time(self, label: str) -> datetime:
        """Give the middle of a step."""
        start = date_of(first_day(parse_month(label))) if self._choice.step is Step.MONTH else datetime.fromisoformat(label).date()
        return datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=self._days(label) / 2)

    def _blank(self, **ranges: Any) -> figure:  # noqa: ANN401 - handed to Bokeh as they are
        palette = self._palette
        chart = figure(
            height=HEIGHT_PX,
            sizing_mode="stretch_width",
            tools="",
            toolbar_location=None,
            background_fill_color=palette.paper,
            border_fill_color=palette.paper,
            outline_line_color=None,
            min_border_right=12,
            **ranges,
        )
        chart.grid.grid_line_color = palette.grid
        for axis in chart.axis:
            axis.axis_label_text_color = palette.muted
            axis.axis_label_text_font_style = "normal"
            axis.axis_label_text_font_size = "11px"
            axis.major_label_text_color = palette.muted
            axis.axis_line_color = palette.line
            axis.major_tick_line_color = palette.line
            axis.minor_tick_line_color = None
        if ranges.get("x_axis_type") == "datetime":
            chart.xaxis.formatter = DatetimeTickFormatter(days="%m-%d", months="%Y-%m", years="%Y")
        return chart

    def _legend(self, chart: figure) -> None:
        palette = self._palette
        for legend in chart.legend:
            legend.orientation = "horizontal"
            legend.label_text_color = palette.muted
            legend.label_text_font_size = "11px"
            legend.background_fill_color = palette.paper
            legend.border_line_color = None
            legend.update(padding=0, glyph_width=12, glyph_height=12)
        if chart.legend:
            chart.add_layout(chart.legend[0], "above")


def _with_rest(table: Table, *, whole: int, part: int, head: str) -> Table:
    """Give a table with a last column: what of one column another does not count."""
    column = type(table.columns[0])(head)
    rows = tuple((*row, int(row[whole] or 0) - int(row[part] or 0)) for row in table.rows)
    return Table(table.id, table.title, (*table.columns, column), rows)


def _from_zero() -> DataRange1d:
    return DataRange1d(start=0)


def _distinct(names: Sequence[str]) -> list[str]:
    """Give short labels, no two alike."""
    labels: list[str] = []
    for name in names:
        short = name if len(name) <= LABEL_MAX else name[: LABEL_MAX - 1] + "…"
        while short in labels:
            short += "\u200b"
        labels.append(short)
    return labels
