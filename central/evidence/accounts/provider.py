"""Accounts of people whom the office's OpenID provider vouches for: made at their first login, with the roles that the provider names."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.evidence.accounts.directory import account_id, note_account
from central.evidence.accounts.grants import refuse_mixture
from central.evidence.accounts.persons import is_reserved, known_as
from central.evidence.accounts.roles import Role
from central.evidence.accounts.sessions import NewSession, begin, is_open
from central.evidence.journal import Actor, Verb
from central.evidence.models import Account, AccountGrant
from contract.faults import RejectError

PROVIDER: Final = "provider"
"""Who gave a role that the provider named; such roles follow it at each login, those that people gave stay."""


def log_in_by_provider(
    session: Session,
    subject: str,
    name: str,
    *,
    roles: Collection[Role],
    group_ids: Collection[int],
    now_us: int,
    address: str = "",
    second_given: bool = False,
) -> NewSession:
    """Begin a session of the provider's user; `subject` is ``<issuer> <sub>``, without `group_ids` the roles reach every station.

    An account of the same name that is not the provider's is never taken over: the new one gets another name, and the same person.

    Raises
    ------
    RejectError
        ``no-role``, ``roles-exclude``, or ``account-closed`` where it is disabled or locked.
    """
    if not roles:
        raise RejectError("no-role", f"provider's user {name[:60]!r}", "has no role here; the provider must name one that the settings map")
    row = session.scalars(select(Account).where(Account.provider_subject == subject)).first()
    if row is None:
        row = _add(session, subject, name, now_us, address)
    if not is_open(row, now_us):
        raise RejectError("account-closed", f"account {row.name!r}", "is closed or locked; an administrator can open it")
    _follow(session, row, roles, group_ids, now_us)
    return begin(session, row, now_us, address, second_given=second_given)


def _add(session: Session, subject: str, name: str, now_us: int, address: str) -> Account:
    person = "".join(character for character in name if character.isprintable()).strip()[:40] or "provider's user"
    person = f"{person} (person)" if is_reserved(person) else known_as(session, person)
    free, number = person, 2
    while account_id(session, free) is not None:
        free, number = f"{person} ({number})", number + 1
    row = Account(
        name=free,
        person=person,
        password_hash=None,
        created_us=now_us,
        failures=0,
        locked_until_us=0,
        totp_step=0,
        provider_subject=subject[:300],
    )
    session.add(row)
    session.flush()
    note_account(session, Actor(person, free, address), row.id, "added-by-provider", now_us, verb=Verb.DID)
    return row


def _follow(session: Session, account: Account, roles: Collection[Role], group_ids: Collection[int], now_us: int) -> None:
    """Give the account the roles that the provider names now, in place of those that it named before."""
    held = session.scalars(select(AccountGrant).where(AccountGrant.account_id == account.id)).all()
    groups: list[int | None] = [*group_ids] or [None]
    wanted = {(role.value, None if role is Role.ADMINISTRATOR else group) for role in roles for group in groups}
    by_people = [row for row in held if row.granted_by != PROVIDER]
    refuse_mixture(account, {Role(role) for role, _ in wanted} | {Role(row.role) for row in by_people})
    wanted -= {(row.role, row.group_id) for row in by_people}
    if wanted == {(row.role, row.group_id) for row in held if row.granted_by == PROVIDER}:
        return
    session.execute(delete(AccountGrant).where(AccountGrant.account_id == account.id, AccountGrant.granted_by == PROVIDER))
    session.add_all(
        AccountGrant(
            account_id=account.id,
            role=role,
            group_id=group,
            granted_by=PROVIDER,
            granted_us=now_us,
            confirmed_by=PROVIDER,
            confirmed_us=now_us,
        )
        for role, group in sorted(wanted, key=str)
    )
    note_account(session, Actor(PROVIDER, PROVIDER, "provider"), account.id, "roles-by-provider", now_us)
