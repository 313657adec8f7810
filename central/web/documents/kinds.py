"""Kinds of documents of a case: what each is called, which step of the case it rests on, and in which states that step stands."""

from enum import StrEnum
from typing import Final, NamedTuple

from central.review.fields import Document
from central.review.views import CaseView, EventItem
from central.review.workflow import State
from central.web.translation import CODES, N_, Language, names_of

BOTH: Final = "-".join(reversed(CODES))
"""Language of a document that holds its text in every language, Chinese first."""


class Kind(StrEnum):
    """What can be issued of a case."""

    SHEET = "sheet"
    PROPOSAL = "proposal"
    NOTICE = "notice"


class KindRow(NamedTuple):
    """A kind's title, the languages it is issued in, the acts that it rests on, and the states in which it may be issued."""

    title: str
    languages: tuple[str, ...]
    acts: frozenset[str]
    states: frozenset[State]


_SCREENED: Final = frozenset(State) - {State.RECEIVED}
_REVIEWED: Final = frozenset(State) - {State.RECEIVED, State.BARRED, State.SCREENED, State.DISMISSED}
_DECIDED: Final = frozenset({State.DECIDED, State.NOTIFIED, State.OBJECTED, State.HEARD, State.CLOSED, State.PUBLISHED})

KINDS: Final = {
    Kind.SHEET: KindRow(N_("Evidence sheet"), CODES, frozenset({"clear", "bar", "screen-again"}), _SCREENED),
    Kind.PROPOSAL: KindRow(N_("Decision proposal"), CODES, frozenset({"confirm"}), _REVIEWED),
    Kind.NOTICE: KindRow(N_("Notice"), (BOTH,), frozenset({"decide-penalty", "decide-warning"}), _DECIDED),
}


def document_in(document: Document, chosen: Language) -> str:
    """Give the name of a document of a case's history in a reader's language; one of a kind that is none any more as it was written."""
    kind, _, codes = document.title.partition(" ")
    if kind not in set(Kind) or not set(codes.split("-")) <= set(CODES):
        return document.title
    return f"{chosen.say(KINDS[Kind(kind)].title)} ({names_of(codes)})"


def language_for(kind: Kind, language: str) -> str | None:
    """Give the language in which a kind is issued for whoever asks for one, None if it is not offered."""
    offered = KINDS[kind].languages
    if language in offered:
        return language
    return offered[0] if offered == (BOTH,) and language in CODES else None


def basis_of(kind: Kind, view: CaseView) -> EventItem | None:
    """Give the step of a case that a document of it rests on now, None where there is none that stands."""
    row = KINDS[kind]
    if view.line.state not in row.states:
        return None
    return next((event for event in reversed(view.history) if event.action in row.acts), None)
