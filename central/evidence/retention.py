"""What is kept of vehicles, and for how long: pictures, clips and plates without a purpose are deleted on schedule.

Signed bytes are never touched, so every proof holds on: a record vouches for its media and its texts by hash, and what was deleted is
remembered by it. Vehicles that were not overloaded go some days after they came; an overload is a case, and stays until that has ended and
its own time is over; what is under a legal hold stays (docs/adr/0008).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from central.evidence.aggregates.tally import forget_plates
from central.evidence.disclosures import forget_texts
from central.evidence.journal import SERVICE, Detail, Verb, note, spans
from central.evidence.models import Blob, Case, Deletion, IssuedDocument, Media, Supplement, Vehicle
from central.evidence.retention_due import Due, Schedule, still_due
from contract.media import MediaRole

PERSONAL: Final = tuple(str(role) for role in MediaRole if role is not MediaRole.CAPTURE)
"""Roles that may show a person or a plate; a raw signal shows neither."""

VEHICLES: Final = "retention/vehicles"
SUPPLEMENTS: Final = "retention/supplements"
"""What the journal calls the two kinds of sweeps."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep has deleted: of how many records, how many plates and texts, and the media whose files are now to be removed."""

    vehicles: int = 0
    supplements: int = 0
    plates: int = 0
    texts: int = 0
    media: tuple[str, ...] = ()
    size: int = 0


def sweep(session: Session, due: Due, now_us: int, schedule: Schedule) -> Swept:
    """Take media and plates of what was found due out of the database, but of what is so no more: it may be held meanwhile.

    The caller removes the files after its commit: a file without a row is a stray, a row without its file would look like a broken proof.

    Parameters
    ----------
    session
        A writing one.
    due
        As `find_due` has found it.
    now_us
        UTC in µs.
    schedule
        How long what is kept.
    """
    vehicles, supplements = still_due(session, due, now_us, schedule)
    if supplements:
        return _sweep_supplements(session, supplements, now_us)
    return _sweep_vehicles(session, vehicles, now_us, due.after_days) if vehicles else Swept()


def _sweep_vehicles(session: Session, vehicles: list[int], now_us: int, after_days: float) -> Swept:
    plates = session.scalar(select(func.count(Vehicle.plate)).where(Vehicle.record_id.in_(vehicles))) or 0
    supplements = _supplements_of(session, vehicles)
    forget_plates(session, vehicles)
    session.execute(update(Vehicle).where(Vehicle.record_id.in_(vehicles)).values(plate=None, plate_certainty_ppm=0, swept_us=now_us))
    session.execute(update(Case).where(Case.record_id.in_(vehicles)).values(plate=None))
    swept = _sweep_records(session, [*vehicles, *supplements], now_us, after_days, papers=_papers_of(session, vehicles))
    done = Swept(len(vehicles), len(supplements), plates, *swept)
    _note(session, VEHICLES, done, vehicles, now_us=now_us, after_days=after_days)
    return done


def _sweep_supplements(session: Session, supplements: list[int], now_us: int) -> Swept:
    done = Swept(0, len(supplements), 0, *_sweep_records(session, supplements, now_us, 0.0))
    _note(session, SUPPLEMENTS, done, supplements, now_us=now_us, after_days=0.0)
    return done


def _sweep_records(
    session: Session, records: list[int], now_us: int, after_days: float, papers: Mapping[str, int] = MappingProxyType({})
) -> tuple[int, tuple[str, ...], int]:
    """Delete texts and media of records, and papers by hash and size; give the number of texts, and hashes and size of the files."""
    texts = forget_texts(session, records)
    session.execute(update(Supplement).where(Supplement.record_id.in_(records)).values(swept_us=now_us))
    media = {**_media_of(session, records), **papers}
    for sha256, size in media.items():
        if session.get(Deletion, sha256) is None:
            session.add(Deletion(sha256=sha256, size=size, deleted_us=now_us, after_days=after_days))
        if (blob := session.get(Blob, sha256)) is not None:
            session.delete(blob)
    return texts, tuple(media), sum(media.values())


def _media_of(session: Session, records: list[int]) -> dict[str, int]:
    """Give hash and size of the personal media of records, but those that a record which is not swept shares."""
    media = session.scalars(select(Media).where(Media.record_id.in_(records), Media.role.in_(PERSONAL)))
    sizes = {item.sha256: item.size for item in media}
    swept = or_(
        exists().where(Vehicle.record_id == Media.record_id, Vehicle.swept_us.is_not(None)),
        exists().where(Supplement.record_id == Media.record_id, Supplement.swept_us.is_not(None)),
    )
    shared = select(Media.sha256).where(Media.sha256.in_(list(sizes)), or_(~swept, Media.role.not_in(PERSONAL)))
    kept = set(session.scalars(shared))
    return {sha256: size for sha256, size in sizes.items() if sha256 not in kept}


def _papers_of(session: Session, vehicles: list[int]) -> dict[str, int]:
    """Give hash and size of the documents that were issued in the cases of vehicles; the plate stands on each."""
    query = select(IssuedDocument.sha256, IssuedDocument.size).join(Case, Case.id == IssuedDocument.case_id)
    return {row.sha256: row.size for row in session.execute(query.where(Case.record_id.in_(vehicles)))}


def _supplements_of(session: Session, vehicles: list[int]) -> list[int]:
    later = select(Supplement.record_id).join(Vehicle, (Vehicle.station == Supplement.station) & (Vehicle.seq == Supplement.of_seq))
    return list(session.scalars(later.where(Vehicle.record_id.in_(vehicles))))


def deleted_since(session: Session, since_us: int) -> tuple[str, ...]:
    """Give the hashes of media that were deleted since: a crash between commit and removal may have left their files."""
    return tuple(session.scalars(select(Deletion.sha256).where(Deletion.deleted_us >= since_us)))


def _note(session: Session, subject: str, done: Swept, records: Sequence[int], *, now_us: int, after_days: float) -> None:
    """Write the deletion into the journal: how much, after how long, and of which records; an act holds no fractions, hence the text."""
    counts: Detail = {
        "vehicles": done.vehicles,
        "supplements": done.supplements,
        "plates": done.plates,
        "texts": done.texts,
        "media": len(done.media),
        "bytes": done.size,
        "after_days": str(after_days),
    }
    note(session, SERVICE, Verb.DELETED, subject, now_us=now_us, detail=counts | {"records": spans(records)})
