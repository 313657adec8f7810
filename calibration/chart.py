"""What charts have in common: colours, the same as in technician.css because a canvas cannot ask the stylesheet, and an empty chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from bokeh.models import ResetTool, WheelZoomTool
from bokeh.plotting import figure

MARKERS: Final = ("circle", "square", "triangle", "diamond", "inverted_triangle", "hex")
"""Tell trucks apart where colours do not."""


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme's colours; `series` tells trucks apart, and so does their marker."""

    paper: str
    ink: str
    muted: str
    line: str
    hair: str
    accent: str
    left: str
    right: str
    amber: str
    series: tuple[str, ...]


PALETTES: Final = {
    "light": Palette(
        paper="#ffffff",
        ink="#16191d",
        muted="#525c66",
        line="#c9cfd6",
        hair="#e4e8ec",
        accent="#0b57a4",
        left="#17508f",
        right="#4d9ad6",
        amber="#7d4e00",
        series=("#0b57a4", "#c77700", "#59636d", "#4d9ad6"),
    ),
    "dark": Palette(
        paper="#14171a",
        ink="#e8ebee",
        muted="#a7b1bb",
        line="#3a424a",
        hair="#282e34",
        accent="#7db4f0",
        left="#5c9ce6",
        right="#b5d8f7",
        amber="#efb64f",
        series=("#7db4f0", "#f0a93b", "#a3adb7", "#b5d8f7"),
    ),
}


def blank_chart(height: int, palette: Palette, **more: Any) -> figure:  # noqa: ANN401 - bokeh's own properties
    """Give a chart without data, as wide as its place; a finger that moves over it scrolls the page."""
    chart = figure(
        height=height,
        sizing_mode="stretch_width",
        tools=[WheelZoomTool(dimensions="width"), ResetTool()],
        toolbar_location=None,
        active_drag=None,
        min_border_left=58,
        min_border_right=6,
        min_border_top=4,
        min_border_bottom=4,
        background_fill_color=palette.paper,
        border_fill_color=palette.paper,
        outline_line_color=palette.line,
        output_backend="canvas",
        **more,
    )
    chart.grid.grid_line_color = palette.hair
    for axis in chart.axis:
        axis.axis_label_text_color = palette.ink
        axis.axis_label_text_font_style = "normal"
        axis.axis_label_text_font_size = "11px"
        axis.major_label_text_color = palette.muted
        axis.axis_line_color = palette.line
        axis.major_tick_line_color = palette.line
        axis.minor_tick_line_color = None
    return chart


def legend_above(chart: figure, palette: Palette) -> None:
    """Put a chart's legend in one line over it."""
    chart.legend.background_fill_color = palette.paper
    chart.legend.label_text_color = palette.ink
    chart.legend.border_line_color = None
    chart.legend.orientation = "horizontal"
    chart.add_layout(chart.legend[0], "above")
