"""Colours for drawings outside the stylesheet, the waveform's canvas and picture; the same values as in weighline.css."""

from dataclasses import dataclass
from typing import Final

from bokeh.plotting import figure


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme's colours."""

    paper: str
    ink: str
    muted: str
    line: str
    grid: str
    left: str
    right: str
    mark: str
    chosen: str

    def side(self, side: str) -> str:
        """Give the colour of a side's trace; a sensor across the whole lane takes the left one's."""
        return self.right if side == "right" else self.left


PALETTES: Final = {
    "light": Palette(
        paper="#ffffff",
        ink="#16191d",
        muted="#525c66",
        line="#c9cfd6",
        grid="#eceff2",
        left="#17508f",
        right="#4d9ad6",
        mark="#66717c",
        chosen="#c77700",
    ),
    "dark": Palette(
        paper="#14171a",
        ink="#e8ebee",
        muted="#a7b1bb",
        line="#3a424a",
        grid="#22272c",
        left="#5c9ce6",
        right="#b5d8f7",
        mark="#8b96a1",
        chosen="#f0a93b",
    ),
}


def colour_axes(chart: figure, palette: Palette) -> None:
    """Give a chart's grid and axes their colours and their small, upright labels."""
    chart.grid.grid_line_color = palette.grid
    for axis in chart.axis:
        axis.axis_label_text_color = palette.muted
        axis.axis_label_text_font_style = "normal"
        axis.axis_label_text_font_size = "11px"
        axis.major_label_text_color = palette.muted
        axis.axis_line_color = palette.line
        axis.major_tick_line_color = palette.line
        axis.minor_tick_line_color = None
