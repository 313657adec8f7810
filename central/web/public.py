"""What every public page has in common: its pace, its cache, its head; and who opened his own case."""

from typing import Annotated, Final

from fastapi import Depends, HTTPException, Request, Response, status
from fastapi.responses import HTMLResponse

from central.access import CentralDep, actor_of
from central.context import Central
from central.evidence.journal import Actor
from central.publicity.brakes import network
from central.publicity.decisions import PublicDecision
from central.publicity.own_case import VISIT_US, Opened, Visit, visit_of
from central.rate_limit import RateLimit
from central.review.workflow import Decision, State
from central.web.case_words import DECISIONS
from central.web.formats import Formats
from central.web.pages import pages_of
from central.web.translation import N_
from contract.units import US_PER_S

PAGES: Final = (
    ("/public/query", N_("My case")),
    ("/public/stations", N_("Stations")),
    ("/public/decisions", N_("Decisions")),
    ("/public/checkpoints", N_("Checkpoints")),
)
CACHED: Final = {"Cache-Control": "public, max-age=60", "Vary": "Accept-Language, Cookie"}
"""A minute spares the machine; what is withdrawn is gone soon."""
NEVER_CACHED: Final = {"Cache-Control": "no-store"}
PUBLIC_DECISIONS: Final = {**DECISIONS, Decision.PENALTY: N_("Fine")}
STATES: Final = {
    State.NOTIFIED: N_("notice served; you may object"),
    State.OBJECTED: N_("objection received; it will be heard"),
    State.HEARD: N_("objection heard"),
    State.CLOSED: N_("closed"),
    State.PUBLISHED: N_("closed; the decision is published with a masked plate"),
}
"""States in which a notice was served, as its holder is told them; all others are of the office alone."""
IN_OFFICE: Final = N_("with the office")


def public_pace() -> RateLimit:
    """Give the brake of the public pages: a page with its pictures at once, and two questions a second in the long run."""
    return RateLimit(per_minute=120, burst=60)


def keep_pace(request: Request, central: CentralDep) -> None:
    """Let one visitor ask only so fast; 429 with the seconds to wait beyond."""
    pace = request.app.state.public_pace
    if not isinstance(pace, RateLimit):
        msg = "app.state.public_pace is set by central.web.install"
        raise TypeError(msg)
    wait_s = pace.take(network(visitor(request).address), central.now_us())
    if wait_s:
        headers = {"Retry-After": str(wait_s)}
        raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS, f"too many questions at once; ask again in {wait_s} s", headers)


def visitor(request: Request) -> Actor:
    """Give who asks, for the journal: the public, and from where."""
    return actor_of(request, None)


def public_page(request: Request, template: str, *, code: int = 200, cached: bool = False, **values: object) -> HTMLResponse:
    """Give a public page."""
    text = pages_of(request).text(request, f"public/{template}", None, public_pages=PAGES, **values)
    return HTMLResponse(text, code, headers=CACHED if cached else NEVER_CACHED)


def decided_in(formats: Formats, row: PublicDecision) -> str:
    """Say what was decided: a fine with its amount, a warning, or nothing."""
    word = formats.language.say(PUBLIC_DECISIONS[Decision(row.outcome)])
    return word if row.amount_cents is None else f"{word} {formats.money(row.amount_cents)}"


def visit_cookie(central: Central) -> str:
    """Give the name of the cookie of an opened case."""
    return "__Host-wim-visit" if central.settings.web.https else "wim-visit"


def set_visit_cookie(response: Response, central: Central, opened: Opened) -> None:
    """Hand an opened case to the browser; no other site's link can use it."""
    secure = central.settings.web.https
    lasts_s = VISIT_US // US_PER_S
    response.set_cookie(visit_cookie(central), opened.token, max_age=lasts_s, path="/", httponly=True, samesite="strict", secure=secure)


class NoVisitError(Exception):
    """No case is open in this browser (any more)."""


def open_visit(request: Request, central: CentralDep) -> Visit:
    """Give the case that is open in this browser."""
    token = request.cookies.get(visit_cookie(central), "")
    with central.database.read() as session:
        visit = visit_of(session, token, central.now_us()) if token else None
    if visit is None:
        raise NoVisitError
    return visit


OpenVisit = Annotated[Visit, Depends(open_visit)]
