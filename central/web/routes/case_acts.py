"""Acting upon cases: one act upon one case, and dismissing several for one ground."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response

from central.access import actor_of, central_of, require_csrf
from central.evidence.accounts import Login
from central.evidence.masking import PlateSight
from central.review.acts import FORBIDDEN
from central.review.desk import Looked, perform, perform_many
from central.review.workflow import WORKFLOW
from central.web.cases.door import CaseLogin, SeenCase, may_work
from central.web.cases.forms import Tried, field_errors, read_fields
from central.web.cases.narrowing import CaseNarrowing, parse_case_narrowing
from central.web.cases.page import VERSION_DIGITS, listed, place_in
from central.web.pages import pages_of
from central.web.routes.cases import show_case
from central.web.sent import SentForm, texts_of
from contract.faults import RejectError

router = APIRouter()
BATCH_MAX: Final = 100
"""Cases dismissed at one go; each is a decision of its own and stands in its history as one."""
FormLogin = Annotated[Login, Depends(require_csrf)]


@router.post("/cases/dismiss")
def dismiss(request: Request, login: FormLogin, _looks: CaseLogin, sent: SentForm) -> Response:
    """Dismiss the chosen cases for one ground; the only act that is taken upon several at once. Who acted meanwhile wins."""
    form = texts_of(sent)
    chosen = [pair for pair in (_pair(value) for value in sent.getlist("case")) if pair is not None][:BATCH_MAX]
    wanted = WORKFLOW.actions["dismiss"]
    try:
        fields = read_fields(wanted, form, pages_of(request).zone)
        results = perform_many(central_of(request), chosen, wanted.name, fields, login=login, actor=actor_of(request, login))
    except RejectError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, str(error)) from error
    refused = [one for one in results if one.refused is not None]
    wrong = next((one.refused for one in refused if one.refused is not None and one.refused.code.startswith("field-")), None)
    if wrong is not None:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"choose a ground and give a reason of 2 to 4,000 characters: {wrong}")
    done, kept = len(results) - len(refused), [str(one.case_id) for one in refused]
    given = dict(parse_qsl(form.get("list", "")))
    query = given | {"done": "dismiss", "case": str(done), "kept": ",".join(kept)}
    return RedirectResponse(f"/cases?{urlencode(query)}", HTTPStatus.SEE_OTHER)


@router.post("/cases/{number}/acts/{action}")
def take(
    request: Request,
    login: FormLogin,
    sent: SentForm,
    number: SeenCase,
    action: Annotated[str, Path(max_length=40)],
) -> Response:
    """Take an act and go to the next case of the list; where it is not taken, show the case with the reason beside the field."""
    central, form = central_of(request), texts_of(sent)
    wanted = WORKFLOW.actions.get(action)
    if wanted is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no act {action}")
    narrowing = _list_of(request, form, login)
    with central.database.read() as session:
        place = place_in(listed(session, login, narrowing, central.now_us()), number)
    try:
        version = form.get("version", "")
        if not version.isdecimal() or len(version) > VERSION_DIGITS:
            raise RejectError("conflict", "version", "the form names no version of the case")
        fields = read_fields(wanted, form, pages_of(request).zone)
        perform(central, Looked(number, int(version)), action, fields, login=login, actor=actor_of(request, login))
    except RejectError as error:
        central.count(error)
        errors = field_errors(error, wanted) if error.code.startswith("field-") or error.code == "exemption-unknown" else {}
        status = HTTPStatus.BAD_REQUEST if errors else HTTPStatus.FORBIDDEN if error.code in FORBIDDEN else HTTPStatus.CONFLICT
        tried, refusal = Tried(action, form, errors), None if errors else error
        return show_case(request, login, central, number, status=status, narrowing=narrowing, tried=tried, refusal=refusal)
    going_on = "list" in form and place.after is not None and not narrowing.whole
    query = urlencode(dict(narrowing.given) | {"done": action, "case": str(number)})
    return RedirectResponse(f"/cases/{place.after if going_on else number}?{query}", HTTPStatus.SEE_OTHER)


def _list_of(request: Request, form: Mapping[str, str], login: Login) -> CaseNarrowing:
    """Read the list that a case was opened from, which its form carries along."""
    return parse_case_narrowing(
        dict(parse_qsl(form.get("list", ""))), pages_of(request).zone, may_work=may_work(login), sight=PlateSight.of(login)
    )


def _pair(value: object) -> Looked | None:
    """Read case and version of a chosen row."""
    number, _, version = str(value).partition(":")
    if number.isdecimal() and version.isdecimal() and len(number) <= 16 and len(version) <= VERSION_DIGITS:
        return Looked(int(number), int(version))
    return None
