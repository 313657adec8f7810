"""The work list and the list of all cases, one case on one screen, and what is new of either."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

from central.access import CentralDep
from central.context import Central
from central.evidence.accounts import Login, Role
from central.evidence.accounts.roles import CASE_READERS, PAPER_READERS
from central.evidence.journal import Detail, Verb
from central.evidence.masking import PlateSight
from central.evidence.stations import stations
from central.review.lines import count_by_state, find_cases
from central.review.view import case_view
from central.review.views import CasePage, CaseView
from central.review.work import work_count, work_list
from central.review.workflow import WORKFLOW
from central.web.case_words import ACTS, CASE_GATES, DECISIONS, GROUNDS, PARTS, REFUSALS, RULINGS, STATES, why_in
from central.web.cases.door import CaseLogin, SeenCase, may_work
from central.web.cases.forms import Tried
from central.web.cases.narrowing import CaseNarrowing, parse_case_narrowing
from central.web.cases.page import act_forms, entered_in, kept_in, listed, place_in, stations_in, steps_since
from central.web.documents.kinds import document_in
from central.web.law import article_in
from central.web.pages import formats_of, pages_of
from central.web.seeing import seen
from central.web.vehicle_parts import vehicle_parts
from contract.faults import RejectError

router = APIRouter()
ROWS: Final = 50
DISMISSIBLE: Final = frozenset(WORKFLOW.actions["dismiss"].from_states)


def narrowing_of(request: Request, login: Login) -> CaseNarrowing:
    """Read the list's filter from a request's address."""
    return parse_case_narrowing(request.query_params, pages_of(request).zone, may_work=may_work(login), sight=PlateSight.of(login))


@router.get("/cases")
def cases(request: Request, login: CaseLogin, central: CentralDep) -> Response:
    """List the cases that wait for who asks, what is due first coming first; or all of them, newest passage first."""
    narrowing = narrowing_of(request, login)
    detail: Detail = {name: value for name, value in narrowing.given.items() if name != "plate"}
    seen(request, login, Verb.SEARCHED if narrowing.narrows else Verb.SAW, "list/cases", detail)
    now_us = central.now_us()
    with central.database.read() as session:
        page = _page(central, login, narrowing)
        counts = count_by_state(session, now_us, stations=login.stations_for(*CASE_READERS))
        waiting = work_count(session, login, now_us) if may_work(login) else None
        known = [station.id for station in stations(session, within=login.stations_for(*CASE_READERS))]
    return pages_of(request).render(
        request,
        "cases/list.html",
        login,
        status=HTTPStatus.BAD_REQUEST if narrowing.errors else HTTPStatus.OK,
        narrowing=narrowing,
        page=page,
        counts=counts,
        waiting=waiting,
        stations=known,
        acted=_acted(request),
        **row_values(login),
    )


def row_values(login: Login) -> dict[str, Any]:
    """Give what every row of a list of cases is given."""
    return {
        "state_words": STATES,
        "decision_words": DECISIONS,
        "ground_words": GROUNDS,
        "dismissible": DISMISSIBLE if login.may(Role.REVIEWER) else frozenset(),
    }


@router.get("/cases/news")
def news(request: Request, login: CaseLogin, central: CentralDep) -> JSONResponse:
    """Give the rows of a list as they are now, for a page that is open: it changes them in place and moves nothing."""
    narrowing = narrowing_of(request, login)
    page = _page(central, login, narrowing)
    values = row_values(login) | {"narrowing": narrowing}
    pages = pages_of(request)
    rows = [{"id": row.id, "html": pages.text(request, "cases/row.html", login, row=row, **values)} for row in page.rows]
    return JSONResponse({"rows": rows, "more": page.next_key is not None}, headers={"Cache-Control": "no-store"})


@router.get("/cases/{number}")
def case(request: Request, login: CaseLogin, central: CentralDep, number: SeenCase) -> Response:
    """Show one case: the answer, the evidence, the why, what may be done, what was done."""
    return show_case(request, login, central, number)


@router.get("/cases/{number}/version")
def version(request: Request, login: CaseLogin, central: CentralDep, number: SeenCase) -> JSONResponse:
    """Tell which version a case has, so that an open page can say that someone has acted."""
    with central.database.read() as session:
        view = found_view(session, login, central, number)
    last = view.history[-1] if view.history else None
    told = "" if last is None else pages_of(request).text(request, "cases/acted.html", login, event=last, act_words=ACTS)
    return JSONResponse({"version": view.line.version, "told": told}, headers={"Cache-Control": "no-store"})


def found_view(session: Session, login: Login, central: Central, number: int) -> CaseView:
    """Give a case; 404 where there is none."""
    view = case_view(session, number, login, central.now_us(), central.settings.review)
    if view is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no case {number}")
    return view


def show_case(
    request: Request,
    login: Login,
    central: Central,
    number: int,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    narrowing: CaseNarrowing | None = None,
    tried: Tried | None = None,
    refusal: RejectError | None = None,
) -> Response:
    """Answer with a case's page; `tried` is an act that was not taken, `refusal` why, where that is of no field."""
    narrowing = narrowing or narrowing_of(request, login)
    with central.database.read() as session:
        view = found_view(session, login, central, number)
        place = place_in(listed(session, login, narrowing, central.now_us()), number)
    seen(request, login, Verb.SAW, f"case/{number}", {"version": view.line.version})
    return pages_of(request).render(
        request,
        "cases/one.html",
        login,
        status=status,
        view=view,
        case_id=number,
        narrowing=narrowing,
        place=place,
        acts=act_forms(view, formats_of(request), central.now_us(), tried),
        act_words=ACTS,
        refusal=refusal,
        meanwhile=steps_since(view, tried),
        kept=kept_in(view, formats_of(request), tried),
        refusal_words=REFUSALS,
        acted=_acted(request),
        works=may_work(login),
        papers=any(login.may(role, view.line.station) for role in PAPER_READERS),
        gate_words=CASE_GATES,
        part_words=PARTS,
        ruling_words=RULINGS,
        why_in=why_in,
        entered_in=entered_in,
        document_in=document_in,
        article_in=article_in,
        **row_values(login),
        **vehicle_parts(request, central, view.vehicle),
    )


def _page(central: Central, login: Login, narrowing: CaseNarrowing) -> CasePage:
    now_us = central.now_us()
    with central.database.read() as session:
        if narrowing.whole:
            within = stations_in(login, narrowing)
            return find_cases(session, narrowing.filter, now_us, before=narrowing.after, limit=ROWS, stations=within)
        return work_list(session, login, now_us, narrowing.filter, after=narrowing.after, limit=ROWS)


def _acted(request: Request) -> dict[str, Any] | None:
    """Give what was done just before, as the address tells it; words of ours only, numbers only."""
    done, number, kept = (request.query_params.get(name, "") for name in ("done", "case", "kept"))
    if done not in ACTS or not number.isdecimal() or len(number) > 16:
        return None
    left = [part for part in kept.split(",") if part.isdecimal() and len(part) <= 16]
    return {"words": ACTS[done], "number": int(number), "batch": "kept" in request.query_params, "left": left}
