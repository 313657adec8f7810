"""Stations that are published, where they stand, and by which certificates the newest record of each lane was weighed."""

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.models import Record, Station, Vehicle
from central.evidence.publications import Publication, publications
from contract.records import CertificateEntry, Identity, VerificationEntry

NEWEST = 400
"""Newest vehicles of a station that are looked through for its lanes; a lane that none of them used is not busy."""


@dataclass(frozen=True, slots=True)
class LaneCertificates:
    """By what a lane weighs, as its newest signed record says; `time_us` is that record's.

    `verification` is the one that the record names, or that the publication names where the record has none, as the gates have it.
    """

    lane: int
    time_us: int
    seq: int
    calibration: Identity | None
    certificate: CertificateEntry | None
    verification: VerificationEntry | None

    def verified_at(self, time_us: int) -> bool:
        """Whether the scale's verification covers a moment."""
        return self.verification is not None and self.verification.from_us <= time_us < self.verification.until_us


@dataclass(frozen=True, slots=True)
class PublicStation:
    """A station that is published now; `earlier` are its publications before, newest first."""

    id: str
    name: str
    publication: Publication
    earlier: tuple[Publication, ...]
    lanes: tuple[LaneCertificates, ...]


def public_stations(session: Session, now_us: int) -> tuple[PublicStation, ...]:
    """Give every station whose publication is in force, by id."""
    names = {row.id: row.name for row in session.scalars(select(Station))}
    by_station: dict[str, list[Publication]] = {}
    for one in publications(session):
        by_station.setdefault(one.station, []).append(one)
    found = []
    for station, known in sorted(by_station.items()):
        current = [one for one in known if one.from_us <= now_us and (one.until_us is None or now_us < one.until_us)]
        if current:
            earlier = tuple(one for one in reversed(known) if one is not current[-1] and one.from_us <= now_us)
            found.append(PublicStation(station, names[station], current[-1], earlier, _lanes(session, current[-1])))
    return tuple(found)


def public_station(session: Session, station: str, now_us: int) -> PublicStation | None:
    """Give one published station, None if it is not."""
    return next((one for one in public_stations(session, now_us) if one.id == station), None)


def _lanes(session: Session, publication: Publication) -> tuple[LaneCertificates, ...]:
    """Give the certificates of each lane, by its number."""
    newest = (
        select(Vehicle.lane, Vehicle.record_id, Vehicle.seq, Vehicle.time_us)
        .where(Vehicle.station == publication.station)
        .order_by(Vehicle.time_us.desc(), Vehicle.record_id.desc())
        .limit(NEWEST)
    )
    lanes: dict[int, LaneCertificates] = {}
    for lane, record_id, seq, time_us in session.execute(newest):
        if lane not in lanes:
            payload = session.scalar(select(Record.payload).where(Record.id == record_id)) or b"{}"
            lanes[lane] = _certificates((lane, time_us, seq), payload, publication)
    return tuple(lanes[lane] for lane in sorted(lanes))


def _certificates(newest: tuple[int, int, int], payload: bytes, publication: Publication) -> LaneCertificates:
    """Read the two entries of a record that was verified when it came; the rest of it is of no interest here."""
    record = json.loads(payload)
    calibration, certificate = record.get("calibration"), record.get("certificate")
    parsed = None if certificate is None else CertificateEntry.model_validate(certificate)
    named = _published_verification(publication) if parsed is None or parsed.verification is None else parsed.verification
    lane, time_us, seq = newest
    return LaneCertificates(lane, time_us, seq, None if calibration is None else Identity.model_validate(calibration), parsed, named)


def _published_verification(publication: Publication) -> VerificationEntry | None:
    number, from_us, until_us = publication.certificate, publication.verified_from_us, publication.verified_until_us
    if number is None or from_us is None or until_us is None:
        return None
    return VerificationEntry(number=number, institute=publication.institute, from_us=from_us, until_us=until_us)
