"""Keys by which programs ask the API: what each may, over which stations, and until when."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from central.evidence.accounts.grants import roles_of
from central.evidence.accounts.groups import group_stations
from central.evidence.accounts.roles import ANALYSTS, CASE_READERS, EVERY_ROLE, JOURNAL_READERS, Login, Role
from central.evidence.journal import Actor, Detail, Verb, note
from central.evidence.models import Account, ApiToken, StationGroup, WebhookEndpoint
from central.evidence.paging import page_rows
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.units import US_PER_DAY, US_PER_S

PREFIX: Final = "wim_"
"""Lets scanners of repositories and logs find a token that leaked."""
TOKEN_BYTES: Final = 32
DAYS_MAX: Final = 400
_USED_EVERY_US: Final = 60 * US_PER_S
"""How exact the last use is: once a minute spares a write per request."""


class Scope(StrEnum):
    """What a token lets a program do; people have it by their roles."""

    VEHICLES_READ = "vehicles:read"
    STATIONS_READ = "stations:read"
    QUARANTINE_READ = "quarantine:read"
    MEDIA_READ = "media:read"
    CASES_READ = "cases:read"
    DECISIONS_READ = "decisions:read"
    ANALYSIS_READ = "analysis:read"
    ACTS_READ = "acts:read"
    WEBHOOKS_MANAGE = "webhooks:manage"


ROLES_OF_SCOPE: Final = {
    Scope.VEHICLES_READ: EVERY_ROLE,
    Scope.STATIONS_READ: EVERY_ROLE,
    Scope.QUARANTINE_READ: EVERY_ROLE,
    Scope.MEDIA_READ: EVERY_ROLE,
    Scope.CASES_READ: CASE_READERS,
    Scope.DECISIONS_READ: CASE_READERS,
    Scope.ANALYSIS_READ: ANALYSTS,
    Scope.ACTS_READ: JOURNAL_READERS,
    Scope.WEBHOOKS_MANAGE: frozenset({Role.ADMINISTRATOR}),
}
"""Which roles have a scope, for people in a browser and for the tokens they make themselves."""


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token as lists show it; the token itself is nowhere."""

    id: int
    name: str
    account: str | None
    scopes: tuple[Scope, ...]
    group: str | None
    created_by: str
    created_us: int
    expires_us: int
    revoked_us: int | None
    last_used_us: int | None
    last_used_address: str


@dataclass(frozen=True, slots=True)
class TokenBearer:
    """Who asks with a token: `scopes` is what it still may, `group` the stations it was made for, None for every one.

    `owner` is whoever made it for himself; a token of another system has none.
    """

    id: int
    person: str
    scopes: frozenset[Scope]
    group: frozenset[str] | None
    touch_due: bool
    owner: Login | None

    def stations_for(self, scope: Scope) -> frozenset[str] | None:
        """Give the stations over which the token has a scope, None for every one: its owner's are those of the roles that have it."""
        own = None if self.owner is None else self.owner.stations_for(*ROLES_OF_SCOPE[scope])
        if own is None or self.group is None:
            return self.group if own is None else own
        return own & self.group


def scopes_of(login: Login) -> frozenset[Scope]:
    """Give what somebody's roles let him ask."""
    return frozenset(scope for scope, roles in ROLES_OF_SCOPE.items() if login.roles & roles)


def make_token(
    session: Session,
    actor: Actor,
    name: str,
    scopes: Collection[Scope],
    days: int,
    *,
    now_us: int,
    account_id: int | None = None,
    group_id: int | None = None,
) -> tuple[int, str]:
    """Make a token and give its number and itself, which is shown this once.

    Raises
    ------
    RejectError
        ``bad-token-name``, ``no-scope``, ``bad-expiry`` or ``no-group``.
    """
    if not (1 <= len(name) <= 60 and name == name.strip() and name.isprintable()):
        raise RejectError("bad-token-name", "name", "needs 1 to 60 printable characters: say which program it is for")
    if not scopes:
        raise RejectError("no-scope", "scopes", "is empty: a token without any may do nothing")
    if not 1 <= days <= DAYS_MAX:
        raise RejectError("bad-expiry", "days", f"is {days}; use 1 to {DAYS_MAX}")
    if group_id is not None and session.get(StationGroup, group_id) is None:
        raise RejectError("no-group", f"station group {group_id}", "does not exist; choose one of the list")
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    kept = " ".join(sorted(scopes))
    row = ApiToken(
        name=name,
        token_sha256=sha256_hex(token.encode()),
        account_id=account_id,
        group_id=group_id,
        scopes=kept,
        created_by=actor.person,
        created_us=now_us,
        expires_us=now_us + days * US_PER_DAY,
    )
    session.add(row)
    session.flush()
    detail: Detail = {"what": "made", "scopes": kept, "days": days, "group": group_id}
    note(session, actor, Verb.DID, f"token/{row.id}", now_us=now_us, detail=detail)
    return row.id, token


