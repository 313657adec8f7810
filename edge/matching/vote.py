"""What a plate says when several reads of it are held against each other."""

import math
from collections.abc import Iterable
from typing import Final

from edge.matching.lookalikes import same_plate

DOUBT_MIN: Final = 1e-6
"""Doubt that always remains of a plate, however many cameras agree."""

UNLIKE: Final = 0.1
"""How much less likely a wrong read is to say something that looks like nothing on the plate."""


def vote(said: Iterable[tuple[str, float]]) -> tuple[str, float]:
    """Give the surest text and how sure it is, from texts with their certainties; empty and 0 where nothing was said.

    Equal texts strengthen and differing ones weaken each other (Bayes, independent reads, at most one text right); a text is weakened less
    by one that looks like it, for that is how it would be misread.
    """
    doubt: dict[str, float] = {}
    for text, certainty in said:
        doubt[text] = max(DOUBT_MIN, doubt.get(text, 1.0) * (1.0 - certainty))
    if not doubt:
        return "", 0.0
    wrong_all = math.prod(doubt.values())
    shares = {text: wrong_all * (1.0 - own) / own * _explained(text, doubt) for text, own in doubt.items()}
    best = max(shares, key=lambda text: (shares[text], text))
    return best, shares[best] / (wrong_all + sum(shares.values()))


def _explained(text: str, others: Iterable[str]) -> float:
    return math.prod(1.0 if other == text or same_plate(other, text) else UNLIKE for other in others)
