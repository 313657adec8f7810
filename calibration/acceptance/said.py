"""Sentences of a report: a message of the catalogue with its figures, put into a language only where it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from calibration.catalogue import LANGUAGES, N_, catalogue

__all__ = ["LANGUAGES", "N_", "Said", "say"]


@dataclass(frozen=True)
class Said:
    """A message with the values of its ``%(name)s`` placeholders; a value may be a message of its own."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Give the sentence in a language."""
        filled = {name: value.text(language) if isinstance(value, Said) else value for name, value in self.values.items()}
        translated: str = catalogue("calibration.acceptance", "acceptance", language).gettext(self.message)
        return translated % filled


def say(message: str, **values: object) -> Said:
    """Make a sentence; `message` stands in the catalogue."""
    return Said(message, values)
