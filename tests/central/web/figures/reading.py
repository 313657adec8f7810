"""Reads figures as a person does: a number with its decimals, exactly; knows nothing of how they were written."""

import re
from dataclasses import dataclass
from fractions import Fraction
from html import unescape

NUMBER = r"[+−]?\d{1,3}(?:,\d{3})*(?:\.\d+)?|[+−]?\d+(?:\.\d+)?"
_NUMBER = re.compile(NUMBER)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Figure:
    """A number as it was read, and the step of its last digit."""

    value: Fraction
    step: Fraction

    def rounds(self, exact: Fraction) -> bool:
        """Whether it is a number rounded to the nearest, halves away from zero."""
        off = abs(self.value) - abs(exact)
        return -self.step / 2 < off <= self.step / 2

    def rounds_up(self, exact: Fraction) -> bool:
        """Whether it is a number rounded up."""
        return 0 <= self.value - exact < self.step


def figure(text: str) -> Figure:
    """Read one number."""
    assert _NUMBER.fullmatch(text), text
    plain = text.replace(",", "").replace("−", "-")
    return Figure(Fraction(plain), Fraction(1, 10 ** len(plain.partition(".")[2])))


def figures(text: str) -> list[Figure]:
    """Read every number of a text, in order."""
    return [figure(found) for found in _NUMBER.findall(text)]


def plain(markup: str) -> str:
    """Give what is read of a page: without tags, blanks as one."""
    return " ".join(unescape(_TAG.sub(" ", markup)).replace("\u00a0", " ").split())
