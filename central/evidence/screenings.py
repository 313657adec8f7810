"""What asks for another screening of a case: a record, a medium, a publication that came late. Who takes it in says so; review screens."""

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from central.evidence.models import Case, Media, Supplement


def want_screening(session: Session, which: ColumnElement[bool]) -> None:
    """Ask for another screening of some cases, within a writing session."""
    query = update(Case).where(which).values(screening_wanted=Case.screening_wanted + 1)
    session.execute(query, execution_options={"synchronize_session": False})


def medium_arrived(session: Session, sha256: str) -> None:
    """Ask for another screening of the cases whose records, or supplements, vouch for a medium that is here now."""
    vouching = select(Media.record_id).where(Media.sha256 == sha256)
    supplemented = (
        select(Case.id)
        .join(Supplement, and_(Supplement.station == Case.station, Supplement.of_seq == Case.seq))
        .where(Supplement.record_id.in_(vouching))
    )
    want_screening(session, or_(Case.record_id.in_(vouching), Case.id.in_(supplemented)))
