"""The languages of the verdicts: English is its own source, Chinese comes from a catalogue beside this file."""

from dataclasses import dataclass

from babel.support import NullTranslations

from calibration.catalogue import N_, catalogue

__all__ = ["N_", "Language", "language"]


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the verdicts."""

    code: str
    catalogue: NullTranslations

    def say(self, message: str, **values: object) -> str:
        """Give `message` in this language with its ``%(name)s`` placeholders filled; a literal per cent sign is written twice."""
        text: str = self.catalogue.gettext(message)
        return text % values if values else text


def language(code: str) -> Language:
    """Give a language by its code; KeyError for one that is not offered."""
    return Language(code, catalogue("calibration.statics", "statics", code))
