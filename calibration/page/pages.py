"""Rendering: one Jinja environment per language, and what every page is given."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from calibration.page import words
from calibration.page.accounts import Login
from calibration.page.context import CSRF_FIELD
from calibration.page.silhouette import draw_axles
from calibration.page.translation import CODES, NAMES, Language, choose, language
from calibration.told import retell
from contract.faults import WimError

NO_STORE: Final = {"Cache-Control": "no-store"}
"""Pages behind a login do not stay in a shared tablet's cache."""

CHINA_STANDARD_TIME: Final = timezone(timedelta(hours=8))
"""Where stations stand; one zone, no summer time since 1991."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What went wrong, for a person: a heading in the language, and the sentence that says what to do."""

    code: str
    heading: str
    detail: str


class Given(dict[str, Any]):
    """What was typed into a form that was refused; nothing where it was not."""

    def __missing__(self, _field: str) -> str:
        return ""


@dataclass(frozen=True)
class Pages:
    """The templates of every language; found in ``request.app.state.pages``."""

    environments: dict[str, Environment]

    def render(self, request: Request, template: str, login: Login | None, status: int = 200, **values: object) -> HTMLResponse:
        """Give a whole page, or a part of one."""
        chosen = language_of(request)
        common: dict[str, Any] = {
            "language": chosen,
            "other_languages": [(code, name) for code, name in NAMES.items() if code != chosen.code],
            "login": login,
            "csrf_field": CSRF_FIELD,
            "here": request.url.path,
            "refusal": None,
            "given": {},
            "nothing": Given(),
        } | values
        common["given"] = Given(common["given"])
        text = self.environments[chosen.code].get_template(template).render(common)
        return HTMLResponse(text, status, headers=NO_STORE)


def make_pages() -> Pages:
    """Load the templates for every language."""
    return Pages({code: _environment(language(code)) for code in CODES})


def pages_of(request: Request) -> Pages:
    """Give the pages of the application that serves this request."""
    pages = request.app.state.pages
    if not isinstance(pages, Pages):
        msg = "app.state.pages is set by create_app"
        raise TypeError(msg)
    return pages


def language_of(request: Request) -> Language:
    """Give the language of a request."""
    return choose(request.cookies, request.headers.get("accept-language", ""))


def refusal_of(error: WimError, chosen: Language) -> Refusal:
    """Put an error into words."""
    return Refusal(error.code, chosen.say(words.REFUSALS.get(error.code, words.REFUSED)), retell(error, chosen.code))


def _environment(chosen: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("calibration.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(chosen.catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(words=words, say=chosen.say, draw_axles=draw_axles)
    environment.filters.update(
        told=lambda text: retell(text, chosen.code),
        clock=_clock,
        day=_day,
        tonnes=_tonnes,
        percent=_percent,
        flag_words=lambda flag: chosen.say(words.FLAGS[flag]),
    )
    return environment


def _moment(time_us: int) -> datetime:
    return datetime.fromtimestamp(time_us / 1e6, UTC).astimezone(CHINA_STANDARD_TIME)


def _clock(time_us: int) -> str:
    """Write the time of day with seconds."""
    return f"{_moment(time_us):%H:%M:%S}"


def _day(time_us: int) -> str:
    """Write day and time with the offset."""
    return f"{_moment(time_us):%Y-%m-%d %H:%M:%S} +08:00"


def _tonnes(kg: float, digits: int = 2) -> str:
    return f"{kg / 1000:.{digits}f}".replace("-", "−")


def _percent(share: float, digits: int = 2) -> str:
    return "–" if math.isnan(share) else f"{100 * share:+.{digits}f}".replace("-", "−")
