"""The languages of the verdicts: English is its own source, Chinese comes from a catalogue beside this file."""

import io
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

CODES: Final = ("en", "zh")


def N_(message: str) -> str:  # noqa: N802 - gettext's name for a message that is translated elsewhere
    """Mark a message for the catalogue without translating it here."""
    return message


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the verdicts."""

    code: str
    catalogue: NullTranslations

    def say(self, message: str, **values: object) -> str:
        """Give `message` in this language with its ``%(name)s`` placeholders filled; a literal per cent sign is written twice."""
        text: str = self.catalogue.gettext(message)
        return text % values if values else text


@cache
def language(code: str) -> Language:
    """Give one of `CODES`; KeyError for another."""
    if code not in CODES:
        raise KeyError(code)
    if code == CODES[0]:
        return Language(code, NullTranslations())
    compiled = io.BytesIO()
    with resources.files("calibration.statics").joinpath("locales", code, "LC_MESSAGES", "statics.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Language(code, Translations(compiled))
