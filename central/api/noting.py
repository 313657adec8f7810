"""Noting in the journal what programs and persons read by the API."""

from central.api.caller import Caller
from central.context import Central
from central.evidence.journal import Detail, Verb, note


def noted(central: Central, caller: Caller, verb: Verb, subject: str, detail: Detail | None = None, *, search: str = "") -> None:
    """Note that a caller reads something, before he gets it; a list is noted once for each `search`, however often it is asked for."""
    told = {"by": "api", **(detail or {})}
    now_us = central.now_us()
    is_list = subject.startswith("list/")
    if is_list and not central.recent_lists.is_new(caller.actor.account, subject, search, now_us=now_us):
        return
    with central.database.write() as session:
        note(session, caller.actor, verb, subject, now_us=now_us, detail=told)
