"""Where a person acts: one act, or many dismissals, each in its own transaction; what a person was refused is written down as well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from central.context import Central
from central.evidence.accounts import Login
from central.evidence.journal import Actor, Detail, Verb, note
from central.review.acts import FORBIDDEN, Done, act, action_of
from central.review.history import subject_of
from central.review.screening.run import screen_now
from contract.faults import RejectError


@dataclass(frozen=True, slots=True)
class Looked:
    """A case and the version at which a person looked at it."""

    case_id: int
    version: int


@dataclass(frozen=True, slots=True)
class OneOfMany:
    """What became of one case of many: done, or why not."""

    case_id: int
    done: Done | None
    refused: RejectError | None


def perform(central: Central, looked: Looked, action: str, fields: Mapping[str, Any], *, login: Login, actor: Actor) -> Done:
    """Take an act on a case; see `central.review.acts.act` for what is refused. A refusal of the person is an act of the journal, too.

    An act that rests on the gates is preceded by a screening, so that they are as things stand now, not as they stood at the last one.

    Raises
    ------
    RejectError
        As `act`.
    RetryError
        ``database-away``.
    """
    if "gates" in action_of(action).needs:
        screen_now(central, looked.case_id)
    try:
        with central.database.write() as session:
            return act(
                session,
                looked.case_id,
                action,
                login=login,
                actor=actor,
                expected_version=looked.version,
                fields=fields,
                now_us=central.now_us(),
                settings=central.settings.review,
            )
    except RejectError as error:
        if error.code in FORBIDDEN:
            detail: Detail = {"action": action, "code": error.code}
            with central.database.write() as session:
                note(session, actor, Verb.REFUSED, subject_of(looked.case_id), now_us=central.now_us(), detail=detail)
        raise


def perform_many(
    central: Central, looked: Sequence[Looked], action: str, fields: Mapping[str, Any], *, login: Login, actor: Actor
) -> tuple[OneOfMany, ...]:
    """Take the same act on many cases, which only dismissals allow; each is noted by itself, and what is refused stops no other.

    Raises
    ------
    RejectError
        ``not-bulk`` if the act is not one that is taken on many.
    """
    if not action_of(action).bulk:
        raise RejectError("not-bulk", action, "is taken on one case at a time; only dismissals are taken on many")
    return tuple(_one(central, one, action, fields, login=login, actor=actor) for one in looked)


def _one(central: Central, looked: Looked, action: str, fields: Mapping[str, Any], *, login: Login, actor: Actor) -> OneOfMany:
    try:
        return OneOfMany(looked.case_id, perform(central, looked, action, fields, login=login, actor=actor), None)
    except RejectError as error:
        return OneOfMany(looked.case_id, None, error)
