"""Pictures of licence plates, drawn to the measures of GA 36 with a font that has the province characters.

Measures in millimetres (GA 36-2018, figures of the annexes). Every character is stretched to its cell; strokes are widened to about a
tenth of the height. The font is no plate font: what is alike on real plates (8 and B, 0 and D) is somewhat less so here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import files
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from firmware_sims.errors import SimulationError

FONT_PACKAGE = "cvttf-notosanscjk-regular"
FONT_FILE = "NotoSansCJKtc-Regular.otf"

RGB = tuple[int, int, int]
Box = tuple[float, float, float, float]
"""Left, top, width, height in millimetres."""

BLACK: Final[RGB] = (22, 22, 24)
WHITE: Final[RGB] = (246, 246, 246)
RED: Final[RGB] = (196, 24, 30)


@dataclass(frozen=True)
class Style:
    """Ground and characters of one colour of plate."""

    ground: RGB
    ink: RGB
    edge: RGB


STYLES: Final = {
    "blue": Style((10, 60, 160), WHITE, WHITE),
    "yellow": Style((245, 180, 20), BLACK, BLACK),
    "green": Style((64, 176, 108), BLACK, BLACK),
    "yellow-green": Style((64, 176, 108), BLACK, BLACK),
    "white": Style((238, 238, 236), BLACK, BLACK),
    "black": Style((26, 26, 30), WHITE, WHITE),
}
RED_CHARACTERS: Final = {"white": "警", "black": "使领"}
"""What is written in red, by colour of plate."""

YELLOW_LEFT_MM: Final = 131.0
"""How far the yellow of a large new-energy plate reaches from its left edge."""

ONE_ROW_MM: Final = (440, 140)
TWO_ROWS_MM: Final = (440, 220)
ENERGY_MM: Final = (480, 140)

PIXELS_PER_MM: Final = 1
SUPERSAMPLED: Final = 3
"""Drawn this much larger and averaged down: the drawing knows no half-covered pixels."""

GLYPH_PX: Final = 400
"""Height of the font from which characters are stretched into their cells."""

NARROW: Final = "1"
"""Characters that would be stretched to a block; they keep their proportions."""


@lru_cache(maxsize=1)
def font_path() -> Path:
    """Where the font's wheel has put its file.

    Raises
    ------
    SimulationError
        If the wheel is not installed.
    """
    for file in files(FONT_PACKAGE) or ():
        if file.name == FONT_FILE:
            return Path(str(file.locate())).resolve()
    raise SimulationError(f"font {FONT_FILE} not found; install {FONT_PACKAGE}")


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Give the font at a size in pixels."""
    return ImageFont.truetype(font_path(), size)


def plate_size_mm(text: str, color: str, rows: int = 1) -> tuple[int, int]:
    """Width and height of the plate; new energy plates have one character more and are longer."""
    if rows == 2:
        return TWO_ROWS_MM
    return ENERGY_MM if color.endswith("green") and len(text) == 8 else ONE_ROW_MM


