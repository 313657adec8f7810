"""Who has which role over which stations, and the second administrator whom it takes to give one that decides or gives roles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.evidence.accounts.roles import CASE_ROLES, Role
from central.evidence.journal import Actor, Detail, Verb, note
from central.evidence.models import Account, AccountGrant, StationGroup, StationGroupMember
from contract.faults import RejectError

GUARDED: Final = CASE_ROLES | {Role.ADMINISTRATOR}
"""Roles that one administrator does not give alone: else he would make himself a second person (docs/adr/0009)."""
WAITING_MAX: Final = 100
OPERATOR: Final = Actor("operator", "operator", "command")
"""Whoever runs the commands: who has the server has the database, so no second person could hold him."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role of an account; `group` None is every station, `confirmed` False waits for a second administrator."""

    id: int
    account_id: int
    role: Role
    group: str | None
    granted_by: str
    granted_us: int
    confirmed: bool


def grants_of(session: Session, *account_ids: int) -> tuple[Grant, ...]:
    """Give the grants of some accounts, the waiting ones too."""
    query = (
        select(AccountGrant, StationGroup.name)
        .outerjoin(StationGroup, StationGroup.id == AccountGrant.group_id)
        .where(AccountGrant.account_id.in_(account_ids))
        .order_by(AccountGrant.id)
    )
    return tuple(
        Grant(row.id, row.account_id, Role(row.role), group, row.granted_by, row.granted_us, row.confirmed_us is not None)
        for row, group in session.execute(query)
    )


def waiting_grants(session: Session) -> tuple[tuple[Grant, str, str], ...]:
    """Give the roles that wait for a second administrator, oldest first, each with its account's name and person."""
    query = (
        select(AccountGrant, StationGroup.name, Account)
        .join(Account, Account.id == AccountGrant.account_id)
        .outerjoin(StationGroup, StationGroup.id == AccountGrant.group_id)
        .where(AccountGrant.confirmed_us.is_(None), Account.disabled_us.is_(None))
        .order_by(AccountGrant.id)
        .limit(WAITING_MAX)
    )
    return tuple(
        (
            Grant(row.id, row.account_id, Role(row.role), group, row.granted_by, row.granted_us, confirmed=False),
            account.name,
            account.person,
        )
        for row, group, account in session.execute(query)
    )


def roles_of(session: Session, account_id: int) -> tuple[frozenset[Role], Mapping[Role, frozenset[str]]]:
    """Give an account's roles in force, and the stations of those that are not held over every station."""
    query = (
        select(AccountGrant.role, AccountGrant.group_id, StationGroupMember.station)
        .outerjoin(StationGroupMember, StationGroupMember.group_id == AccountGrant.group_id)
        .where(AccountGrant.account_id == account_id, AccountGrant.confirmed_us.is_not(None))
    )
    everywhere: set[Role] = set()
    reach: dict[Role, set[str]] = {}
    for name, group_id, station in session.execute(query):
        if group_id is None:
            everywhere.add(Role(name))
        else:
            reach.setdefault(Role(name), set()).update({station} - {None})
    limited = {role: frozenset(stations) for role, stations in reach.items() if role not in everywhere}
    return frozenset(everywhere | reach.keys()), limited


