"""Rendering: one Jinja environment per language, and what every page is given."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from central.access import CSRF_FIELD, central_of
from central.evidence.accounts import Login
from central.evidence.masking import PlateSight
from central.web import words
from central.web.assumptions import assumption_in
from central.web.drift import drift_sentence
from central.web.fault_words import fault_word
from central.web.formats import Formats
from central.web.judgement import axle_sum, flag_figure, tone_of, word_of
from central.web.navigation import entries_for
from central.web.translation import CODES, Language, choose, language, names_of
from contract.records import ClockState

NO_STORE: Final = {"Cache-Control": "no-store"}
"""Pages behind a login do not stay in a shared computer's cache."""


@dataclass(frozen=True)
class Pages:
    """The templates of every language and the zone in which times are written; found in ``request.app.state.pages``."""

    environments: dict[str, Environment]
    zone: tzinfo

    def render(self, request: Request, template: str, login: Login | None, status: int = 200, **values: object) -> HTMLResponse:
        """Give a whole page."""
        return HTMLResponse(self.text(request, template, login, **values), status, headers=NO_STORE)

    def text(self, request: Request, template: str, login: Login | None, **values: object) -> str:
        """Give a page's, or a part's, text."""
        chosen = language_of(request)
        common: dict[str, Any] = {
            "language": chosen,
            "languages": [language(code) for code in CODES],
            "formats": Formats(chosen, self.zone),
            "login": login,
            "csrf_field": CSRF_FIELD,
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "path": request.url.path,
            "now_us": central_of(request).now_us(),
        }
        return self.environments[chosen.code].get_template(template).render(common | values)


def make_pages(zone: tzinfo) -> Pages:
    """Load the templates for every language."""
    return Pages({code: _environment(language(code)) for code in CODES}, zone)


def pages_of(request: Request) -> Pages:
    """Give the pages of the application that serves this request."""
    pages = request.app.state.pages
    if not isinstance(pages, Pages):
        msg = "app.state.pages is set by central.web.install"
        raise TypeError(msg)
    return pages


def language_of(request: Request) -> Language:
    """Give the language of a request."""
    return choose(request.cookies, request.headers.get("accept-language", ""))


def formats_of(request: Request) -> Formats:
    """Give the formats of a request's language."""
    return Formats(language_of(request), pages_of(request).zone)


def _environment(chosen: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("central.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(chosen.catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(words=words, tone_of=tone_of, word_of=word_of, assumption=assumption_in, clock_word=_clock_word)
    environment.globals.update(axle_sum=axle_sum, flag_figure=flag_figure, fault_word=fault_word)
    environment.globals.update(drift_sentence=drift_sentence, navigation=entries_for, sight=PlateSight.of, language_names=names_of)
    return environment


def _clock_word(state: str, chosen: Language) -> str:
    """Give the word of a clock state as a status tells it: free text, of which the known states are translated."""
    return chosen.say(words.CLOCKS[ClockState(state)]) if state in set(ClockState) else state
