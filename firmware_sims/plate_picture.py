"""Pictures of licence plates, drawn with a font that has the province characters."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import files
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from firmware_sims.errors import SimulationError

FONT_PACKAGE = "cvttf-notosanscjk-regular"
FONT_FILE = "NotoSansCJKtc-Regular.otf"
SIZE = (440, 140)
"""Pixels; a plate is 440 mm by 140 mm (GA 36)."""
COLORS = {
    "blue": ((10, 60, 160), (250, 250, 250)),
    "yellow": ((245, 180, 20), (20, 20, 20)),
    "green": ((120, 205, 150), (20, 20, 20)),
}
"""Ground and characters, RGB."""
MARGIN = 18


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


def draw_plate_picture(text: str, color: str) -> Image.Image:
    """Draw a plate, 440 × 140 pixels RGB: province and letter, a dot, and the serial."""
    ground, ink = COLORS[color]
    picture = Image.new("RGB", SIZE, ground)
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((4, 4, SIZE[0] - 5, SIZE[1] - 5), radius=12, outline=ink, width=3)
    cell = (SIZE[0] - 2 * MARGIN - 14) / len(text)
    for index, character in enumerate(text):
        left = MARGIN + cell * index + (14 if index >= 2 else 0)
        draw.text((left + cell / 2, SIZE[1] / 2), character, font=font(int(cell * 1.35)), fill=ink, anchor="mm", stroke_width=1)
    middle = MARGIN + 2 * cell + 7
    draw.ellipse((middle - 5, SIZE[1] / 2 - 5, middle + 5, SIZE[1] / 2 + 5), fill=ink)
    return picture
