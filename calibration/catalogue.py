"""Message catalogues (gettext) of this package's rooms: English is its own source, the others lie beside the code that speaks."""

import io
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


@cache
def catalogue(package: str, domain: str, language: str) -> NullTranslations:
    """Give the catalogue ``locales/<language>/LC_MESSAGES/<domain>.po`` of a package; KeyError for a language there is not."""
    if language not in LANGUAGES:
        raise KeyError(language)
    if language == LANGUAGES[0]:
        return NullTranslations()
    compiled = io.BytesIO()
    with resources.files(package).joinpath("locales", language, "LC_MESSAGES", f"{domain}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)
