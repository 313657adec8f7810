"""A chart as Bokeh serialises it, made once and without figures, so that an answer costs no more than to write its figures into it.

To build the models of one chart, each property of them validated, takes Bokeh some 30 ms; from one report to the next nothing differs in
them but the columns of the source and a bound or two.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bokeh.embed import json_item
from bokeh.model import Model
from bokeh.models import DataRange1d, DatetimeTickFormatter
from bokeh.plotting import figure

from central.web.palette import PALETTES, colour_axes

HEIGHT_PX: Final = 260
LONE_STEP_MS: Final = 28 * 86_400_000
"""What a chart along time shows around a step that is the only one."""
_MARK: Final = "\ue000"
"""Stands around a slot's name until the text is cut there; of Unicode's private use, so that no text of ours holds it."""

Slots = Mapping[str, tuple[Model, str]]
"""Where figures go, by a name: a model and its attribute."""
Values = Mapping[str, Any]
"""What goes there, by the same names, as JSON."""


@dataclass(frozen=True, slots=True)
class Tones:
    """Colours beyond the palette's: of what can be enforced, of what is barred, of anything else, of plates, and a ramp for the week."""

    enforce: str
    barred: str
    plain: str
    unread: str
    unsure: str
    ramp: tuple[str, ...]


TONES: Final = {
    "light": Tones(
        "#b1121b",
        "#9aa3ad",
        "#17508f",
        PALETTES["light"].muted,
        PALETTES["light"].chosen,
        ("#f3f6f9", "#d5e4f2", "#abcbe6", "#7cadd8", "#4d8cc6", "#2a6aac", "#17508f", "#0d3766"),
    ),
    "dark": Tones(
        "#ff8f88",
        "#6c7681",
        "#5c9ce6",
        PALETTES["dark"].muted,
        PALETTES["dark"].chosen,
        ("#1b2026", "#1d2f42", "#204563", "#255d88", "#3178af", "#4b95d3", "#7db4ee", "#b5d8f7"),
    ),
}
"""As in weighline.css; the ramp grows in one hue, so that it reads in grey as well."""


class Drawing:
    """A chart's JSON, cut where figures go.

    Parameters
    ----------
    chart
        With whatever stands in for the figures.
    slots
        Where these go.
    """

    def __init__(self, chart: figure, slots: Slots) -> None:
        item = dict(json_item(chart))
        attributes = {one["id"]: one.setdefault("attributes", {}) for one in _models(item)}
        for name, (model, attribute) in slots.items():
            attributes[model.id][attribute] = f"{_MARK}{name}{_MARK}"
        self._parts = re.split(f'"{_MARK}(.*?){_MARK}"', json.dumps(item, ensure_ascii=False, separators=(",", ":")))

    def filled(self, values: Values) -> str:
        """Give the JSON that `Bokeh.embed.embed_item` wants, with a value in each slot."""
        parts = list(self._parts)
        parts[1::2] = [json.dumps(values[name], ensure_ascii=False, allow_nan=False, separators=(",", ":")) for name in parts[1::2]]
        return "".join(parts)


def columns_of(data: Mapping[str, Sequence[str | float]]) -> dict[str, Any]:
    """Give a source's columns as Bokeh writes a map."""
    return {"type": "map", "entries": [[name, list(values)] for name, values in data.items()]}


def blank(theme: str, **ranges: Any) -> figure:  # noqa: ANN401 - handed to Bokeh as they are
    """Give a chart with axes and grid and nothing in it."""
    palette = PALETTES[theme]
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
    colour_axes(chart, palette)
    if ranges.get("x_axis_type") == "datetime":
        chart.x_range = DataRange1d(default_span=LONE_STEP_MS)
        chart.xaxis.formatter = DatetimeTickFormatter(days="%m-%d", months="%Y-%m", years="%Y")
    return chart


def legend_above(chart: figure, theme: str) -> None:
    """Put the legend, if there is one, in a row above the chart."""
    palette = PALETTES[theme]
    for legend in chart.legend:
        legend.orientation = "horizontal"
        legend.label_text_color = palette.muted
        legend.label_text_font_size = "11px"
        legend.background_fill_color = palette.paper
        legend.border_line_color = None
        legend.update(padding=0, glyph_width=12, glyph_height=12)
    if chart.legend:
        chart.add_layout(chart.legend[0], "above")


def from_zero() -> DataRange1d:
    """Give a range that begins at zero, as bars must."""
    return DataRange1d(start=0)


def _models(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON
    """Give every model of a serialised document where it is written out, not where it is only referred to."""
    if isinstance(value, dict):
        if value.get("type") == "object" and "id" in value:
            yield value
        for inner in value.values():
            yield from _models(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _models(inner)
