"""What every section of a document needs: a language with its numbers and times, and the templates for its drawings."""

from dataclasses import dataclass

from jinja2 import Environment

from central.web.formats import Formats
from central.web.pages import Pages
from central.web.translation import Language, language


@dataclass(frozen=True, slots=True)
class Writer:
    """One language of a document."""

    language: Language
    formats: Formats
    environment: Environment

    def say(self, message: str, **values: object) -> str:
        """Give a message in the document's language."""
        return self.language.say(message, **values)

    def joined(self, *sentences: str) -> str:
        """Give sentences one after the other, without a space where the language writes none."""
        return ("" if self.language.code == "zh" else " ").join(sentence for sentence in sentences if sentence)


def writer_in(pages: Pages, code: str) -> Writer:
    """Give the writer of a language; KeyError for one that is not offered."""
    chosen = language(code)
    return Writer(chosen, Formats(chosen, pages.zone), pages.environments[code])
