"""How far apart two plate texts are, by what readers mistake for what.

A repeat of a plate that was misread once must count as the same plate; two trucks of one fleet with consecutive numbers must not. So only
characters that look alike are near; any other difference, of which consecutive numbers are one, keeps two texts apart.
"""

from functools import lru_cache
from itertools import combinations
from typing import Final

LOOKALIKES: Final = (
    *("8B", "0DQ", "2Z", "5S", "17T", "6G", "4A", "CG", "EF", "MN", "VY", "KX", "UV", "3B"),
    *("京津", "湘浙", "沪渝", "苏赣", "豫粤", "鲁晋", "川闽", "甘吉", "云贵", "黑川"),
)
"""Sets of characters that are mistaken for each other, letters and digits first, then provinces by their shared parts (氵, 口, 日). Judged
from the shapes of GA 36-2018's characters, not measured. No two successive digits are in one set: a convoy of one fleet stays apart."""

NEAR: Final = 0.4
"""Distance of one lookalike. Two together are still nearer than one character that is simply different."""

MISSING: Final = 0.8
"""Distance of one character too many or too few, as at a plate's edge."""

FAR: Final = 1.0
"""Distance of one character that looks like none of its alternatives; from here on two texts are two plates."""

_NEAR: Final = frozenset(pair for alike in LOOKALIKES for a, b in combinations(alike, 2) for pair in ((a, b), (b, a)))


@lru_cache(maxsize=4_096)
def distance(one: str, other: str) -> float:
    """Give the least cost of turning one text into the other: 0 for equal ones, below `FAR` for what may be one plate read twice.

    Substitutions cost `NEAR` or `FAR`; characters may be missing at either end only, `MISSING` each.
    """
    if one == other:
        return 0.0
    short, long = sorted((one, other), key=len)
    surplus = len(long) - len(short)
    if surplus > 1 or not short:
        return FAR * max(len(long), 1)
    return MISSING * surplus + min(_substituted(short, long[skip : skip + len(short)]) for skip in range(surplus + 1))


def same_plate(one: str, other: str) -> bool:
    """Whether two texts may be one plate read twice; two empty ones say nothing and are not."""
    return bool(one and other) and distance(one, other) < FAR


def _substituted(one: str, other: str) -> float:
    return sum(0.0 if a == b else NEAR if (a, b) in _NEAR else FAR for a, b in zip(one, other, strict=True))
