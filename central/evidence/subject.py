"""What a bundle or a re-weighing is of: a case by its number, or a vehicle by station and sequence number."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.models import Case
from central.evidence.vehicle_detail import VehicleDetail, vehicle
from contract.faults import RejectError


@dataclass(frozen=True, slots=True)
class Subject:
    """A vehicle with its case, None where it has none."""

    vehicle: VehicleDetail
    case_id: int | None

    @property
    def station(self) -> str:
        """Its station's id."""
        return self.vehicle.record.station

    @property
    def seq(self) -> int:
        """Its record's number there."""
        return self.vehicle.record.seq

    @property
    def path(self) -> str:
        """What the journal calls it."""
        return f"vehicle/{self.station}/{self.seq}" if self.case_id is None else f"case/{self.case_id}"


def subject_of(session: Session, text: str) -> Subject:
    """Find what ``12`` (a case) or ``S1/345`` (a vehicle) names.

    Raises
    ------
    RejectError
        ``no-case``, ``no-vehicle``, or ``bad-subject`` if it is neither.
    """
    station, separator, number = text.rpartition("/")
    if not number.isdecimal() or len(number) > 16 or (separator and not station):
        raise RejectError("bad-subject", repr(text[:80]), "is neither a case's number, such as 12, nor STATION/SEQ, such as G104-K12/345")
    if separator:
        return vehicle_subject(session, station, int(number))
    case = session.get(Case, int(number))
    if case is None:
        raise RejectError("no-case", f"case {number}", "does not exist; the work list shows the cases, and STATION/SEQ names any vehicle")
    return vehicle_subject(session, case.station, case.seq)


def vehicle_subject(session: Session, station: str, seq: int) -> Subject:
    """Give a vehicle with its case.

    Raises
    ------
    RejectError
        ``no-vehicle`` if there is none.
    """
    detail = vehicle(session, station, seq)
    if detail is None:
        raise RejectError("no-vehicle", f"{station}/{seq}", "is no vehicle here; `wim-central records` lists all")
    return Subject(detail, session.scalar(select(Case.id).where(Case.station == station, Case.seq == seq)))
