"""A plot of two linear axes as SVG, small enough to be read; texts in the certificate's own font."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, log10
from typing import Final

FONT: Final = "Noto Sans CJK TC"
INK, PALE, GRID = "#1f2937", "#64748b", "#d7dde5"
LEFT, RIGHT, TOP, BOTTOM = 58.0, 14.0, 26.0, 42.0
"""Margins for legend, figures and names of the axes, in points."""

WIDE: Final = 0x2E80
"""From here on letters are as wide as high (CJK)."""

Point = tuple[float, float]


@dataclass
class Plot:
    """Two linear axes and what is drawn between them."""

    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]
    parts: list[str] = field(default_factory=list)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Give a point's place on the paper."""
        share_x = (x - self.x[0]) / (self.x[1] - self.x[0])
        share_y = (y - self.y[0]) / (self.y[1] - self.y[0])
        return LEFT + share_x * (self.width - LEFT - RIGHT), self.height - BOTTOM - share_y * (self.height - TOP - BOTTOM)

    def line(self, points: Sequence[Point], colour: str, *, width: float = 1.4, dash: str = "none") -> None:
        """Draw a line through points."""
        placed = " ".join(f"{x:.2f},{y:.2f}" for x, y in (self.at(*point) for point in points))
        self.parts.append(
            f'<polyline points="{placed}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}" '
            'stroke-linejoin="round"/>'
        )

    def area(self, points: Sequence[Point], colour: str, opacity: float) -> None:
        """Fill a polygon."""
        placed = " ".join(f"{x:.2f},{y:.2f}" for x, y in (self.at(*point) for point in points))
        self.parts.append(f'<polygon points="{placed}" fill="{colour}" fill-opacity="{opacity}"/>')

    def dot(self, x: float, y: float, colour: str, *, hollow: bool = False, radius: float = 2.6) -> None:
        """Draw a point."""
        left, top = self.at(x, y)
        fill = "#ffffff" if hollow else colour
        self.parts.append(f'<circle cx="{left:.2f}" cy="{top:.2f}" r="{radius}" fill="{fill}" stroke="{colour}" stroke-width="1.1"/>')

    def text(self, left: float, top: float, text: str, *, anchor: str = "start", colour: str = INK, turned: bool = False) -> None:
        """Write at a place on the paper."""
        turn = f' transform="rotate(-90 {left:.2f} {top:.2f})"' if turned else ""
        self.parts.append(
            f'<text x="{left:.2f}" y="{top:.2f}" font-family="{FONT}" font-size="9" fill="{colour}" text-anchor="{anchor}"{turn}>'
            f"{escape(text)}</text>"
        )

    def axes(self, x_name: str, y_name: str, *, x_ticks: Sequence[float], y_ticks: Sequence[float], signed: bool) -> None:
        """Draw both axes with their grid, figures and names."""
        for value in y_ticks:
            self.line([(self.x[0], value), (self.x[1], value)], PALE if signed and value == 0 else GRID, width=0.6)
            left, top = self.at(self.x[0], value)
            self.text(left - 5, top + 3, _figure(value, y_ticks, signed=signed), anchor="end", colour=PALE)
        for value in x_ticks:
            self.line([(value, self.y[0]), (value, self.y[1])], GRID, width=0.6)
            left, top = self.at(value, self.y[0])
            self.text(left, top + 13, _figure(value, x_ticks, signed=False), anchor="middle", colour=PALE)
        self.text(LEFT + (self.width - LEFT - RIGHT) / 2, self.height - 13, x_name, anchor="middle")
        self.text(12, TOP + (self.height - TOP - BOTTOM) / 2, y_name, anchor="middle", turned=True)

    def tick_name(self, x: float, name: str) -> None:
        """Write a word in the place of a figure below the axis."""
        left, top = self.at(x, self.y[0])
        self.text(left, top + 13, name, anchor="middle", colour=PALE)

    def legend(self, entries: Sequence[tuple[str, str, str]]) -> None:
        """Name lines above the plot: name, colour, and dash or ``dot``."""
        left = LEFT
        for name, colour, dash in entries:
            if dash == "dot":
                self.parts.append(f'<circle cx="{left + 9:.1f}" cy="11" r="2.6" fill="#ffffff" stroke="{colour}" stroke-width="1.1"/>')
            else:
                ends = f'x1="{left:.1f}" y1="11" x2="{left + 18:.1f}" y2="11"'
                self.parts.append(f'<line {ends} stroke="{colour}" stroke-width="1.8" stroke-dasharray="{dash}"/>')
            self.text(left + 23, 14, name)
            left += 23 + sum(9.0 if ord(letter) > WIDE else 5.3 for letter in name) + 14

    def svg(self) -> str:
        """Give the drawing."""
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}">'
        return head + "".join(self.parts) + "</svg>"


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Give round figures that cover a range."""
    span = max(high - low, 1e-9)
    raw = span / about
    power = 10.0 ** floor(log10(raw))
    step = next(power * nice for nice in (1.0, 2.0, 5.0, 10.0) if power * nice >= raw)
    return [round(k * step, 10) for k in range(floor(low / step + 1e-9), ceil(high / step - 1e-9) + 1)]


def _figure(value: float, of: Sequence[float], *, signed: bool) -> str:
    """Write a tick's figure with the decimals that its step needs, and a true minus sign."""
    step = abs(of[1] - of[0]) if len(of) > 1 else 1.0
    decimals = max(0, -floor(log10(step) + 1e-9))
    text = f"{value:+.{decimals}f}" if signed and value else f"{value:.{decimals}f}"
    return text.replace("-", "\u2212")
