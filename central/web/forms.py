"""Forms of the account pages: where a post leads, and how a refusal is worded beside its form."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response

from central.web.account_words import DONE, REFUSED
from central.web.pages import language_of
from contract.faults import RejectError

Done = Annotated[str, Query(max_length=40)]
"""What was done, as the address of the page after it names it."""


def done_text(request: Request, done: str) -> str:
    """Give the sentence of what was done, empty where the address names nothing that is."""
    return language_of(request).say(DONE[done]) if done in DONE else ""


def refusal_text(request: Request, error: RejectError) -> str:
    """Give the sentence of a refusal in the reader's language, or the fault's own where there is none."""
    return language_of(request).say(REFUSED[error.code]) if error.code in REFUSED else error.what


def went(address: str, done: str = "") -> Response:
    """Go on to a page that tells what was done."""
    return RedirectResponse(f"{address}?done={done}" if done else address, HTTPStatus.SEE_OTHER)
