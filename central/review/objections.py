"""The party's word against a notice, from the public page; by letter it is an act of the reviewer."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from central.evidence.journal import Actor
from central.office_settings import ReviewSettings
from central.review.acts import action_of, carry_out, check_state
from central.review.doing import Doing
from central.review.fields import parse_fields
from central.review.notices import case_of_notice
from contract.faults import RejectError


@dataclass(frozen=True, slots=True)
class Lodged:
    """An objection that was taken; `number` is what the party may refer to."""

    case_id: int
    number: int
    notice: str
    received_us: int


def object_to(
    session: Session, notice_number: str, plate: str, text: str, *, contact: str, actor: Actor, now_us: int, settings: ReviewSettings
) -> Lodged:
    """Take an objection from whoever knows notice number and plate, within a writing session.

    Raises
    ------
    RejectError
        ``no-notice`` where number and plate do not belong together, and equally where there is no such number; ``wrong-state`` where the
        notice can not be objected to (any more); ``field-…`` with the field's name in `where`.
    """
    case = case_of_notice(session, notice_number, plate)
    if case is None:
        raise RejectError(
            "no-notice", "notice", "there is no notice of that number for that plate; copy both from the notice as they stand"
        )
    wanted = action_of("object")
    fields = parse_fields(wanted.name, {"text": text, "contact": contact, "received_us": now_us}, wanted.fields)
    check_state(wanted, case)
    done = carry_out(Doing(session, case, wanted, actor, fields, now_us, settings))
    return Lodged(case.id, done.event, notice_number.strip(), now_us)
