"""Who is who: one human being is written one way, and nobody is written like the program's own voices."""

import unicodedata
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.journal import PUBLIC, SERVICE
from central.evidence.models import Account

RESERVED: Final = frozenset({SERVICE.person, PUBLIC, "operator", "provider"})
"""What the journal calls the program, whoever is not logged in, whoever runs the commands, and the provider of logins."""


def likeness(person: str) -> str:
    """Give a name as names are compared: however wide its letters are, in whatever case, with whatever blanks and invisible characters."""
    plain = unicodedata.normalize("NFKC", person).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def is_reserved(name: str) -> bool:
    """Whether a name would be read in the journal as one of the program's own voices."""
    return likeness(name) in RESERVED


def known_as(session: Session, person: str) -> str:
    """Give how a person is written already, else the name as it is: four eyes compare persons, so one must not have two spellings."""
    alike = likeness(person)
    known = session.scalars(select(Account.person).distinct().order_by(Account.person))
    return next((one for one in known if likeness(one) == alike), person) if alike else person
