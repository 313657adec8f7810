"""Acting upon cases: one act upon one case, and dismissing several for one ground."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response

from central.access import actor_of, central_of, require_csrf
from central.evidence.accounts import Login
from central.review.acts import FORBIDDEN, act
from central.review.workflow import WORKFLOW, ActionRow
from central.web.cases.door import CaseLogin, SeenCase, may_work
from central.web.cases.forms import field_errors, read_fields
from central.web.cases.narrowing import CaseNarrowing, parse_case_narrowing
from central.web.cases.page import listed, place_in
from central.web.cases.words import REFUSALS
from central.web.pages import pages_of
from central.web.routes.cases import show_case
from central.web.sent import SentForm, texts_of
from contract.faults import RejectError

router = APIRouter()
BATCH_MAX: Final = 100
"""Cases dismissed at one go; each is a decision of its own and stands in its history as one."""
FormLogin = Annotated[Login, Depends(require_csrf)]


class Wanted(NamedTuple):
    """An act that is wanted: which, on which version of the case, with what."""

    action: ActionRow
    version: int
    fields: Mapping[str, object]


@router.post("/cases/dismiss")
def dismiss(request: Request, login: FormLogin, _looks: CaseLogin, sent: SentForm) -> Response:
    """Dismiss the chosen cases for one ground; the only act that is taken upon several at once. Who acted meanwhile wins."""
    form = texts_of(sent)
    chosen = [pair for pair in (_pair(value) for value in sent.getlist("case")) if pair is not None][:BATCH_MAX]
    wanted = WORKFLOW.actions["dismiss"]
    done, kept = 0, []
    try:
        fields = read_fields(wanted, form, pages_of(request).zone)
    except RejectError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, str(error)) from error
    for number, version in chosen:
        try:
            _take(request, login, number, Wanted(wanted, version, fields))
            done += 1
        except RejectError as error:
            if error.code.startswith("field-"):
                raise HTTPException(
                    HTTPStatus.BAD_REQUEST, f"choose a ground and give a reason of 2 to 4,000 characters: {error}"
                ) from error
            kept.append(str(number))
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
        if not version.isdecimal() or len(version) > 9:
            raise RejectError("conflict", "version", "the form names no version of the case")
        _take(request, login, number, Wanted(wanted, int(version), read_fields(wanted, form, pages_of(request).zone)))
    except RejectError as error:
        central.count(error)
        errors = field_errors(error, wanted) if error.code.startswith("field-") or error.code == "exemption-unknown" else {}
        status = HTTPStatus.BAD_REQUEST if errors else HTTPStatus.FORBIDDEN if error.code in FORBIDDEN else HTTPStatus.CONFLICT
        refusal = None if errors else {"code": error.code, "text": REFUSALS.get(error.code), "what": error.what}
        return show_case(
            request, login, central, number, status=status, narrowing=narrowing, tried=action, given=form, errors=errors, refusal=refusal
        )
    going_on = "list" in form and place.after is not None and not narrowing.whole
    query = urlencode(dict(narrowing.given) | {"done": action, "case": str(number)})
    return RedirectResponse(f"/cases/{place.after if going_on else number}?{query}", HTTPStatus.SEE_OTHER)


def _take(request: Request, login: Login, number: int, wanted: Wanted) -> None:
    central = central_of(request)
    with central.database.write() as session:
        act(
            session,
            number,
            wanted.action.name,
            login=login,
            actor=actor_of(request, login),
            expected_version=wanted.version,
            fields=wanted.fields,
            now_us=central.now_us(),
            settings=central.settings.review,
        )


def _list_of(request: Request, form: Mapping[str, str], login: Login) -> CaseNarrowing:
    """Read the list that a case was opened from, which its form carries along."""
    return parse_case_narrowing(dict(parse_qsl(form.get("list", ""))), pages_of(request).zone, may_work=may_work(login))


def _pair(value: object) -> tuple[int, int] | None:
    """Read case and version of a chosen row."""
    number, _, version = str(value).partition(":")
    if number.isdecimal() and version.isdecimal() and len(number) <= 16 and len(version) <= 9:
        return int(number), int(version)
    return None
