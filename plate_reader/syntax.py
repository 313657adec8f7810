"""The grammar of Chinese number plates, first form: what a plate can say, and what no plate says.

The grammar only judges. A reading that breaks it keeps its text and loses confidence: a corrected plate would be an invented one.

Source: GA 36-2018, Motor vehicle number plates of the People's Republic of China.
"""

import re
from typing import Final

PROVINCES: Final = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"

_LETTER: Final = "A-HJ-NP-Z"
"""Letters without I and O, which would be taken for 1 and 0."""

_GRAMMAR: Final = re.compile(
    rf"[{PROVINCES}][{_LETTER}](?:"
    rf"[{_LETTER}0-9]{{5}}"  # ordinary: five letters or digits
    rf"|[{_LETTER}0-9]{{4}}[挂学警港澳]"  # trailer, learner, police, Hong Kong, Macao
    rf"|[A-HJK][{_LETTER}0-9][0-9]{{4}}"  # new energy, small vehicles
    r"|[0-9]{5}[A-HJK]"  # new energy, large vehicles
    r")"
)

_SEPARATORS: Final = re.compile(r"[\s·•・.\-_]+")

_HALF_WIDTH: Final = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
"""Full-width forms (U+FF01 to U+FF5E) to ASCII."""

_NO_PLATE: Final = frozenset({"", "无车牌", "UNKNOWN", "NOPLATE", "NULL"})
"""What cameras write where they saw a vehicle and no plate, after `normalise`."""

IMPLAUSIBLE_FACTOR: Final = 0.5
"""What an impossible text leaves of the camera's confidence: below any gate, above nothing at all."""


def normalise(text: str) -> str:
    """Give the plate in one spelling: half-width capitals without separators; empty where the camera says that it found none."""
    plain = _SEPARATORS.sub("", text.translate(_HALF_WIDTH)).upper()
    return "" if plain in _NO_PLATE else plain


def plausible(text: str) -> bool:
    """Say whether a normalised text could stand on a Chinese plate."""
    return _GRAMMAR.fullmatch(text) is not None
