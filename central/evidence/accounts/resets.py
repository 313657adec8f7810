"""Letting somebody in anew: login links and taken-off second factors, and the second administrator whom they need.

Dual control with split knowledge (docs/adr/0009): one administrator asks and has the link, another confirms and has the code, and the
owner, who is given both, is the only one who can enter. What one alone did, an office with a single administrator or whoever has the
server, is told to the owner and stands by his acts upon cases.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from central.evidence.accounts.directory import account_row, note_account, take_off_second_factor
from central.evidence.accounts.links import LINK_US, end_link, give_code, make_login_link_token
from central.evidence.accounts.sessions import began_by
from central.evidence.journal import Actor, Verb
from central.evidence.models import Account, AccountReset
from contract.faults import RejectError
from contract.units import US_PER_DAY

WAITS_US: Final = 3 * US_PER_DAY
"""How long a request waits for a second administrator: a weekend."""
LISTED_MAX: Final = 100
"""Most resets of an account, or of all that wait, that are shown; nobody needs more of them at once."""


class ResetKind(StrEnum):
    """What lets an owner, or somebody in his place, in anew."""

    LINK = "link"
    SECOND_FACTOR = "second-factor"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    """Set on the server, by command."""


@dataclass(frozen=True, slots=True)
class ResetView:
    """One reset as lists show it. `confirmed_by` None with `in_force_us` set was done by one person alone."""

    id: int
    account_id: int
    account: str
    person: str
    kind: ResetKind
    asked_by: str
    asked_us: int
    confirmed_by: str | None
    in_force_us: int | None
    used_us: int | None


def ask_login_link(
    session: Session, actor: Actor, account_id: int, now_us: int, *, alone: bool, lasts_us: int = LINK_US
) -> tuple[str, bool]:
    """Give the token of a link that logs an account in once, and whether it waits for a second administrator.

    Raises
    ------
    RejectError
        ``no-account``.
    """
    account_row(session, account_id)
    row = _add(session, actor, account_id, ResetKind.LINK, now_us, alone=alone)
    token = make_login_link_token(session, account_id, now_us, lasts_us if alone else WAITS_US, reset_id=row.id)
    note_account(session, actor, account_id, "login-link" if alone else "login-link-asked", now_us, verb=Verb.DID)
    return token, not alone


def ask_second_factor_reset(session: Session, actor: Actor, account_id: int, now_us: int, *, alone: bool) -> bool:
    """Take the second factor off an account whose owner lost his device, or ask a second administrator to; give whether it waits.

    Raises
    ------
    RejectError
        ``no-account``, ``no-second-factor``, ``reset-waits``, or ``second-person-needed`` for an account of the actor's own person.
    """
    account = account_row(session, account_id)
    if account.person == actor.person:
        raise RejectError("second-person-needed", f"account {account.name!r}", "is of your own person: another administrator resets it")
    if account.totp_since_us is None:
        raise RejectError("no-second-factor", f"account {account.name!r}", "has no second factor")
    waiting = _waiting_query(now_us).where(AccountReset.account_id == account_id, AccountReset.kind == ResetKind.SECOND_FACTOR.value)
    if not alone and session.execute(waiting).first() is not None:
        raise RejectError("reset-waits", f"account {account.name!r}", "waits for a second administrator already")
    _add(session, actor, account_id, ResetKind.SECOND_FACTOR, now_us, alone=alone)
    if alone:
        take_off_second_factor(session, actor, account_id, now_us)
    else:
        note_account(session, actor, account_id, "second-factor-reset-asked", now_us, verb=Verb.DID)
    return not alone


def note_password_set(session: Session, actor: Actor, account_id: int, now_us: int) -> None:
    """Keep that somebody with the server set an account's password."""
    _add(session, actor, account_id, ResetKind.PASSWORD, now_us, alone=True)


def confirm_reset(session: Session, actor: Actor, account_id: int, reset_id: int, now_us: int) -> str:
    """Bring a waiting reset of an account into force, as a second administrator; give a link's code, shown this once, else an empty text.

    Raises
    ------
    RejectError
        ``no-reset``, or ``second-person-needed`` for who asked for it, and for the owner.
    """
    row, account = _found(session, account_id, reset_id, now_us)
    if actor.person in {row.asked_by, account.person}:
        what = "was asked by you, or is of your own person: another administrator must confirm it"
        raise RejectError("second-person-needed", f"account {account.name!r}", what)
    row.confirmed_by, row.in_force_us = actor.person, now_us
    if row.kind == ResetKind.SECOND_FACTOR:
        take_off_second_factor(session, actor, row.account_id, now_us)
        return ""
    note_account(session, actor, row.account_id, "login-link-confirmed", now_us)
    return give_code(session, row, now_us)


