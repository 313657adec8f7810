"""Noting in the journal who saw what: every page that shows evidence calls this before it answers."""

from fastapi import Request

from central.access import actor_of, central_of
from central.evidence.accounts import Login
from central.evidence.journal import Verb, note


def seen(
    request: Request,
    login: Login,
    verb: Verb,
    subject: str,
    detail: dict[str, str | int | bool | None] | None = None,
) -> None:
    """Note that a login saw or searched something; what cannot be noted is not shown."""
    central = central_of(request)
    with central.database.write() as session:
        note(session, actor_of(request, login), verb, subject, now_us=central.now_us(), detail=detail)
