"""Colours for charts, which are drawn outside the stylesheet; the same values as in technician.css."""

from dataclasses import dataclass
from typing import Final


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
