"""Laumas W100: what its registers say."""

from typing import Final

from calibration.scales.reading import Reading, reading_of
from calibration.scales.register_map import raw_bytes, register_map

MAP: Final = register_map("laumas_w100")
DIGITS_MAX: Final = 999_999
"""The display's six digits; a larger number is damage."""


def decode(blocks: tuple[tuple[int, ...], ...], unit: str = "kg", decimals: int = 0) -> Reading | str:
    """Give the reading of one poll, or the kind of damage it shows.

    The device tells neither rest nor point nor unit: `decimals` and `unit` are what its plate says. A tare other than zero is a net
    reading.
    """
    told = MAP.values(blocks)
    if max(abs(told["weight"]), abs(told["tare"])) > DIGITS_MAX:
        return "bad-frame"
    raw = b"".join(raw_bytes(words) for words in blocks)
    return reading_of(told["weight"], decimals, unit, raw, net=told["tare"] != 0)
