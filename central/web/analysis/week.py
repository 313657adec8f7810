"""Charts of the week: how frequent overloads are in each of its hours, and when a patrol meets most."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from bokeh.models import BasicTicker, ColumnDataSource, FactorRange, HoverTool, NumeralTickFormatter, Range1d
from bokeh.models.annotations import ColorBar, Span
from bokeh.models.mappers import LinearColorMapper

from central.analysis.report import Hours
from central.evidence.aggregates.calendar import DAYS_PER_WEEK, HOURS_PER_DAY
from central.web.analysis.cells import cell, rate_text
from central.web.analysis.drawing import TONES, Drawing, blank, columns_of, from_zero
from central.web.analysis.tables import WEEKDAYS, Column, Table
from central.web.formats import Formats
from central.web.palette import PALETTES
from central.web.translation import language

TICKS_H: Final = tuple(range(0, HOURS_PER_DAY + 1, 3))


def week_text(week: Hours, formats: Formats, theme: str) -> str:
    """Give the document of the field of hours as JSON, darker where overloads are more frequent."""
    rates = week.overloads / week.observed_h.clip(min=1)
    days = [formats.language.say(name) for name in WEEKDAYS]
    cells = [(weekday, hour) for weekday in range(DAYS_PER_WEEK) for hour in range(HOURS_PER_DAY)]
    data: dict[str, Sequence[str | float]] = {
        "hour": [hour + 0.5 for _, hour in cells],
        "day": [days[weekday] for weekday, _ in cells],
        "clock": [f"{hour:02d}:00–{hour + 1:02d}:00" for _, hour in cells],
        "rate": rates.ravel().tolist(),
        "told": [rate_text(rate, formats) for rate in rates.ravel().tolist()],
        "overloads": [formats.number(count) for count in week.overloads.ravel().tolist()],
        "observed": [formats.number(count) for count in week.observed_h.ravel().tolist()],
    }
    values = {"data": columns_of(data), "highest": max(float(rates.max()), 1e-9)}
    return _week(formats.language.code, theme).filled(values)


def patrol_text(table: Table, mean: float, formats: Formats, theme: str) -> str:
    """Give the document of the suggested hours as JSON: each rate as a dot on its interval, and the week's mean as a line."""
    labels = [f"{cell(table.columns[0], row[0], formats)} {row[1]}" for row in table.rows]
    data: dict[str, Sequence[str | float]] = {
        "label": labels,
        **{name: [float(row[place] or 0) for row in table.rows] for name, place in (("rate", 2), ("low", 3), ("high", 4))},
        **{f"t{place}": [cell(table.columns[place], row[place], formats) for row in table.rows] for place in range(2, 7)},
    }
    values = {"data": columns_of(data), "labels": labels[::-1], "mean": mean}
    return _patrol(table.columns, formats.language.code, theme).filled(values)


@cache
def _week(code: str, theme: str) -> Drawing:
    say, palette = language(code).say, PALETTES[theme]
    source = ColumnDataSource({name: [] for name in ("hour", "day", "clock", "rate", "told", "overloads", "observed")})
    days = [say(name) for name in WEEKDAYS]
    chart = blank(theme, x_range=Range1d(start=0, end=HOURS_PER_DAY), y_range=FactorRange(factors=days[::-1]))
    mapper = LinearColorMapper(palette=list(TONES[theme].ramp), low=0, high=1)
    field = chart.rect("hour", "day", 1, 1, source=source, fill_color={"field": "rate", "transform": mapper}, line_color=palette.paper)
    tips = [
        (say("Weekday"), "@day"),
        (say("Hour"), "@clock"),
        (say("Overloads an hour"), "@told"),
        (say("Overloads"), "@overloads"),
        (say("Days observed"), "@observed"),
    ]
    chart.add_tools(HoverTool(renderers=[field], tooltips=tips, visible=False))
    chart.grid.visible = False
    chart.xaxis.ticker = list(TICKS_H)
    chart.xaxis.axis_label = say("hour of the day")
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
        formatter=_rates(),
    )
    chart.add_layout(bar, "right")
    return Drawing(chart, {"data": (source, "data"), "highest": (mapper, "high")})


@cache
def _patrol(columns: tuple[Column, ...], code: str, theme: str) -> Drawing:
    say, tones = language(code).say, TONES[theme]
    told = [f"t{place}" for place in range(2, 7)]
    source, factors = ColumnDataSource({name: [] for name in ("label", "rate", "low", "high", *told)}), FactorRange(range_padding=0.08)
    chart = blank(theme, x_range=from_zero(), y_range=factors)
    chart.segment("low", "label", "high", "label", source=source, line_color=tones.plain, line_width=2)
    dots = chart.scatter("rate", "label", source=source, size=9, color=tones.plain)
    mean = Span(location=0, dimension="height", line_color=PALETTES[theme].muted, line_dash="dashed")
    chart.add_layout(mean)
    tips = [(say(columns[place].head), f"@t{place}") for place in range(2, 7)]
    chart.add_tools(HoverTool(renderers=[dots], tooltips=[("", "@label"), *tips], visible=False))
    chart.ygrid.visible = False
    chart.xaxis.axis_label = say("overloads an hour; dashed: the week's mean")
    chart.xaxis.ticker = BasicTicker(desired_num_ticks=4)
    chart.xaxis.formatter = _rates()
    return Drawing(chart, {"data": (source, "data"), "labels": (factors, "factors"), "mean": (mean, "location")})


def _rates() -> NumeralTickFormatter:
    """Write small rates as 0.004: 4.000e-3 says little to most readers."""
    return NumeralTickFormatter(format="0.[00000]")