def draw_plate_picture(text: str, color: str, rows: int = 1) -> Image.Image:
    """Draw a plate, RGB, one pixel a millimetre.

    Parameters
    ----------
    text
        For example ``湘A12345``: 7 characters, or 8 for new energy; in two rows the first two stand above.
    color
        One of `STYLES`.
    rows
        1, or 2 for the rear plate of a heavy vehicle or a trailer.

    Raises
    ------
    SimulationError
        If there is no such colour, or no layout for that text in so many rows.
    """
    if color not in STYLES:
        raise SimulationError(f"plate colour {color!r}; allowed are {', '.join(STYLES)}")
    style = STYLES[color]
    width, height = plate_size_mm(text, color, rows)
    scale = SUPERSAMPLED * PIXELS_PER_MM
    picture = _ground(width * scale, height * scale, color, style)
    draw = ImageDraw.Draw(picture)
    edge = (5 * scale, 5 * scale, (width - 5) * scale, (height - 5) * scale)
    draw.rounded_rectangle(edge, radius=10 * scale, outline=style.edge, width=2 * scale)
    for x in (width * 0.27, width * 0.73):
        for y in (8.0, height - 8.0):
            _disc(draw, x * scale, y * scale, 4 * scale, (118, 118, 120))
    for character, box in zip(text, _cells(text, color, rows), strict=True):
        ink = RED if character in RED_CHARACTERS.get(color, "") else style.ink
        _write(picture, character, box, ink, scale)
    if rows == 1 and len(text) == 7:
        _disc(draw, 134.5 * scale, 70 * scale, 5 * scale, style.ink)
    if rows == 2:
        _disc(draw, 220 * scale, 45 * scale, 6 * scale, style.ink)
    return picture.resize((width * PIXELS_PER_MM, height * PIXELS_PER_MM), Image.Resampling.BOX)


def _cells(text: str, color: str, rows: int) -> list[Box]:
    """Where the characters stand."""
    if rows == 2 and len(text) == 7:
        upper = [(110.0, 15.0, 80.0, 60.0), (250.0, 15.0, 80.0, 60.0)]
        return upper + [(27.5 + 80.0 * k, 90.0, 65.0, 110.0) for k in range(5)]
    if rows == 1 and len(text) == 7:
        return list(_row(len(text), width=45.0, head=45.0, gap=12.0, wide_gap=34.0))
    if rows == 1 and len(text) == 8 and color.endswith("green"):
        return list(_row(len(text), width=43.0, head=45.0, gap=9.0, wide_gap=49.0))
    raise SimulationError(f"no {color} plate has {text!r} in {rows} row(s); 7 characters, or 8 in one row of a green one")


def _row(count: int, *, width: float, head: float, gap: float, wide_gap: float) -> Iterator[Box]:
    left = 15.5
    for index in range(count):
        own = width if index else head
        yield left, 25.0, own, 90.0
        left += own + (wide_gap if index == 1 else gap)


def _ground(width: int, height: int, color: str, style: Style) -> Image.Image:
    """Lay the plate's ground: plain, green that fades to white upwards, or yellow and green side by side."""
    if color == "green":
        fade = np.clip(np.linspace(-0.1, 1.0, height), 0, 1)[:, None, None]
        column = np.array(WHITE) * (1 - fade) + np.array(style.ground) * fade
        return Image.fromarray(np.repeat(np.round(column).astype(np.uint8), width, axis=1))
    ground = Image.new("RGB", (width, height), style.ground)
    if color == "yellow-green":
        ground.paste(STYLES["yellow"].ground, (0, 0, round(YELLOW_LEFT_MM * SUPERSAMPLED * PIXELS_PER_MM), height))
    return ground


def _write(picture: Image.Image, character: str, box: Box, ink: RGB, scale: int) -> None:
    """Stretch a character into its cell."""
    left, top, width, height = (round(side * scale) for side in box)
    glyph = _glyph(character)
    if character in NARROW:
        own = round(width * 0.45)
        left, width = left + (width - own) // 2, own
    picture.paste(ink, (left, top, left + width, top + height), glyph.resize((width, height), Image.Resampling.BILINEAR))


@lru_cache(maxsize=128)
def _glyph(character: str) -> Image.Image:
    """One character's coverage, cut to its ink, strokes widened; a Chinese one less, for its strokes lie close."""
    stroke = GLYPH_PX // 90 if character > "\u00ff" else GLYPH_PX // 55
    face = font(GLYPH_PX)
    left, top, right, bottom = face.getbbox(character, stroke_width=stroke)
    glyph = Image.new("L", (round(right - left), round(bottom - top)))
    ImageDraw.Draw(glyph).text((-left, -top), character, font=face, fill=255, stroke_width=stroke)
    return glyph.crop(glyph.getbbox())


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: RGB) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)
