"""Four eyes by person over the whole case: whoever has taken one part in it can take no other, with whatever account."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.models import CasePart
from central.review.workflow import ActionRow, Part
from contract.faults import RejectError

Parts = dict[Part, tuple[str, ...]]


def parts_of(session: Session, case_id: int) -> Parts:
    """Give the persons who took each part, by name."""
    rows = session.execute(select(CasePart.part, CasePart.person).where(CasePart.case_id == case_id).order_by(CasePart.person)).all()
    return {part: tuple(person for taken, person in rows if taken == part.value) for part in Part}


def check_four_eyes(action: ActionRow, person: str, parts: Parts) -> None:
    """Check that a person may take the part that an act takes.

    Raises
    ------
    RejectError
        ``four-eyes`` if the person has taken another part in the case.
    """
    if action.part is None:
        return
    other = next((part for part, persons in parts.items() if part is not action.part and person in persons), None)
    if other is not None:
        what = f"{action.name} is for another person: you took the part {other.value} in this case, and nobody takes two"
        raise RejectError("four-eyes", "case", what)


def take_part(session: Session, case_id: int, person: str, part: Part) -> None:
    """Note that a person took a part; it is never forgotten, however the case is returned."""
    if session.get(CasePart, (case_id, person, part.value)) is None:
        session.add(CasePart(case_id=case_id, person=person, part=part.value))
