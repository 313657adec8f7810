"""English is its own source; Chinese comes from the catalogue beside this file, compiled where the verifier stands alone."""

import gettext
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("en", "zh")
CATALOGUE: Final = "verifier"


def N_(message: str) -> str:  # noqa: N802 - gettext's name for a message that is translated elsewhere
    """Mark a message for the catalogue without translating it here."""
    return message


@dataclass(frozen=True, slots=True)
class Language:
    """One of `LANGUAGES`."""

    code: str
    catalogue: gettext.NullTranslations

    def say(self, message: str, **values: object) -> str:
        """Give a message in this language with its ``%(name)s`` placeholders filled."""
        text = self.catalogue.gettext(message)
        return text % values if values else text


@cache
def language_of(code: str) -> Language:
    """Give a language; KeyError for another than `LANGUAGES`."""
    if code not in LANGUAGES:
        raise KeyError(code)
    if code == LANGUAGES[0]:
        return Language(code, gettext.NullTranslations())
    return Language(code, gettext.GNUTranslations(io.BytesIO(compiled(code))))


def compiled(code: str) -> bytes:
    """Give the compiled catalogue; from its text where there is none, which takes a library that a verifier that stands alone lacks."""
    folder = files(__package__).joinpath("locales", code, "LC_MESSAGES")
    made = folder.joinpath(f"{CATALOGUE}.mo")
    if made.is_file():
        return made.read_bytes()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - not there, and not needed, where the catalogue is compiled
    from babel.messages.pofile import read_po  # noqa: PLC0415

    stream = io.BytesIO()
    with folder.joinpath(f"{CATALOGUE}.po").open("rb") as file:
        write_mo(stream, read_po(file, locale=code))
    return stream.getvalue()
