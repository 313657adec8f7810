"""Colours for drawings outside the stylesheet, the waveform's canvas and picture; the same values as in weighline.css."""

from dataclasses import dataclass
from typing import Final


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
