"""HBM WTX110 and WTX120 in standard mode: what their registers say."""

from typing import Final

from calibration.scales.reading import Condition, Reading, reading_of
from calibration.scales.register_map import raw_bytes, register_map

MAP: Final = register_map("hbm_wtx")
UNITS: Final = ("kg", "g", "t", "lb")
UNDER, OVER, ABOVE_SAFE = 1, 2, 3
"""Codes of the limit status."""

DIGITS_MAX: Final = 9_999_999
"""More digits than the transmitter resolves; a larger number is damage."""

STANDARD: Final = 0
"""The application mode in which the registers mean this."""


def decode(blocks: tuple[tuple[int, ...], ...]) -> Reading | str:
    """Give the reading of one poll, or the kind of damage: a number too large, or gross shown without tare and not equal to net."""
    told = MAP.values(blocks)
    net = bool(told["weight_type"])
    if max(abs(told["net"]), abs(told["gross"])) > DIGITS_MAX:
        return "bad-frame"
    if not net and not told["manual_tare"] and told["net"] != told["gross"]:
        return "bad-frame"
    condition = Condition.LOAD
    if told["error"] or told["mode"] != STANDARD:
        condition = Condition.ERROR
    elif told["limit"]:
        condition = Condition.UNDERLOAD if told["limit"] == UNDER else Condition.OVERLOAD
    return reading_of(
        told["net"] if net else told["gross"],
        told["decimals"],
        UNITS[told["unit"]],
        b"".join(raw_bytes(words) for words in blocks),
        condition=condition,
        stable=not told["moving"],
        net=net,
        note=_note(told),
    )


def _note(told: dict[str, int]) -> str:
    said = (
        (told["mode"] != STANDARD, f"application mode {told['mode']} is not the standard one, set the transmitter to standard"),
        (told["seal_open"], "the calibration seal is open"),
        (told["alarm"], "the transmitter reports an alarm"),
    )
    return "; ".join(text for holds, text in said if holds)
