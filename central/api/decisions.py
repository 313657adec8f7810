"""``/api/v1/decisions``: what was decided, for systems that follow decisions and have nothing to do with cases under way."""

from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from central.access import CentralDep
from central.api.caller import Caller, RequireScope
from central.api.case_schemas import CaseList
from central.api.noting import noted
from central.api.paging import Rows
from central.evidence.journal import Verb, told
from central.evidence.tokens import Scope
from central.review.lines import CaseFilter, find_cases
from central.review.views import CaseKey
from central.review.workflow import Decision, State
from contract.names import Name

DECIDED: Final = (State.DECIDED, State.NOTIFIED, State.OBJECTED, State.HEARD, State.CLOSED, State.PUBLISHED)
"""Where a decision stands, be it that the party still objects to it."""

router = APIRouter(prefix="/api/v1/decisions", tags=["cases"])


@router.get(
    "",
    summary="List decisions, newest passage first",
    responses={200: {"description": "A page of decided cases."}, 400: {"description": "The page key is none."}},
)
def list_decisions(
    *,
    caller: Annotated[Caller, Depends(RequireScope(Scope.DECISIONS_READ))],
    central: CentralDep,
    station: Annotated[Name | None, Query(description="Only this station", examples=["G104-K12"])] = None,
    outcome: Annotated[Decision | None, Query(description="Only this decision", examples=["penalty"])] = None,
    before: Annotated[str | None, Query(max_length=40, description="`next` of the page before", examples=["1772438400000000-12"])] = None,
    limit: Rows = 50,
) -> CaseList:
    """Give one page; a page is found by key, so what arrives meanwhile moves nothing."""
    key = None if before is None else CaseKey.parse(before)
    asked = CaseFilter(station=station, outcome=outcome)
    noted(central, caller, Verb.SAW if asked == CaseFilter() else Verb.SEARCHED, "list/decisions", told(asked), search=repr(asked))
    with central.database.read() as session:
        found = find_cases(session, replace(asked, states=DECIDED), central.now_us(), before=key, limit=limit, stations=caller.stations)
        return CaseList.of(found, caller.sight)
