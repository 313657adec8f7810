"""One's own account: password, second factor, sessions and tokens."""

from http import HTTPStatus
from typing import Annotated, Any, Final

import segno
from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import CentralDep, actor_of, require_csrf, session_token
from central.context import Central
from central.evidence.accounts import Login, resets
from central.evidence.accounts import second_factor as factor
from central.evidence.accounts.directory import account_view, change_password, end_sessions, note_account
from central.evidence.accounts.grants import grants_of
from central.evidence.accounts.passwords import password_matches
from central.evidence.accounts.sessions import sessions_of
from central.evidence.models import Account
from central.evidence.tokens import Scope, make_token, revoke_token, scopes_of, tokens_page
from central.web.account_words import RESETS, ROLES, SCOPES
from central.web.entry import PageLogin
from central.web.forms import Done, done_text, refusal_text, went
from central.web.pages import pages_of
from contract.faults import RejectError
from contract.media import sha256_hex

router = APIRouter()
Owner = Annotated[Login, Depends(require_csrf)]
Code = Annotated[str, Form(max_length=40)]
TOKENS_SHOWN: Final = 200


@router.get("/account")
def account(request: Request, login: PageLogin, central: CentralDep, done: Done = "") -> Response:
    """Show one's own account."""
    return _page(request, login, central, done=done_text(request, done))


@router.post("/account/password")
def password(
    *,
    request: Request,
    login: Owner,
    central: CentralDep,
    present: Annotated[str, Form(max_length=1_000)] = "",
    new: Annotated[str, Form(max_length=1_000)],
    again: Annotated[str, Form(max_length=1_000)],
) -> Response:
    """Change one's password, which needs the present one unless one has just entered by a login link, and end every other session."""
    address, now_us = actor_of(request, login).address, central.now_us()
    if central.wrong_tries.wait_s(address, now_us):
        refused = RejectError("too-many-tries", "password", "was wrong too often from this address")
        return _refused(request, login, central, refused, "password", status=HTTPStatus.TOO_MANY_REQUESTS)
    with central.database.read() as session:
        stored = session.get_one(Account, login.account_id).password_hash
        forgotten = resets.entered_by_link(session, session_token(request, central))
    if stored is not None and not forgotten and not password_matches(stored, present):
        central.wrong_tries.take(address, now_us)
        return _refused(request, login, central, RejectError("wrong-password", "password", "is wrong"), "password")
    if new != again:
        return _refused(request, login, central, RejectError("passwords-differ", "password", "differs from its repetition"), "password")
    keep = sha256_hex(session_token(request, central).encode())
    try:
        with central.database.write() as session:
            change_password(session, actor_of(request, login), login.account_id, new, central.now_us(), keep_session=keep)
    except RejectError as error:
        return _refused(request, login, central, error, "password")
    return went("/account", "password")


@router.post("/account/resets")
def know_resets(request: Request, login: Owner, central: CentralDep) -> Response:
    """Keep that the owner knows by whom his account was let in anew; who entered by that very link cannot say so for him."""
    token = session_token(request, central)
    with central.database.write() as session:
        resets.acknowledge_resets(session, actor_of(request, login), login.account_id, token, central.now_us())
    return went("/account", "resets-known")


@router.get("/account/second-factor")
def enrol(request: Request, login: PageLogin, central: CentralDep) -> Response:
    """Show the secret for one's authenticator, as a picture and as text."""
    with central.database.write() as session:
        if session.get_one(Account, login.account_id).totp_since_us is not None:
            return went("/account")
        secret = factor.begin_enrolment(session, central.vault, login.account_id, central.now_us())
    return _enrolment(request, login, secret)


@router.post("/account/second-factor")
def finish(request: Request, login: Owner, central: CentralDep, code: Code) -> Response:
    """Set the second factor once the authenticator shows a right code, and show the recovery codes, this once."""
    token = session_token(request, central)
    try:
        with central.database.write() as session:
            actor = actor_of(request, login)
            codes = factor.finish_enrolment(session, central.vault, actor, login.account_id, code, token=token, now_us=central.now_us())
    except RejectError as error:
        if error.code != "wrong-code":
            return went("/account")
        with central.database.write() as session:
            secret = factor.begin_enrolment(session, central.vault, login.account_id, central.now_us())
        return _enrolment(request, login, secret, refused=refusal_text(request, error), status=HTTPStatus.BAD_REQUEST)
    return _codes(request, login, codes)


