"""Charts along time: how many kept to the limits, and the wear of the road."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from bokeh.models import BasicTicker, ColumnDataSource, HoverTool, NumeralTickFormatter, Range1d

from central.analysis.report import Step
from central.analysis.selection import parse_month
from central.evidence.aggregates.calendar import DAYS_PER_WEEK, date_of, first_day
from central.web.analysis.cells import cell
from central.web.analysis.drawing import TONES, Drawing, blank, columns_of, from_zero, legend_above
from central.web.analysis.tables import Column, Table
from central.web.formats import Formats
from central.web.translation import language

MS_PER_DAY: Final = 86_400_000
MARGIN_PERCENT: Final = 2.5
"""Left at least above and below what is drawn of shares: an axis of tenths of a per cent makes much of nothing."""
BAR_WIDTH: Final = 0.8
"""Of the step that it stands for."""


def compliance_text(table: Table, step: Step, formats: Formats, theme: str) -> str:
    """Give the document of the compliance over time as JSON."""
    rows = [row for row in table.rows if row[3] is not None]
    shares = [100 * float(row[3] or 0) for row in rows]
    low, high = min(shares, default=0.0), max(shares, default=100.0)
    margin = max(MARGIN_PERCENT, 0.1 * (high - low))
    data: dict[str, Sequence[str | float]] = {
        "time": [_middle_ms(str(row[0]), step) for row in rows],
        "share": shares,
        **_told(table, rows, formats),
    }
    return _compliance(table.columns, formats.language.code, theme).filled(
        {"data": columns_of(data), "low": max(0, math.floor(low - margin)), "high": min(100, math.ceil(high + margin))}
    )


def damage_text(table: Table, step: Step, formats: Formats, theme: str) -> str:
    """Give the document of the wear over time as JSON."""
    by_overloads = [float(row[3] or 0) for row in table.rows]
    data: dict[str, Sequence[str | float]] = {
        "time": [_middle_ms(str(row[0]), step) for row in table.rows],
        "width": [BAR_WIDTH * MS_PER_DAY * _days(str(row[0]), step) for row in table.rows],
        "overloaded": by_overloads,
        "others": [float(row[2] or 0) - own for row, own in zip(table.rows, by_overloads, strict=True)],
        **_told(table, table.rows, formats),
    }
    return _damage(table.columns, formats.language.code, theme).filled({"data": columns_of(data)})


@cache
def _compliance(columns: tuple[Column, ...], code: str, theme: str) -> Drawing:
    tones, source = TONES[theme], _source(columns, "time", "share")
    chart = blank(theme, x_axis_type="datetime", y_range=Range1d())
    chart.line("time", "share", source=source, line_color=tones.plain, line_width=2)
    dots = chart.scatter("time", "share", source=source, size=6, color=tones.plain)
    chart.add_tools(HoverTool(renderers=[dots], tooltips=_tips(columns, code), visible=False))
    chart.yaxis.axis_label = language(code).say(columns[3].head) + language(code).say(", ") + "%"
    chart.yaxis.ticker = BasicTicker(desired_num_ticks=4)
    return Drawing(chart, {"data": (source, "data"), "low": (chart.y_range, "start"), "high": (chart.y_range, "end")})


@cache
def _damage(columns: tuple[Column, ...], code: str, theme: str) -> Drawing:
    say, tones, source = language(code).say, TONES[theme], _source(columns, "time", "width", "overloaded", "others")
    chart = blank(theme, x_axis_type="datetime", y_range=from_zero())
    bars: list[Any] = chart.vbar_stack(
        ["overloaded", "others"],
        x="time",
        width="width",
        source=source,
        color=[tones.enforce, tones.plain],
        line_color=None,
        legend_label=[say("by overloaded vehicles"), say("by the others")],
    )
    chart.add_tools(HoverTool(renderers=bars, tooltips=_tips(columns, code), visible=False))
    chart.yaxis.axis_label = say("standard axles (ESAL)")
    chart.yaxis.formatter = NumeralTickFormatter(format="0,0")
    chart.yaxis.ticker = BasicTicker(desired_num_ticks=4)
    legend_above(chart, theme)
    return Drawing(chart, {"data": (source, "data")})


def _source(columns: tuple[Column, ...], *figures: str) -> ColumnDataSource:
    return ColumnDataSource({name: [] for name in (*figures, *(f"t{place}" for place in range(len(columns))))})


def _told(table: Table, rows: Sequence[tuple[Any, ...]], formats: Formats) -> Mapping[str, list[str]]:
    """Give what is told of each row under the pointer."""
    return {f"t{place}": [cell(column, row[place], formats) for row in rows] for place, column in enumerate(table.columns)}


def _tips(columns: tuple[Column, ...], code: str) -> list[tuple[str, str]]:
    say = language(code).say
    return [(say(column.head), f"@t{place}" + (f" {column.unit}" if column.unit else "")) for place, column in enumerate(columns)]


def _days(label: str, step: Step) -> int:
    """Give how many days the step of a label has."""
    match step:
        case Step.DAY:
            return 1
        case Step.WEEK:
            return DAYS_PER_WEEK
        case Step.MONTH:
            month = parse_month(label)
            return first_day(month + 1) - first_day(month)


def _middle_ms(label: str, step: Step) -> float:
    """Give the middle of a step as the milliseconds since 1970 that a chart without time zones wants."""
    start = date_of(first_day(parse_month(label))) if step is Step.MONTH else datetime.fromisoformat(label).date()
    return (datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=_days(label, step) / 2)).timestamp() * 1_000
