"""Who may look at cases, and at which."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Path

from central.access import CentralDep
from central.evidence.accounts import CASE_ROLES, Login
from central.evidence.accounts.roles import CASE_READERS
from central.evidence.models import Case
from central.web.entry import PageLogin


def case_login(login: PageLogin) -> Login:
    """Give who is logged in, if any role of the account looks at cases; 403 otherwise."""
    if not any(login.may(role) for role in CASE_READERS):
        held = ", ".join(sorted(login.roles)) or "none of them"
        raise HTTPException(HTTPStatus.FORBIDDEN, f"cases are for {', '.join(sorted(CASE_READERS))}; {login.name} is {held}")
    return login


CaseLogin = Annotated[Login, Depends(case_login)]
CaseNumber = Annotated[int, Path(ge=1, lt=2**53)]


def may_see(login: Login, station: str) -> bool:
    """Whether an account looks at a station's cases."""
    return any(login.may(role, station) for role in CASE_READERS)


def may_work(login: Login) -> bool:
    """Whether an account takes part in cases."""
    return any(login.may(role) for role in CASE_ROLES)


def seen_case(login: CaseLogin, central: CentralDep, number: CaseNumber) -> int:
    """Give the number of a case that the account may look at; 404 for all others, that are and that are not."""
    with central.database.read() as session:
        row = session.get(Case, number)
        station = None if row is None else row.station
    if station is None or not may_see(login, station):
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no case {number} that you may look at")
    return number


SeenCase = Annotated[int, Depends(seen_case)]
