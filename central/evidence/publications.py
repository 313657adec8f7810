"""Stations made known to the public: where each stands, who handles its cases, who verifies its scale, from when until when."""

from dataclasses import asdict, dataclass, fields, replace

from sqlalchemy import CompoundSelect, Select, exists, or_, select, union
from sqlalchemy.orm import Session, aliased

from central.evidence.models import Case, Station, StationPublication, Vehicle
from central.evidence.screenings import want_screening
from contract.faults import RejectError


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication, in force in [from_us, until_us), without end where that is None. Coordinates: WGS 84, millionths of a degree.

    `certificate` is the scale's verification certificate, good in [verified_from_us, verified_until_us); it counts where the records
    themselves name none.
    """

    station: str
    road: str
    stake: str
    office: str
    institute: str
    place: str
    from_us: int
    until_us: int | None = None
    latitude_udeg: int | None = None
    longitude_udeg: int | None = None
    certificate: str | None = None
    verified_from_us: int | None = None
    verified_until_us: int | None = None
    entered_us: int | None = None
    """When it was entered here; given by `publish_station`."""

    def verified_at(self, time_us: int) -> bool:
        """Whether a certificate is entered that covers a moment."""
        first, end = self.verified_from_us, self.verified_until_us
        return self.certificate is not None and first is not None and end is not None and first <= time_us < end


def publish_station(session: Session, publication: Publication, now_us: int) -> None:
    """Enter that a station was published; one that is in force then ends where the new one begins.

    Raises
    ------
    RejectError
        ``not-enrolled`` if there is no such station, ``bad-publication`` if it ends before it begins.
    """
    if session.get(Station, publication.station) is None:
        raise RejectError("not-enrolled", f"station {publication.station}", "is not enrolled; enrol it with `wim-central enrol`")
    if publication.until_us is not None and publication.until_us <= publication.from_us:
        raise RejectError("bad-publication", f"station {publication.station}", "ends before it begins")
    before = _row_at(session, publication.station, publication.from_us)
    if before is not None:
        before.until_us = publication.from_us
    session.add(StationPublication(**asdict(replace(publication, entered_us=now_us))))
    session.flush()
    want_screening(session, Case.id.in_(_touched_by(publication.station)))


def withdraw_station(session: Session, station: str, now_us: int) -> None:
    """End the publication that is in force: what the station weighs from now on can not be enforced, and the public sees it no more.

    Raises
    ------
    RejectError
        ``not-published`` if none is in force.
    """
    row = _row_at(session, station, now_us)
    if row is None:
        raise RejectError("not-published", f"station {station[:60]}", "has no publication in force that could be withdrawn")
    row.until_us = now_us
    session.flush()
    want_screening(session, Case.station == station)


def publication_at(session: Session, station: str, time_us: int) -> Publication | None:
    """Give the publication of a station that is in force at a moment, None if there is none."""
    row = _row_at(session, station, time_us)
    return None if row is None else _publication(row)


def place_of_station(session: Session, station: str, time_us: int) -> tuple[int, int] | None:
    """Give latitude and longitude of a station, WGS 84 in millionths of a degree; None where none was ever entered.

    A station does not move: where the publication in force has no place, or there is none, the latest that has one says it.
    """
    row = _row_at(session, station, time_us)
    if row is None or row.latitude_udeg is None or row.longitude_udeg is None:
        query = select(StationPublication).where(
            StationPublication.station == station,
            StationPublication.latitude_udeg.is_not(None),
            StationPublication.longitude_udeg.is_not(None),
        )
        row = session.scalars(query.order_by(StationPublication.from_us.desc(), StationPublication.id.desc())).first()
    if row is None or row.latitude_udeg is None or row.longitude_udeg is None:
        return None
    return row.latitude_udeg, row.longitude_udeg


def publications_at(session: Session, time_us: int) -> dict[str, Publication]:
    """Give the publications that are in force at a moment, by station."""
    rows = session.scalars(_in_force(time_us).order_by(StationPublication.from_us, StationPublication.id))
    return {row.station: _publication(row) for row in rows}


def publications(session: Session) -> tuple[Publication, ...]:
    """Give every publication, by station and date."""
    rows = session.scalars(
        select(StationPublication).order_by(StationPublication.station, StationPublication.from_us, StationPublication.id)
    )
    return tuple(_publication(row) for row in rows)


def _touched_by(station: str) -> CompoundSelect[int]:
    """Give a station's own cases, and those of others whose plate passed it too: its place says how far the two are apart.

    It is asked within the write lock; so each case's plate is looked up in an index, and no other column of case or vehicle is read.
    """
    other = aliased(Case)
    passed = exists(select(Vehicle.record_id).where(Vehicle.plate == other.plate, Vehicle.station == station))
    return union(select(Case.id).where(Case.station == station), select(other.id).where(passed))


def _row_at(session: Session, station: str, time_us: int) -> StationPublication | None:
    query = _in_force(time_us).where(StationPublication.station == station)
    return session.scalars(query.order_by(StationPublication.from_us.desc(), StationPublication.id.desc())).first()


def _in_force(time_us: int) -> Select[StationPublication]:
    return select(StationPublication).where(
        StationPublication.from_us <= time_us,
        or_(StationPublication.until_us.is_(None), StationPublication.until_us > time_us),
    )


def _publication(row: StationPublication) -> Publication:
    return Publication(**{field.name: getattr(row, field.name) for field in fields(Publication)})
