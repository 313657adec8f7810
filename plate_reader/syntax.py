"""The grammar of number plates: what a plate can say, as data, and what no plate says.

A grammar is a file (`grammars/cn.toml` is the one that ships): sets of characters, kinds of plates as sequences of them, what looks alike.
It judges what cameras say, where a reading that breaks it keeps its text and loses confidence, for a corrected plate would be an invented
one; and it guides our own reading of a picture, where it says which characters may come next.
"""

import math
import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contract.faults import StopError
from contract.plates import PlateColour

_SEPARATORS: Final = re.compile(r"[\s·•・.\-_]+")

_HALF_WIDTH: Final = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
"""Full-width forms (U+FF01 to U+FF5E) to ASCII."""

_NO_PLATE: Final = frozenset({"", "无车牌", "UNKNOWN", "NOPLATE", "NULL"})
"""What cameras write where they saw a vehicle and no plate, after `normalise`."""

IMPLAUSIBLE_FACTOR: Final = 0.5
"""What an impossible text leaves of the camera's confidence: below any gate, above nothing at all."""

GRAMMAR_MAX_BYTES: Final = 256 * 1024
TEXT_MAX: Final = 16
"""Longest text of a plate, as in `contract.plates`."""

_ITEM: Final = re.compile(r"(?P<what>.+?)(?:\*(?P<times>[1-9][0-9]?))?", re.DOTALL)

Share = Annotated[float, Field(gt=0, le=1)]
Weights = dict[str, float]
"""Characters that may stand at one place, with the probability of each."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of plate: what may stand at each place, how often it is met, in which colours and rows."""

    name: str
    places: tuple[Weights, ...]
    share: float
    colours: dict[PlateColour, float]
    rows: dict[int, float]
    upper: int

    def probability(self, text: str) -> float:
        """Say how often a plate of this kind bears `text`; 0 where none does."""
        if len(text) != len(self.places):
            return 0.0
        return math.prod(place.get(character, 0.0) for place, character in zip(self.places, text, strict=True))


@dataclass(frozen=True)
class Grammar:
    """The kinds of plates of one country, and what looks like their characters."""

    name: str
    title: str
    kinds: tuple[Kind, ...]
    alike: dict[str, str]

    def kinds_of(self, text: str) -> tuple[Kind, ...]:
        """Give the kinds of plate that can bear a normalised text."""
        return tuple(kind for kind in self.kinds if kind.probability(text) > 0)

    @cached_property
    def alphabet(self) -> str:
        """Give every character that stands on some plate."""
        return "".join(sorted({character for kind in self.kinds for place in kind.places for character in place}))


def normalise(text: str) -> str:
    """Give the plate in one spelling: half-width capitals without separators; empty where the camera says that it found none."""
    plain = _SEPARATORS.sub("", text.translate(_HALF_WIDTH)).upper()
    return "" if plain in _NO_PLATE else plain


def plausible(text: str) -> bool:
    """Say whether a normalised text could stand on a Chinese plate."""
    return bool(shipped_grammar("cn").kinds_of(text))


@cache
def shipped_grammar(name: str) -> Grammar:
    """Give a grammar that ships with this version.

    Raises
    ------
    StopError
        If there is none of that name.
    """
    folder = files("plate_reader.grammars")
    names = sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))
    if name not in names:
        raise StopError("grammar-unknown", f"plate grammar {name!r}", f"is not shipped; this version has: {', '.join(names)}")
    return parse_grammar((folder / f"{name}.toml").read_bytes(), f"{name}.toml")


def load_grammar(path: Path) -> Grammar:
    """Read a grammar file.

    Raises
    ------
    StopError
        If it cannot be read, is too large, or is not sound.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= GRAMMAR_MAX_BYTES else None
    except OSError as error:
        raise StopError("grammar-unreadable", str(path), f"cannot be read: {error.strerror or error}") from error
    if data is None:
        raise StopError("grammar-too-large", str(path), f"is larger than {GRAMMAR_MAX_BYTES} bytes; is it a plate grammar?")
    return parse_grammar(data, str(path))


class _Kind(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
    characters: Annotated[list[Annotated[str, Field(min_length=1, max_length=80)]], Field(min_length=1, max_length=TEXT_MAX)]
    share: Share
    colours: Annotated[dict[PlateColour, Share], Field(min_length=1)]
    rows: Annotated[dict[Annotated[int, Field(ge=1, le=2)], Share], Field(min_length=1)] = {1: 1.0}
    upper: Annotated[int, Field(ge=1, lt=TEXT_MAX)] = 2


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
    title: Annotated[str, Field(min_length=1, max_length=120)]
    sets: dict[str, Annotated[str, Field(min_length=1)] | Annotated[dict[str, Share], Field(min_length=1)]] = {}
    alike: dict[Annotated[str, Field(min_length=1, max_length=1)], str] = {}
    kind: Annotated[list[_Kind], Field(min_length=1, max_length=100)]


def parse_grammar(data: bytes, source: str) -> Grammar:
    """Read the text of a grammar file; `source` names it in errors.

    Raises
    ------
    StopError
        If it is no TOML, has unknown or missing keys, or values that make no sense; the text names the key and what is allowed.
    """
    try:
        table: dict[str, Any] = tomllib.loads(data.decode("utf-8"))
        given = _File.model_validate(table)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise StopError("grammar-no-toml", source, f"is no TOML in UTF-8: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise StopError("grammar-invalid", source, f"{where}: {first['msg']} (given: {str(first['input'])[:80]})") from error
    sets = {name: _weights(parts) for name, parts in given.sets.items()}
    return Grammar(given.name, given.title, tuple(_kind(kind, sets, source) for kind in given.kind), given.alike)


def _weights(parts: str | dict[str, float]) -> Weights:
    """Give each character its share of its part; all add up to 1."""
    shares = {parts: 1.0} if isinstance(parts, str) else parts
    total = sum(shares.values())
    weights: Weights = {}
    for characters, share in shares.items():
        for character in characters:
            weights[character] = weights.get(character, 0.0) + share / total / len(characters)
    return weights


def _kind(given: _Kind, sets: dict[str, Weights], source: str) -> Kind:
    places: list[Weights] = []
    for item in given.characters:
        match = _ITEM.fullmatch(item)
        what, times = (match["what"], int(match["times"] or 1)) if match else (item, 1)
        places += [sets.get(what) or _weights(what)] * times
    if len(places) > TEXT_MAX or (2 in given.rows and given.upper >= len(places)):
        what = f"kind {given.name}: {len(places)} characters, {given.upper} of them above; allowed: {TEXT_MAX}, not all above"
        raise StopError("grammar-invalid", source, what)
    return Kind(given.name, tuple(places), given.share, dict(given.colours), dict(given.rows), given.upper)
