"""The languages of the page: gettext catalogues compiled in memory, so that no compiled file needs to be kept in step."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

CODES: Final = ("en", "zh")
"""Languages offered, the source language first."""
_NAMES: Final = {"en": "English", "zh": "中文"}


def N_(message: str) -> str:  # noqa: N802 - gettext's name for a message that is translated elsewhere
    """Mark a message for the catalogue without translating it here."""
    return message


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its code (also the page's `lang`), its own name for itself, its texts."""

    code: str
    name: str
    catalogue: NullTranslations

    def say(self, message: str, **values: object) -> str:
        """Give `message` in this language with its ``%(name)s`` placeholders filled; a literal per cent sign is written twice."""
        text: str = self.catalogue.gettext(message)
        return text % values


@cache
def language(code: str) -> Language:
    """Give the language of that code.

    Raises
    ------
    KeyError
        If it is not offered.
    """
    return Language(code, _NAMES[code], _catalogue(code))


def choose(cookies: Mapping[str, str], accept_language: str) -> Language:
    """Give the language a visitor chose, else the one the browser prefers, else English."""
    chosen = cookies.get("language", "")
    wanted = [chosen, *_preferred(accept_language), CODES[0]]
    return language(next(code for code in wanted if code in CODES))


def _catalogue(code: str) -> NullTranslations:
    if code == CODES[0]:
        return NullTranslations()
    source = resources.files("calibration.page").joinpath("locales", code, "LC_MESSAGES", "page.po")
    compiled = io.BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Translations(compiled)


def _preferred(accept_language: str) -> list[str]:
    """Primary subtags of an Accept-Language header, the most wanted first (RFC 9110, 12.5.4)."""
    weighted = []
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        quality = parameter.strip().removeprefix("q=") or "1"
        try:
            weighted.append((-float(quality), tag.split("-")[0].strip().lower()))
        except ValueError:
            continue
    return [code for quality, code in sorted(weighted, key=lambda item: item[0]) if quality < 0]
