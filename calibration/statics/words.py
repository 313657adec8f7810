"""The languages of the verdicts."""

from typing import Final

from calibration.catalogue import LANGUAGES, N_, Language
from calibration.catalogue import language as language_of

CODES: Final = LANGUAGES

__all__ = ["CODES", "N_", "Language", "language"]


def language(code: str) -> Language:
    """Give one of `CODES`; KeyError for another."""
    return language_of("calibration.statics", "statics", code)
