"""Sentences of a report: a message of the catalogue with its figures, put into a language only where it is shown."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Said:
    """A message with the values of its ``%(name)s`` placeholders; a value may be a message of its own."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Give the sentence in a language."""
        filled = {name: value.text(language) if isinstance(value, Said) else value for name, value in self.values.items()}
        translated: str = _catalogue(language).gettext(self.message)
        return translated % filled


def say(message: str, **values: object) -> Said:
    """Make a sentence; `message` stands in the catalogue."""
    return Said(message, values)


@cache
def _catalogue(language: str) -> NullTranslations:
    if language == LANGUAGES[0]:
        return NullTranslations()
    source = resources.files("calibration.acceptance").joinpath("locales", language, "LC_MESSAGES", "acceptance.po")
    compiled = io.BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)
