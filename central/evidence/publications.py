"""Stations made known to the public: where each stands, who handles its cases, who verifies its scale, from when until when."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from central.evidence.models import Station, StationPublication
from contract.faults import RejectError


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication, in force in [from_us, until_us), without end where that is None. Coordinates: WGS 84, millionths of a degree."""

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
    session.add(
        StationPublication(
            station=publication.station,
            road=publication.road,
            stake=publication.stake,
            office=publication.office,
            institute=publication.institute,
            place=publication.place,
            latitude_udeg=publication.latitude_udeg,
            longitude_udeg=publication.longitude_udeg,
            from_us=publication.from_us,
            until_us=publication.until_us,
            entered_us=now_us,
        )
    )
    session.flush()


def publication_at(session: Session, station: str, time_us: int) -> Publication | None:
    """Give the publication of a station that is in force at a moment, None if there is none."""
    row = _row_at(session, station, time_us)
    return None if row is None else _publication(row)


def publications(session: Session) -> tuple[Publication, ...]:
    """Give every publication, by station and date."""
    rows = session.scalars(
        select(StationPublication).order_by(StationPublication.station, StationPublication.from_us, StationPublication.id)
    )
    return tuple(_publication(row) for row in rows)


def _row_at(session: Session, station: str, time_us: int) -> StationPublication | None:
    query = select(StationPublication).where(
        StationPublication.station == station,
        StationPublication.from_us <= time_us,
        or_(StationPublication.until_us.is_(None), StationPublication.until_us > time_us),
    )
    return session.scalars(query.order_by(StationPublication.from_us.desc(), StationPublication.id.desc())).first()


def _publication(row: StationPublication) -> Publication:
    return Publication(
        station=row.station,
        road=row.road,
        stake=row.stake,
        office=row.office,
        institute=row.institute,
        place=row.place,
        from_us=row.from_us,
        until_us=row.until_us,
        latitude_udeg=row.latitude_udeg,
        longitude_udeg=row.longitude_udeg,
    )