@router.post("/account/second-factor/remove")
def remove(request: Request, login: Owner, central: CentralDep, code: Code) -> Response:
    """Remove one's second factor, for a right code."""
    with central.database.write() as session:
        right = factor.remove_second_factor(
            session, central.vault, actor_of(request, login), login.account_id, code, now_us=central.now_us()
        )
    return went("/account", "second-factor-removed") if right else _wrong_code(request, login, central)


@router.post("/account/recovery-codes")
def renew_codes(request: Request, login: Owner, central: CentralDep, code: Code) -> Response:
    """Show ten new recovery codes, for a right code; the old ones end."""
    with central.database.write() as session:
        codes = factor.renew_recovery_codes(
            session, central.vault, actor_of(request, login), login.account_id, code, now_us=central.now_us()
        )
    return _codes(request, login, codes) if codes else _wrong_code(request, login, central)


@router.post("/account/sessions/end")
def end_others(request: Request, login: Owner, central: CentralDep) -> Response:
    """End every session of one's own but this one."""
    keep = sha256_hex(session_token(request, central).encode())
    with central.database.write() as session:
        end_sessions(session, login.account_id, keep_session=keep)
        note_account(session, actor_of(request, login), login.account_id, "own-sessions-ended", central.now_us())
    return went("/account", "own-sessions-ended")


@router.post("/account/tokens")
def add_token(
    *,
    request: Request,
    login: Owner,
    central: CentralDep,
    name: Annotated[str, Form(max_length=60)] = "",
    days: Annotated[int, Form(ge=-(2**31), lt=2**31)] = 90,
    scopes: Annotated[list[Scope] | None, Form()] = None,
) -> Response:
    """Make a token of one's own, with what one's roles allow at most, and show it this once."""
    chosen = set(scopes or ()) & scopes_of(login)
    try:
        with central.database.write() as session:
            actor = actor_of(request, login)
            _, token = make_token(session, actor, name.strip(), chosen, days, now_us=central.now_us(), account_id=login.account_id)
    except RejectError as error:
        return _refused(request, login, central, error, "tokens")
    return _page(request, login, central, new_token=token)


@router.post("/account/tokens/{token_id}/revoke")
def end_token(request: Request, login: Owner, central: CentralDep, token_id: Annotated[int, Path(ge=1, lt=2**53)]) -> Response:
    """End a token of one's own; 404 where it is not one's own."""
    try:
        with central.database.write() as session:
            revoke_token(session, actor_of(request, login), token_id, central.now_us(), account_id=login.account_id)
    except RejectError as error:
        return _refused(request, login, central, error, "tokens", status=HTTPStatus.NOT_FOUND)
    return went("/account", "token-revoked")


def _page(request: Request, login: Login, central: Central, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Response:
    with central.database.read() as session:
        common = _account_values(session, login, central.now_us())
        token = session_token(request, central)
        common |= {"untold": resets.untold_resets(session, login.account_id, token), "reset_words": RESETS}
        common["by_link"] = resets.entered_by_link(session, token)
    common["this_session"] = sha256_hex(token.encode())
    return pages_of(request).render(request, "accounts/account.html", login, status=status, **(common | values))


def _account_values(session: Session, login: Login, now_us: int) -> dict[str, Any]:
    return {
        "account": account_view(session, login.account_id),
        "grants": grants_of(session, login.account_id),
        "sessions": sessions_of(session, login.account_id, now_us),
        "tokens": tokens_page(session, account_id=login.account_id, limit=TOKENS_SHOWN),
        "codes_left": factor.recovery_codes_left(session, login.account_id),
        "own_scopes": [scope for scope in Scope if scope in scopes_of(login)],
        "role_words": ROLES,
        "scope_words": SCOPES,
        "done": "",
        "refused": "",
        "refused_at": "",
        "new_token": "",
    }


def _refused(
    request: Request, login: Login, central: Central, error: RejectError, where: str, *, status: HTTPStatus = HTTPStatus.BAD_REQUEST
) -> Response:
    return _page(request, login, central, status, refused=refusal_text(request, error), refused_at=where)


def _wrong_code(request: Request, login: Login, central: Central) -> Response:
    return _refused(request, login, central, RejectError("wrong-code", "code", "is wrong"), "second-factor")


def _enrolment(request: Request, login: Login, secret: str, refused: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    uri = factor.provisioning_uri(secret, login.name)
    picture = segno.make(uri, error="m").svg_data_uri(scale=4, border=4, dark="#000", light="#fff")
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    values = {"picture": picture, "secret": grouped, "uri": uri, "refused": refused}
    return pages_of(request).render(request, "accounts/second_factor.html", login, status=status, **values)


def _codes(request: Request, login: Login, codes: tuple[str, ...]) -> Response:
    return pages_of(request).render(request, "accounts/recovery_codes.html", login, codes=codes)