def withdraw_reset(session: Session, actor: Actor, account_id: int, reset_id: int, now_us: int) -> None:
    """Refuse a reset that waits.

    Raises
    ------
    RejectError
        ``no-reset``.
    """
    row, _ = _found(session, account_id, reset_id, now_us)
    row.withdrawn_us = now_us
    end_link(session, row.id, now_us)
    note_account(session, actor, row.account_id, f"{row.kind}-refused", now_us)


def waiting_resets(session: Session, now_us: int, account_id: int | None = None) -> tuple[ResetView, ...]:
    """Give what waits for a second administrator, oldest first: of one account, or of all."""
    query = _waiting_query(now_us).order_by(AccountReset.id).limit(LISTED_MAX)
    if account_id is not None:
        query = query.where(AccountReset.account_id == account_id)
    return tuple(_view(row, account) for row, account in session.execute(query))


def resets_of(session: Session, account_id: int, since_us: int) -> tuple[ResetView, ...]:
    """Give by what an account was let in anew since then, the latest first; a link counts once it was used."""
    query = _done_query().where(AccountReset.account_id == account_id, AccountReset.in_force_us > since_us)
    return tuple(_view(row, account) for row, account in session.execute(query.order_by(AccountReset.id.desc()).limit(LISTED_MAX)))


def untold_resets(session: Session, account_id: int, token: str) -> tuple[ResetView, ...]:
    """Give what the owner has not said yet that he knows of, but for the link by which the session of `token` itself began.

    Whoever entered by a link cannot say so for the owner, who would then never hear of it.
    """
    query = _done_query().where(AccountReset.account_id == account_id, AccountReset.told_us.is_(None))
    rows = session.execute(query.order_by(AccountReset.id).limit(LISTED_MAX)).all()
    own = began_by(session, token)
    return tuple(_view(row, account) for row, account in rows if row.id != own)


def entered_by_link(session: Session, token: str) -> bool:
    """Whether a session began by a login link: its owner may have forgotten his password."""
    return began_by(session, token) is not None


def acknowledge_resets(session: Session, actor: Actor, account_id: int, token: str, now_us: int) -> int:
    """Keep that the owner knows of them, and give of how many."""
    known = [one.id for one in untold_resets(session, account_id, token)]
    if known:
        session.execute(update(AccountReset).where(AccountReset.id.in_(known)).values(told_us=now_us))
        note_account(session, actor, account_id, "resets-known", now_us, verb=Verb.DID)
    return len(known)


def reset_alone(session: Session, account: str, since_us: int) -> ResetView | None:
    """Give the last reset since then that one person alone did to an account, None if there is none."""
    query = _done_query().where(
        Account.name == account,
        AccountReset.confirmed_by.is_(None),
        or_(AccountReset.used_us > since_us, AccountReset.used_us.is_(None) & (AccountReset.in_force_us > since_us)),
    )
    found = session.execute(query.order_by(AccountReset.id.desc()).limit(1)).first()
    return None if found is None else _view(found[0], found[1])


def _add(session: Session, actor: Actor, account_id: int, kind: ResetKind, now_us: int, *, alone: bool) -> AccountReset:
    row = AccountReset(
        account_id=account_id,
        kind=kind.value,
        asked_by=actor.person,
        asked_us=now_us,
        in_force_us=now_us if alone else None,
        failures=0,
    )
    session.add(row)
    session.flush()
    return row


def _found(session: Session, account_id: int, reset_id: int, now_us: int) -> tuple[AccountReset, Account]:
    found = session.execute(_waiting_query(now_us).where(AccountReset.id == reset_id, AccountReset.account_id == account_id)).first()
    if found is None:
        raise RejectError("no-reset", f"reset {reset_id}", "does not wait for anyone (any more); load the page again")
    return found[0], found[1]


def _waiting_query(now_us: int) -> Select[AccountReset, Account]:
    return _query().where(
        AccountReset.in_force_us.is_(None), AccountReset.withdrawn_us.is_(None), AccountReset.asked_us > now_us - WAITS_US
    )


def _done_query() -> Select[AccountReset, Account]:
    used = or_(AccountReset.kind != ResetKind.LINK.value, AccountReset.used_us.is_not(None))
    return _query().where(AccountReset.in_force_us.is_not(None), used)


def _query() -> Select[AccountReset, Account]:
    return select(AccountReset, Account).join(Account, Account.id == AccountReset.account_id)


def _view(row: AccountReset, account: Account) -> ResetView:
    return ResetView(
        id=row.id,
        account_id=account.id,
        account=account.name,
        person=account.person,
        kind=ResetKind(row.kind),
        asked_by=row.asked_by,
        asked_us=row.asked_us,
        confirmed_by=row.confirmed_by,
        in_force_us=row.in_force_us,
        used_us=row.used_us,
    )
