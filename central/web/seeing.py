"""Noting in the journal who saw what: every page that shows evidence calls this before it answers."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from fastapi import Request

from central.access import actor_of, central_of
from central.evidence.accounts import Login
from central.evidence.journal import Verb, note

PLACES: Final = frozenset({"before", "after", "cursor"})
"""Parameters that say where in a list a page begins."""


def seen(
    request: Request,
    login: Login,
    verb: Verb,
    subject: str,
    detail: Mapping[str, str | int | bool | None] | None = None,
) -> None:
    """Note that a login saw or searched something; what cannot be noted is not shown.

    A list is noted once for each search of a session, its address being the search: a refresh and the turning of its pages add nothing.
    """
    central = central_of(request)
    if subject.startswith("list/") and not central.recent_lists.is_new(
        login.csrf_token, subject, _search_of(request), now_us=central.now_us()
    ):
        return
    with central.database.write() as session:
        note(session, actor_of(request, login), verb, subject, now_us=central.now_us(), detail=dict(detail or {}))


def _search_of(request: Request) -> str:
    """Give the address without its place in the list."""
    return urlencode(sorted((name, value) for name, value in request.query_params.multi_items() if name not in PLACES))
