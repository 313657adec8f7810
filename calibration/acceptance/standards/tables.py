"""What a standard's data file may hold: head, sources and tables, each row with the mark of how it is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Mark = Literal["S", "M"]
"""S: read in a public source. M: from memory, to be checked against the original."""

Percent = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
Kilograms = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0, le=1_000)]

TO_CHECK = "to be checked against the original"


class Table(BaseModel):
    """A table of a standard: immutable, of exact types, without keys that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Source(Table):
    """Where rows come from."""

    text: Text
    mark: Mark


class Remark(Table):
    """What the test of this standard does not cover, in both languages."""

    text_en: Text
    text_zh: Text
    mark: Mark


class Head(Table):
    """What every standard's file says of itself.

    `version` and `written` are the file's own, `edition` and `published` the standard's; `check_en` and `check_zh` stand under every
    result and tell what is known only from memory.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]
    title_en: Text
    title_zh: Text
    edition: Text
    published: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}){0,2}$")]
    version: Annotated[int, Field(ge=1)]
    written: date
    check_en: Text
    check_zh: Text
    source: Annotated[tuple[Source, ...], Field(min_length=1, strict=False)]
    beyond_scope: Annotated[tuple[Remark, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _says_what_to_check(self) -> Self:
        if TO_CHECK not in self.check_en:
            msg = f"check_en must say that what is marked [M] is {TO_CHECK!r}"
            raise ValueError(msg)
        return self


def must_rise(values: Sequence[float], what: str, *, falling: bool = False) -> None:
    """Refuse a row whose values do not rise (or fall) strictly.

    Raises
    ------
    ValueError
        Naming the row and the two values.
    """
    for low, high in pairwise(values):
        if not (low > high if falling else low < high):
            msg = f"{what} must {'fall' if falling else 'rise'} from one to the next, but {low:g} is followed by {high:g}"
            raise ValueError(msg)


def must_be_distinct(names: Sequence[str], what: str) -> None:
    """Refuse names that stand twice.

    Raises
    ------
    ValueError
        Naming the one that does.
    """
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        msg = f"{what} {twice!r} stands twice; state each once"
        raise ValueError(msg)