def revoke_token(session: Session, actor: Actor, token_id: int, now_us: int, *, account_id: int | None = None) -> None:
    """End a token, and stop the webhooks that it made; with `account_id` only one of that account's own.

    Raises
    ------
    RejectError
        ``no-token``.
    """
    row = session.get(ApiToken, token_id)
    if row is None or row.revoked_us is not None or account_id not in {None, row.account_id}:
        raise RejectError("no-token", f"token {token_id}", "does not exist or has ended; load the page again")
    row.revoked_us = now_us
    note(session, actor, Verb.DID, f"token/{token_id}", now_us=now_us, detail={"what": "revoked"})
    made = select(WebhookEndpoint).where(WebhookEndpoint.token_id == token_id, WebhookEndpoint.disabled_us.is_(None))
    for endpoint in session.scalars(made.order_by(WebhookEndpoint.id)):
        endpoint.disabled_us, endpoint.disabled_why = now_us, f"token {token_id}, which made it, was revoked"
        note(session, actor, Verb.CHANGED, f"webhook/{endpoint.id}", now_us=now_us, detail={"what": "disabled"})


def tokens_page(session: Session, *, account_id: int | None = None, before_id: int | None = None, limit: int = 50) -> tuple[TokenView, ...]:
    """Give tokens, the newest first: of one account, or all; starting below `before_id`."""
    query = (
        select(ApiToken, Account.name, StationGroup.name)
        .outerjoin(Account, Account.id == ApiToken.account_id)
        .outerjoin(StationGroup, StationGroup.id == ApiToken.group_id)
        .order_by(ApiToken.id.desc())
        .limit(page_rows(limit, ahead=1))
    )
    if account_id is not None:
        query = query.where(ApiToken.account_id == account_id)
    if before_id is not None:
        query = query.where(ApiToken.id < before_id)
    return tuple(
        TokenView(
            id=row.id,
            name=row.name,
            account=account,
            scopes=_scopes(row.scopes),
            group=group,
            created_by=row.created_by,
            created_us=row.created_us,
            expires_us=row.expires_us,
            revoked_us=row.revoked_us,
            last_used_us=row.last_used_us,
            last_used_address=row.last_used_address,
        )
        for row, account, group in session.execute(query)
    )


def bearer_of(session: Session, token: str, now_us: int) -> TokenBearer | None:
    """Give who asks with a token; None if it is unknown, revoked or expired, or its person's account is closed.

    A person's own token never may more than the person himself does now.
    """
    row = session.scalars(select(ApiToken).where(ApiToken.token_sha256 == sha256_hex(token.encode()))).first()
    if row is None or row.revoked_us is not None or now_us >= row.expires_us:
        return None
    scopes = frozenset(_scopes(row.scopes))
    group = None if row.group_id is None else group_stations(session, row.group_id)
    person, owner = row.name, None
    if row.account_id is not None:
        account = session.get_one(Account, row.account_id)
        if account.disabled_us is not None:
            return None
        roles, reach = roles_of(session, account.id)
        owner = Login(account.id, account.name, account.person, roles, "", reach)
        scopes &= scopes_of(owner)
        person = account.person
    due = row.last_used_us is None or now_us >= row.last_used_us + _USED_EVERY_US
    return TokenBearer(row.id, person, scopes, group, due, owner)


def note_use(session: Session, token_id: int, address: str, now_us: int) -> None:
    """Note when and from where a token was last used."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_us=now_us, last_used_address=address[:60]))


def _scopes(text: str) -> tuple[Scope, ...]:
    return tuple(Scope(name) for name in text.split() if name in set(Scope))
