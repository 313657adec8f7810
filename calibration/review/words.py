"""Sentences of the review, put into a language where they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from calibration.catalogue import language as language_of


@dataclass(frozen=True)
class Said:
    """A message of the catalogue with the values of its ``%(name)s`` placeholders."""

    message: str
    values: Mapping[str, object]

    def text(self, language: str) -> str:
        """Give the sentence in a language."""
        return say(language, self.message, **self.values)


def said(message: str, **values: object) -> Said:
    """Make a sentence."""
    return Said(message, values)


def say(language: str, message: str, **values: object) -> str:
    """Give a message in a language; a literal per cent sign stands twice in it."""
    text: str = language_of("calibration.review", "review", language).catalogue.gettext(message)
    return text % values
