"""Languages: English is its own source, others come from a gettext catalogue that lies in the package which speaks."""

import io
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES: Final = ("en", "zh")
"""The source language first."""


def N_(message: str) -> str:  # noqa: N802 - gettext's name for a message that is translated elsewhere
    """Mark a message for the catalogue without translating it here."""
    return message


@dataclass(frozen=True, slots=True)
class Language:
    """One language of one package."""

    code: str
    catalogue: NullTranslations

    def say(self, message: str, **values: object) -> str:
        """Give `message` in this language with its ``%(name)s`` placeholders filled; a literal per cent sign is then written twice."""
        text: str = self.catalogue.gettext(message)
        return text % values if values else text


@cache
def language(package: str, domain: str, code: str) -> Language:
    """Give one of `LANGUAGES` as a package speaks it, from its ``locales/<code>/LC_MESSAGES/<domain>.po``; KeyError for another."""
    if code not in LANGUAGES:
        raise KeyError(code)
    if code == LANGUAGES[0]:
        return Language(code, NullTranslations())
    compiled = io.BytesIO()
    with resources.files(package).joinpath("locales", code, "LC_MESSAGES", f"{domain}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Language(code, Translations(compiled))
