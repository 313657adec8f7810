"""Sentences that refuse something: English as they stand, and in another language where a page or a command says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from calibration.catalogue import LANGUAGES
from calibration.catalogue import language as language_of
from contract.faults import WimError


class Told(str):
    """An English sentence that remembers its message and the values of its ``%(name)s`` placeholders; a value may be such a sentence."""

    __slots__ = ("message", "values")

    message: str
    values: Mapping[str, object]

    def __new__(cls, message: str, values: Mapping[str, object]) -> Self:
        """Fill the placeholders; a literal per cent sign stands twice in the message."""
        made = super().__new__(cls, message % values)
        made.message, made.values = message, values
        return made


def told(message: str, /, **values: object) -> Told:
    """Make a sentence; `message` stands in the catalogue ``locales/zh/LC_MESSAGES/refusals.po``."""
    return Told(message, values)


def retell(text: object, language: str) -> str:
    """Give a sentence, or the where and what of an error, in a language; a file's name or a figure stays as it is."""
    if isinstance(text, WimError):
        return f"{retell(text.where, language)}: {retell(text.what, language)}"
    if not isinstance(text, Told) or language == LANGUAGES[0]:
        return str(text)
    message: str = language_of("calibration", "refusals", language).catalogue.gettext(text.message)
    return message % {name: retell(value, language) for name, value in text.values.items()}
