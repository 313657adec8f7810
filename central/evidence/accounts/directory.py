"""The accounts there are: adding, listing, disabling, unlocking, and their passwords."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from central.evidence.accounts.grants import OPERATOR, Grant, grant, grants_of, other_administrators
from central.evidence.accounts.passwords import hash_password
from central.evidence.accounts.persons import is_reserved, known_as
from central.evidence.accounts.roles import Role
from central.evidence.journal import Actor, Verb, note
from central.evidence.models import Account, ApiToken, LoginSession, RecoveryCode
from central.evidence.paging import page_rows
from contract.faults import RejectError


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as the list shows it."""

    id: int
    name: str
    person: str
    created_us: int
    disabled_us: int | None
    locked_until_us: int
    has_password: bool
    second_factor_since_us: int | None
    from_provider: bool
    grants: tuple[Grant, ...]


def add_account(
    session: Session,
    name: str,
    role: Role | None,
    password: str | None,
    now_us: int,
    *,
    person: str | None = None,
    actor: Actor = OPERATOR,
    group_id: int | None = None,
    alone: bool = False,
) -> int:
    """Add an account and give its id; without a password only a login link opens it.

    `person` is who the human being is, the account's name where it is not said; `alone` is as for `grant`.

    Raises
    ------
    RejectError
        ``account-exists``, ``bad-account-name``, ``person-spelled-otherwise``, or ``weak-password``, with what is allowed; as for `grant`.
    """
    person = person or name
    for text in (name, person):
        if not (1 <= len(text) <= 60 and text == text.strip() and text.isprintable()):
            raise RejectError("bad-account-name", f"account {text[:60]!r}", "needs 1 to 60 printable characters without blanks at the ends")
        if is_reserved(text):
            raise RejectError("bad-account-name", f"account {text!r}", "is what the journal calls the program itself; choose another")
    if account_id(session, name) is not None:
        raise RejectError("account-exists", f"account {name!r}", "exists already; choose another name")
    known = known_as(session, person)
    if known != person:
        raise RejectError("person-spelled-otherwise", f"person {person!r}", f"is written {known!r} already; write one person one way")
    password_hash = None if password is None else hash_password(password)
    row = Account(name=name, person=person, password_hash=password_hash, created_us=now_us, failures=0, locked_until_us=0, totp_step=0)
    session.add(row)
    session.flush()
    note_account(session, actor, row.id, "added", now_us, verb=Verb.DID)
    if role is not None:
        grant(session, actor, row.id, role, group_id, now_us=now_us, alone=alone)
    return row.id


def account_id(session: Session, name: str) -> int | None:
    """Give the id of the account of that name, None if there is none."""
    return session.scalar(select(Account.id).where(Account.name == name))


def accounts_page(session: Session, after_id: int = 0, limit: int = 50) -> tuple[AccountView, ...]:
    """Give accounts by number, those after `after_id`."""
    query = select(Account).where(Account.id > after_id).order_by(Account.id).limit(page_rows(limit, ahead=1))
    return _views(session, list(session.scalars(query)))


def account_view(session: Session, identity: int) -> AccountView | None:
    """Give one account, None if there is none of that number."""
    row = session.get(Account, identity)
    return None if row is None else _views(session, [row])[0]


def change_password(session: Session, actor: Actor, identity: int, password: str, now_us: int, *, keep_session: str = "") -> None:
    """Set a password and end every session but the one of the token hash `keep_session`.

    Raises
    ------
    RejectError
        ``weak-password``.
    """
    session.execute(update(Account).where(Account.id == identity).values(password_hash=hash_password(password)))
    end_sessions(session, identity, keep_session=keep_session)
    note_account(session, actor, identity, "password-changed", now_us)


def disable(session: Session, actor: Actor, identity: int, now_us: int) -> None:
    """Close an account: its sessions and tokens end; what it did stays.

    Raises
    ------
    RejectError
        ``no-account``, ``last-administrator``, or ``own-account``.
    """
    row = account_row(session, identity)
    if row.name == actor.account:
        raise RejectError("own-account", f"account {row.name!r}", "is the one you are logged in with: another administrator disables it")
    administers = any(one.role is Role.ADMINISTRATOR and one.confirmed for one in grants_of(session, identity))
    if administers and not other_administrators(session, identity):
        raise RejectError("last-administrator", f"account {row.name!r}", "is the last administrator; make another one first")
    row.disabled_us = now_us
    end_sessions(session, identity)
    session.execute(update(ApiToken).where(ApiToken.account_id == identity, ApiToken.revoked_us.is_(None)).values(revoked_us=now_us))
    note_account(session, actor, identity, "disabled", now_us)


def enable(session: Session, actor: Actor, identity: int, now_us: int) -> None:
    """Open a disabled account again; its tokens stay revoked."""
    row = account_row(session, identity)
    if row.person == actor.person:
        raise RejectError("second-person-needed", f"account {row.name!r}", "is of your own person: another administrator opens it")
    row.disabled_us = None
    note_account(session, actor, identity, "enabled", now_us)


def unlock(session: Session, actor: Actor, identity: int, now_us: int) -> None:
    """Let an account try again that was locked by wrong passwords or codes."""
    row = account_row(session, identity)
    row.failures, row.locked_until_us = 0, 0
    note_account(session, actor, identity, "unlocked", now_us)


def take_off_second_factor(session: Session, actor: Actor, identity: int, now_us: int) -> None:
    """Take the second factor off an account; every session ends. Who may let this happen, `resets` says."""
    row = account_row(session, identity)
    row.totp_sealed, row.totp_since_us = None, None
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == identity))
    end_sessions(session, identity)
    note_account(session, actor, identity, "second-factor-reset", now_us)


def end_sessions(session: Session, identity: int, *, keep_session: str = "") -> None:
    """End every session of an account, but not the one of the token hash `keep_session`."""
    session.execute(delete(LoginSession).where(LoginSession.account_id == identity, LoginSession.token_sha256 != keep_session))


def end_sessions_of(session: Session, actor: Actor, identity: int, now_us: int) -> None:
    """End every session of somebody's account.

    Raises
    ------
    RejectError
        ``no-account``.
    """
    account_row(session, identity)
    end_sessions(session, identity)
    note_account(session, actor, identity, "sessions-ended", now_us)


def note_account(session: Session, actor: Actor, identity: int, what: str, now_us: int, *, verb: Verb = Verb.CHANGED) -> None:
    """Note in the journal what was done to an account."""
    note(session, actor, verb, f"account/{identity}", now_us=now_us, detail={"what": what})


def account_row(session: Session, identity: int) -> Account:
    """Give an account's row.

    Raises
    ------
    RejectError
        ``no-account``.
    """
    row = session.get(Account, identity)
    if row is None:
        raise RejectError("no-account", f"account {identity}", "does not exist; choose one of the list")
    return row


def _views(session: Session, rows: list[Account]) -> tuple[AccountView, ...]:
    granted = grants_of(session, *(row.id for row in rows))
    return tuple(
        AccountView(
            id=row.id,
            name=row.name,
            person=row.person,
            created_us=row.created_us,
            disabled_us=row.disabled_us,
            locked_until_us=row.locked_until_us,
            has_password=row.password_hash is not None,
            second_factor_since_us=row.totp_since_us,
            from_provider=row.provider_subject is not None,
            grants=tuple(one for one in granted if one.account_id == row.id),
        )
        for row in rows
    )
