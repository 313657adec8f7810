"""One's own case, opened by notice number and plate: both must fit, and what does not fit tells nothing."""

import secrets
import unicodedata
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.evidence.models import Case, Notice, QueryVisit
from central.publicity.brakes import braked_until_us, count_failure, forgive
from contract.media import sha256_hex
from contract.units import US_PER_S

VISIT_US: Final = 30 * 60 * US_PER_S
"""How long a case stays open in a browser: to read it and to write an objection."""
TOKEN_BYTES: Final = 32
NUMBER_MAX, PLATE_MAX = 60, 16
"""Longest number and plate that are looked at."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that its party has opened; `token` goes into the cookie and is kept nowhere."""

    case_id: int
    token: str


@dataclass(frozen=True, slots=True)
class Visit:
    """Who reads his own case, by the cookie: the case, and the token that a form must send back."""

    case_id: int
    csrf_token: str
    until_us: int


class BrakedError(Exception):
    """Too many wrong pairs came from this address, or for this number."""

    def __init__(self, until_us: int) -> None:
        super().__init__(until_us)
        self.until_us = until_us


def open_own(session: Session, number: str, plate: str, address: str, now_us: int) -> Opened | None:
    """Open the case that a notice number and a plate name together, within a writing session; None if no case has both.

    Number unknown, plate of another, notice not served: all are the same answer, by the same statements.

    Raises
    ------
    BrakedError
        If too many were wrong before.
    """
    numbers, plate = as_numbers(number), as_plate(plate)
    number = numbers[0]
    until_us = braked_until_us(session, address, number, now_us)
    if until_us is not None:
        raise BrakedError(until_us)
    query = select(Case.id, Case.plate).join(Notice, Notice.case_id == Case.id)
    found = session.execute(query.where(Notice.number.in_(numbers), Case.notified_us.is_not(None))).first()
    held = secrets.token_hex(8) if found is None or not found.plate else as_plate(found.plate)
    # Hashes of one length: comparing takes the same time however much of the plate is right.
    fits = secrets.compare_digest(sha256_hex(held.encode()), sha256_hex(plate.encode()))
    if not fits or found is None:
        count_failure(session, address, number, now_us)
        return None
    forgive(session, address, now_us)
    session.execute(delete(QueryVisit).where(QueryVisit.opened_us < now_us - VISIT_US))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    visit = QueryVisit(
        token_sha256=sha256_hex(token.encode()), case_id=found.id, csrf_token=secrets.token_urlsafe(TOKEN_BYTES), opened_us=now_us
    )
    session.add(visit)
    return Opened(found.id, token)


def visit_of(session: Session, token: str, now_us: int) -> Visit | None:
    """Give the visit that a cookie's token belongs to, None if there is none or it is over."""
    row = session.get(QueryVisit, sha256_hex(token.encode()))
    if row is None or now_us >= row.opened_us + VISIT_US:
        return None
    return Visit(row.case_id, row.csrf_token, row.opened_us + VISIT_US)


def close_visit(session: Session, token: str) -> None:
    """End a visit."""
    session.execute(delete(QueryVisit).where(QueryVisit.token_sha256 == sha256_hex(token.encode())))


def as_numbers(text: str) -> tuple[str, str, str]:
    """Give how a notice number may be kept, from what was typed: in capitals, in small letters, as it is, without blanks."""
    typed = _typed(text)[:NUMBER_MAX]
    return typed.upper(), typed.lower(), typed


def as_plate(text: str) -> str:
    """Give a plate as it is compared: without blanks, dots and dashes, in capitals."""
    return "".join(letter for letter in _typed(text).upper() if letter.isalnum())[:PLATE_MAX]


def _typed(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text[:200]) if letter.isprintable() and not letter.isspace())


def matches(given: str, kept: str) -> bool:
    """Whether a form sent a visit's token back; compared in constant time."""
    return secrets.compare_digest(given.encode(), kept.encode())
