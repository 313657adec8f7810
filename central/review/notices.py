"""Numbers of notices, ``station/year/serial``, without gaps; and the case that a number names."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.evidence.models import Case, Notice
from central.office_settings import ReviewSettings
from central.review.views import NoticeItem
from contract.limits.pack import local_day


def number_notice(session: Session, case: Case, now_us: int, settings: ReviewSettings) -> str:
    """Give the number of a case's notice, the next one of its station and year where it has none yet.

    A case that is decided anew keeps its number. Writers come one after the other, so no number is left out and none is given twice.
    """
    kept = session.scalar(select(Notice.number).where(Notice.case_id == case.id))
    if kept is not None:
        return kept
    year = local_day(now_us, settings.utc_offset_h).year
    newest = session.scalar(select(func.max(Notice.serial)).where(Notice.station == case.station, Notice.year == year)) or 0
    number = f"{case.station}/{year}/{newest + 1:05d}"
    session.add(Notice(station=case.station, year=year, serial=newest + 1, number=number, case_id=case.id, issued_us=now_us))
    session.flush()
    return number


def notice_of(session: Session, case_id: int) -> NoticeItem | None:
    """Give the notice of a case, None before its first decision that has one."""
    row = session.scalars(select(Notice).where(Notice.case_id == case_id)).first()
    return None if row is None else NoticeItem(row.number, row.year, row.serial, row.issued_us)


def case_of_notice(session: Session, number: str, plate: str) -> Case | None:
    """Give the case of a notice to whoever knows its number and the vehicle's plate; None where the two do not belong together."""
    query = select(Case).join(Notice, Notice.case_id == Case.id).where(Notice.number == number.strip())
    case = session.scalars(query).first()
    wanted = "".join(plate.split()).upper()
    return case if case is not None and case.plate is not None and case.plate == wanted else None
