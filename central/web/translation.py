"""The languages of the pages: gettext catalogues compiled in memory, so that no compiled file needs to be kept in step."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

CODES: Final = ("en", "zh")
"""Languages offered, the source language first."""
_LOCALES: Final = {"en": "en", "zh": "zh_Hans_CN"}
_NAMES: Final = {"en": "English", "zh": "中文"}


def N_(message: str) -> str:  # noqa: N802 - gettext's name for a message that is translated elsewhere
    """Mark a message for the catalogue without translating it here."""
    return message


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the pages.

    Attributes
    ----------
    code
        ``en`` or ``zh``, also the value of the page's `lang`.
    name
        The language's own name for itself.
    locale
        For numbers and times.
    catalogue
        Its texts; English is its own source and has an empty one.
    """

    code: str
    name: str
    locale: Locale
    catalogue: NullTranslations

    def say(self, message: str, **values: object) -> str:
        """Give `message` in this language with its ``%(name)s`` placeholders filled; a literal per cent sign is written twice."""
        text: str = self.catalogue.gettext(message)
        return text % values

    def count(self, one: str, several: str, number: int, **values: object) -> str:
        """Give the message for that number of things, as `say` does: `one` where it is 1, else `several`."""
        text: str = self.catalogue.ngettext(one, several, number)
        return text % values


@cache
def language(code: str) -> Language:
    """Give the language of that code.

    Raises
    ------
    KeyError
        If it is not offered.
    """
    return Language(code, _NAMES[code], Locale.parse(_LOCALES[code]), _catalogue(code))


def names_of(codes: str) -> str:
    """Give the own names of languages whose codes are joined by dashes: 中文 + English."""
    return " + ".join(language(code).name for code in codes.split("-"))


def _catalogue(code: str) -> NullTranslations:
    if code == CODES[0]:
        return NullTranslations()
    merged = Catalog(locale=code, charset="utf-8")
    for source in catalogue_files(code):
        with source.open("rb") as file:
            for message in read_po(file, locale=code):
                merged[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(compiled)


def catalogue_files(code: str) -> list[Traversable]:
    """Give the catalogues of a language, one for each room of the pages, by name; no message stands in two."""
    folder = resources.files("central.web").joinpath("locales", code, "LC_MESSAGES")
    return sorted((file for file in folder.iterdir() if file.name.endswith(".po")), key=lambda file: file.name)


def choose(cookies: Mapping[str, str], accept_language: str) -> Language:
    """Give the language a visitor chose, else the one the browser prefers, else English."""
    chosen = cookies.get("language", "")
    if chosen in CODES:
        return language(chosen)
    for code in _preferred(accept_language):
        if code in CODES:
            return language(code)
    return language(CODES[0])


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
