"""``/api/v1/cases``: lists, one case, and the acts of persons upon it."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Path, Query, status
from fastapi.responses import JSONResponse

from central.access import CentralDep
from central.api.caller import Caller, RequireScope, searched
from central.api.case_schemas import (
    ActRequest,
    CaseAnswer,
    CaseList,
    CountsAnswer,
    DismissalAnswer,
    DismissalRequest,
    DoneAnswer,
    OneDismissal,
    StateCount,
)
from central.api.noting import noted
from central.api.paging import Rows
from central.context import Central
from central.evidence.accounts import Login
from central.evidence.journal import Verb, told
from central.evidence.masking import PlateSight
from central.evidence.models import Case
from central.evidence.tokens import Scope
from central.problem import problem
from central.review.acts import FORBIDDEN, no_case
from central.review.desk import Looked, OneOfMany, perform, perform_many
from central.review.history import subject_of
from central.review.lines import CaseFilter, count_by_state, find_cases
from central.review.view import case_view
from central.review.views import CaseKey
from central.review.work import work_count, work_list
from central.review.workflow import Decision, State
from contract.faults import RejectError
from contract.names import Name

NOT_FOUND: Final = frozenset({"no-case", "no-action"})
UNPROCESSABLE: Final = frozenset({"field-missing", "field-unknown", "field-invalid", "exemption-unknown", "graver", "not-bulk"})
"""What is wrong with what was entered; every other refusal is of where the case stands."""

Key = Annotated[str | None, Query(max_length=40, description="`next` of the page before", examples=["1772438400000000-12"])]
CaseId = Annotated[int, Path(ge=1, lt=2**53, description="The case's number", examples=[12])]
Reader = Annotated[Caller, Depends(RequireScope(Scope.CASES_READ))]
_BAD_KEY: Final[dict[int | str, dict[str, Any]]] = {400: {"description": "The page key is none."}}
_NO_CASE: Final[dict[int | str, dict[str, Any]]] = {
    404: {"description": "There is no case of that number, or it is of a station you do not see."}
}

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])


def acting_login(caller: Reader) -> Login:
    """Give the person who acts; 403 for a program: a case is moved by persons alone."""
    if caller.login is None:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "a person acts on a case, not a program; log in")
    return caller.login


Acting = Annotated[Login, Depends(acting_login)]


def narrowing(
    *,
    station: Annotated[Name | None, Query(description="Only this station", examples=["G104-K12"])] = None,
    state: Annotated[list[State] | None, Query(max_length=len(State), description="Only these states", examples=[["screened"]])] = None,
    from_us: Annotated[
        int | None, Query(ge=0, lt=2**53, description="Passed at or after, UTC in µs", examples=[1_772_438_400_000_000])
    ] = None,
    until_us: Annotated[int | None, Query(ge=0, lt=2**53, description="Passed before, UTC in µs", examples=[1_772_538_400_000_000])] = None,
    plate: Annotated[
        str | None, Query(max_length=16, pattern=r"^[^\x00]*$", description="Any part of the plate", examples=["A123"])
    ] = None,
    notice: Annotated[
        str | None, Query(max_length=60, pattern=r"^[^\x00]*$", description="Any part of the notice's number", examples=["2026/00012"])
    ] = None,
    outcome: Annotated[Decision | None, Query(description="Only this decision", examples=["penalty"])] = None,
    cleared: Annotated[bool | None, Query(description="Only where every gate holds, or only where one fell", examples=[True])] = None,
    major: Annotated[bool | None, Query(description="Only major cases, or only others", examples=[False])] = None,
    overdue: Annotated[bool | None, Query(description="Only what is overdue, or only what is not", examples=[True])] = None,
) -> CaseFilter:
    """Read what a list is narrowed to."""
    return CaseFilter(station, tuple(state or ()), from_us, until_us, plate, notice, outcome, cleared, major, overdue)


Narrowing = Annotated[CaseFilter, Depends(narrowing)]


@router.get("", summary="List cases, newest passage first", responses={200: {"description": "A page of cases."}, **_BAD_KEY})
def list_cases(caller: Reader, central: CentralDep, narrowed: Narrowing, before: Key = None, limit: Rows = 50) -> CaseList:
    """Give one page; a page is found by key, so what arrives meanwhile moves nothing."""
    key = None if before is None else CaseKey.parse(before)
    within = searched(caller, narrowed.plate)
    _note_list(central, caller, narrowed)
    with central.database.read() as session:
        return CaseList.of(find_cases(session, narrowed, central.now_us(), before=key, limit=limit, stations=within), caller.sight)


@router.get("/work", summary="What waits for you, first due first", responses={200: {"description": "A page of cases."}, **_BAD_KEY})
def list_work(*, caller: Reader, login: Acting, central: CentralDep, narrowed: Narrowing, after: Key = None, limit: Rows = 50) -> CaseList:
    """Give one page of the cases on which you may take the next step now: by your roles, and by the part you took in each."""
    key = None if after is None else CaseKey.parse(after)
    _note_list(central, caller, narrowed, waiting=True)
    with central.database.read() as session:
        return CaseList.of(work_list(session, login, central.now_us(), narrowed, after=key, limit=limit), PlateSight.of(login))


@router.get("/counts", summary="Cases by state", responses={200: {"description": "How many cases stand in each state."}})
def count_cases(caller: Reader, central: CentralDep) -> CountsAnswer:
    """Give how many cases stand in each state, how many of these are overdue, and how many wait for you."""
    now_us = central.now_us()
    with central.database.read() as session:
        counts = count_by_state(session, now_us, stations=caller.stations)
        waiting = None if caller.login is None else work_count(session, caller.login, now_us)
    return CountsAnswer(states={state: StateCount(count=count, overdue=late) for state, (count, late) in counts.items()}, waiting=waiting)


@router.get("/{case_id:int}", summary="One case", responses={200: {"description": "The case."}, **_NO_CASE})
def get_case(caller: Reader, central: CentralDep, case_id: CaseId) -> CaseAnswer:
    """Give one case with its gates, proposal, history and the acts that you may take; that you saw it is written down."""
    now_us = central.now_us()
    _require_seen(central, caller, case_id)
    noted(central, caller, Verb.SAW, subject_of(case_id))
    with central.database.read() as session:
        found = case_view(session, case_id, caller.login, now_us, central.settings.review)
    if found is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, no_case(case_id).what)
    return CaseAnswer.of(found)


@router.post(
    "/dismissals",
    summary="Dismiss many cases on one ground",
    response_model=DismissalAnswer,
    responses={200: {"description": "What became of each case."}},
)
def dismiss_cases(caller: Reader, login: Acting, central: CentralDep, request: DismissalRequest) -> DismissalAnswer:
    """Dismiss cases; each is checked and written down by itself, and one that is refused stops no other."""
    fields = {"ground": request.ground, "reason": request.reason}
    seen = [Looked(one.id, one.version) for one in request.cases if _is_seen(central, caller, one.id)]
    done = {one.case_id: one for one in perform_many(central, seen, "dismiss", fields, login=login, actor=caller.actor)}
    results = (done.get(one.id, OneOfMany(one.id, None, no_case(one.id))) for one in request.cases)
    return DismissalAnswer(results=tuple(OneDismissal.of(one) for one in results))


@router.post(
    "/{case_id}/actions/{action}",
    summary="Act on a case",
    response_model=DoneAnswer,
    responses={
        200: {"description": "The act is taken; the case stands in `state` with `version`."},
        403: {"description": "`not-allowed`: the role for that station is missing; `four-eyes`: you took another part in the case."},
        404: {"description": "There is no such case or act."},
        409: {
            "description": "`conflict`: someone acted in between; or what stands in the way: `wrong-state`, `gate-fell`, `trip-enforced`, …"
        },
        422: {"description": "What was entered is not what the act takes; `where` is the field."},
    },
)
def act_on_case(
    *,
    caller: Reader,
    login: Acting,
    central: CentralDep,
    case_id: CaseId,
    action: Annotated[str, Path(max_length=40, pattern=r"^[a-z-]+$", description="Name of the act", examples=["confirm"])],
    request: ActRequest,
) -> DoneAnswer | JSONResponse:
    """Take an act; of two who act at once on one version, one succeeds and the other is told."""
    _require_seen(central, caller, case_id)
    try:
        return DoneAnswer.of(perform(central, Looked(case_id, request.version), action, request.fields, login=login, actor=caller.actor))
    except RejectError as error:
        central.count(error)
        return problem(status_of(error), error.code, error.where, error.what)


def status_of(error: RejectError) -> int:
    """Give the HTTP status of a refusal."""
    if error.code in FORBIDDEN:
        return status.HTTP_403_FORBIDDEN
    if error.code in NOT_FOUND:
        return status.HTTP_404_NOT_FOUND
    return status.HTTP_422_UNPROCESSABLE_CONTENT if error.code in UNPROCESSABLE else status.HTTP_409_CONFLICT


def _note_list(central: Central, caller: Caller, narrowed: CaseFilter, *, waiting: bool = False) -> None:
    detail = told(narrowed) | ({"waiting": True} if waiting else {})
    verb = Verb.SAW if narrowed == CaseFilter() else Verb.SEARCHED
    noted(central, caller, verb, "list/cases", detail, search=f"{waiting} {narrowed}")


def _is_seen(central: Central, caller: Caller, case_id: int) -> bool:
    with central.database.read() as session:
        row = session.get(Case, case_id)
        return row is not None and caller.sees(row.station)


def _require_seen(central: Central, caller: Caller, case_id: int) -> None:
    if not _is_seen(central, caller, case_id):
        raise HTTPException(status.HTTP_404_NOT_FOUND, no_case(case_id).what)
