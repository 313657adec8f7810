"""Rows of bars, one for each line of a table, of which one or more columns are stacked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from bokeh.models import BasicTicker, ColumnDataSource, FactorRange, HoverTool, NumeralTickFormatter
from bokeh.plotting import figure

from central.web.analysis.cells import cell
from central.web.analysis.drawing import TONES, Drawing, blank, columns_of, from_zero, legend_above
from central.web.analysis.tables import Column, Kind, Table, Value
from central.web.formats import Formats
from central.web.translation import language

BARS_MAX: Final = 15
"""Most bars of a chart; the table has the rest."""
THICK_MOST: Final = 0.72
"""Share of its row that a bar fills."""
THICK_ALONE: Final = 0.14
"""The same of the only bar of a chart: it is no thicker than one of five."""
LABEL_MAX: Final = 24
"""Characters of a bar's name; the whole of it is told under the pointer."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Which columns are stacked, and the colour of each, a field of `Tones`.

    `longest_first` orders the bars by their length; otherwise they stand as in the table.
    """

    figures: tuple[int, ...]
    colours: tuple[str, ...]
    longest_first: bool = False
    names_axis: str | None = None
    """Untranslated, of the axis along which the bars are named."""


def bars_text(bars: Bars, table: Table, formats: Formats, theme: str) -> str:
    """Give the document of a table's bars as JSON."""
    rows = table.rows
    if bars.longest_first:
        rows = tuple(sorted(rows, key=lambda row: -sum(_length(row[place]) for place in bars.figures)))
    rows = rows[:BARS_MAX]
    names = [cell(table.columns[0], row[0], formats) for row in rows]
    labels = _distinct(names)
    thick = min(THICK_MOST, THICK_ALONE * len(rows))
    data: dict[str, Sequence[str | float]] = {"label": labels, "name": names, "thick": [thick] * len(rows)}
    for place in bars.figures:
        scale = 100 if table.columns[place].kind is Kind.SHARE else 1
        data[f"v{place}"] = [scale * _length(row[place]) for row in rows]
        data[f"t{place}"] = [cell(table.columns[place], row[place], formats) for row in rows]
    drawing = _drawing(bars, table.columns, formats.language.code, theme)
    return drawing.filled({"data": columns_of(data), "labels": labels[::-1]})


@cache
def _drawing(bars: Bars, columns: tuple[Column, ...], code: str, theme: str) -> Drawing:
    say, tones = language(code).say, TONES[theme]
    heads = {place: say(columns[place].head) for place in bars.figures}
    values = [f"v{place}" for place in bars.figures]
    data: dict[str, Sequence[str]] = {name: [] for name in ("label", "name", "thick", *values, *(f"t{place}" for place in bars.figures))}
    source, factors = ColumnDataSource(dict(data)), FactorRange(range_padding=0.08)
    chart = blank(theme, x_range=from_zero(), y_range=factors)
    drawn: list[Any] = chart.hbar_stack(
        values,
        y="label",
        height="thick",
        source=source,
        color=[getattr(tones, colour) for colour in bars.colours],
        line_color=None,
        **({"legend_label": list(heads.values())} if len(values) > 1 else {}),
    )
    tips = [(say(columns[0].head), "@name"), *((heads[place], f"@t{place}" + _unit(columns[place])) for place in bars.figures)]
    chart.add_tools(HoverTool(renderers=drawn, tooltips=tips, visible=False))
    _label_axes(chart, bars, columns, code)
    legend_above(chart, theme)
    return Drawing(chart, {"data": (source, "data"), "labels": (factors, "factors")})


def _label_axes(chart: figure, bars: Bars, columns: tuple[Column, ...], code: str) -> None:
    say = language(code).say
    first = columns[bars.figures[0]]
    chart.ygrid.visible = False
    chart.xaxis.formatter = NumeralTickFormatter(format="0,0.[0]")
    chart.xaxis.ticker = BasicTicker(desired_num_ticks=4, min_interval=1 if first.kind is Kind.COUNT else 0)
    # Stacked figures are named by the legend; what they have in common is their unit.
    named = [say(first.head)] if len(bars.figures) == 1 else []
    chart.xaxis.axis_label = say(", ").join([*named, *([first.unit] if first.unit else [])]) or None
    chart.yaxis.axis_label = None if bars.names_axis is None else say(bars.names_axis)


def _unit(column: Column) -> str:
    return f" {column.unit}" if column.unit else ""


def _length(value: Value) -> float:
    return 0.0 if value is None else float(value)


def _distinct(names: Sequence[str]) -> list[str]:
    """Give short labels, no two alike."""
    labels: list[str] = []
    for name in names:
        short = name if len(name) <= LABEL_MAX else name[: LABEL_MAX - 1] + "…"
        while short in labels:
            short += "\u200b"
        labels.append(short)
    return labels