def grant(session: Session, actor: Actor, account_id: int, role: Role, group_id: int | None, *, now_us: int, alone: bool = False) -> Grant:
    """Give a role; a guarded one, and any to the actor's own person, waits until another administrator confirms it.

    `alone`: the office has one administrator, as its settings say, or the actor has the server; then only the own person's waits.

    Raises
    ------
    RejectError
        ``no-account``, ``no-group``, ``grant-exists``, ``administrator-everywhere``, or ``roles-exclude``: who gives roles does not act on
        cases with the same account.
    """
    account = _account(session, account_id)
    group = None if group_id is None else session.get(StationGroup, group_id)
    if group_id is not None and group is None:
        raise RejectError("no-group", f"station group {group_id}", "does not exist; choose one of the list")
    if role is Role.ADMINISTRATOR and group is not None:
        raise RejectError(
            "administrator-everywhere", f"account {account.name!r}", "gives roles over every station or none; leave the group out"
        )
    held = session.scalars(select(AccountGrant).where(AccountGrant.account_id == account_id)).all()
    if any(row.role == role and row.group_id == group_id for row in held):
        raise RejectError("grant-exists", f"account {account.name!r}", f"has or awaits the role {role} there already")
    refuse_mixture(account, {Role(row.role) for row in held} | {role})
    waits = actor.person == account.person or (role in GUARDED and not alone and actor != OPERATOR)
    row = AccountGrant(
        account_id=account_id,
        role=role.value,
        group_id=group_id,
        granted_by=actor.person,
        granted_us=now_us,
        confirmed_by=None if waits else actor.person,
        confirmed_us=None if waits else now_us,
    )
    session.add(row)
    session.flush()
    group_name = None if group is None else group.name
    note(
        session,
        actor,
        Verb.CHANGED,
        f"account/{account_id}",
        now_us=now_us,
        detail={"what": "role-asked" if waits else "role-given", "role": role.value, "group": group_name},
    )
    return Grant(row.id, account_id, role, group_name, row.granted_by, now_us, not waits)


def confirm(session: Session, actor: Actor, grant_id: int, now_us: int) -> None:
    """Bring a waiting grant into force, as a second administrator.

    Raises
    ------
    RejectError
        ``no-grant``, or ``second-person-needed`` where actor, asker and holder are one person.
    """
    row = session.get(AccountGrant, grant_id)
    if row is None or row.confirmed_us is not None:
        raise RejectError("no-grant", f"grant {grant_id}", "does not wait for anyone; load the page again")
    account = _account(session, row.account_id)
    if actor.person in {row.granted_by, account.person}:
        raise RejectError(
            "second-person-needed",
            f"account {account.name!r}",
            "was asked by you, or is of your own person: another administrator must confirm it",
        )
    row.confirmed_by, row.confirmed_us = actor.person, now_us
    detail: Detail = {"what": "role-confirmed", "role": row.role}
    note(session, actor, Verb.CHANGED, f"account/{row.account_id}", now_us=now_us, detail=detail)


def revoke(session: Session, actor: Actor, grant_id: int, now_us: int) -> None:
    """Take a role away, or refuse one that waits.

    Raises
    ------
    RejectError
        ``no-grant``, or ``last-administrator``: somebody must be left who can give roles.
    """
    row = session.get(AccountGrant, grant_id)
    if row is None:
        raise RejectError("no-grant", f"grant {grant_id}", "does not exist (any more); load the page again")
    if row.role == Role.ADMINISTRATOR and row.confirmed_us is not None and not other_administrators(session, row.account_id):
        raise RejectError("last-administrator", f"account {row.account_id}", "is the last administrator; make another one first")
    session.execute(delete(AccountGrant).where(AccountGrant.id == grant_id))
    detail: Detail = {"what": "role-taken", "role": row.role}
    note(session, actor, Verb.CHANGED, f"account/{row.account_id}", now_us=now_us, detail=detail)


def other_administrators(session: Session, account_id: int) -> bool:
    """Whether an account besides this one can give roles."""
    query = (
        select(AccountGrant.id)
        .join(Account, Account.id == AccountGrant.account_id)
        .where(
            AccountGrant.role == Role.ADMINISTRATOR.value,
            AccountGrant.confirmed_us.is_not(None),
            AccountGrant.account_id != account_id,
            Account.disabled_us.is_(None),
        )
    )
    return session.scalars(query.limit(1)).first() is not None


def refuse_mixture(account: Account, roles: set[Role]) -> None:
    """Refuse an account that would both give roles and act on cases."""
    if Role.ADMINISTRATOR in roles and roles & CASE_ROLES:
        what = "cannot both give roles and act on cases; use two accounts"
        raise RejectError("roles-exclude", f"account {account.name!r}", what)


def _account(session: Session, account_id: int) -> Account:
    row = session.get(Account, account_id)
    if row is None:
        raise RejectError("no-account", f"account {account_id}", "does not exist; choose one of the list")
    return row
