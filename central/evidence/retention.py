"""What is kept of vehicles that were not overloaded, and for how long: their pictures, clips and plates are deleted on schedule.

Signed records are never touched, so every proof holds on: a record vouches for its media by hash, and the hash of what was deleted is
remembered. The plate leaves the lists and the search; the text within the signed bytes stays with them (docs/adr/0008).
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from central.evidence.aggregates.tally import forget_plates
from central.evidence.models import Blob, Deletion, Media, Record, Supplement, Vehicle
from contract.media import MediaRole
from contract.units import US_PER_S
from contract.verdicts import Outcome

DAY_US: Final = 24 * 3_600 * US_PER_S
BATCH: Final = 100
"""Vehicles in one transaction: short enough that ingest does not wait."""

PERSONAL: Final = tuple(str(role) for role in MediaRole if role is not MediaRole.CAPTURE)
"""Roles that may show a person or a plate; a raw signal shows neither."""

NOT_OVERLOADED: Final = tuple(str(outcome) for outcome in Outcome if outcome is not Outcome.OVERLOAD)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep has deleted: of how many vehicles, how many plates, and the hashes of the media whose files are now to be removed."""

    vehicles: int = 0
    plates: int = 0
    media: tuple[str, ...] = ()
    size: int = 0


def sweep(session: Session, now_us: int, after_days: float) -> Swept:
    """Take media and plates of the next vehicles that are due out of the database; an empty `Swept` where none is.

    The caller removes the files after its commit: a file without a row is a stray, a row without its file would look like a broken proof.

    Parameters
    ----------
    session
        A writing one.
    now_us
        UTC in µs.
    after_days
        How long after central has received a vehicle's record its media and plate are kept.
    """
    due = (
        select(Vehicle.record_id, Vehicle.plate)
        .join(Record, Record.id == Vehicle.record_id)
        .where(Vehicle.swept_us.is_(None), Vehicle.outcome.in_(NOT_OVERLOADED), Record.received_us < now_us - round(after_days * DAY_US))
        .order_by(Vehicle.record_id)
        .limit(BATCH)
    )
    found = session.execute(due).all()
    if not found:
        return Swept()
    ids = [record_id for record_id, _ in found]
    forget_plates(session, ids)
    session.execute(update(Vehicle).where(Vehicle.record_id.in_(ids)).values(plate=None, plate_certainty_ppm=0, swept_us=now_us))
    media = _media_of(session, ids)
    for sha256, size in media.items():
        if session.get(Deletion, sha256) is None:
            session.add(Deletion(sha256=sha256, size=size, deleted_us=now_us, after_days=after_days))
        if (blob := session.get(Blob, sha256)) is not None:
            session.delete(blob)
    return Swept(len(found), sum(plate is not None for _, plate in found), tuple(media), sum(media.values()))


def _media_of(session: Session, vehicles: list[int]) -> dict[str, int]:
    """Give hash and size of the personal media of vehicles and their supplements, but those that a vehicle which is not swept shares."""
    records = _records_of(session, vehicles)
    media = session.scalars(select(Media).where(Media.record_id.in_(records), Media.role.in_(PERSONAL)))
    sizes = {item.sha256: item.size for item in media}
    shared = select(Media.sha256).where(Media.sha256.in_(list(sizes)), or_(Media.record_id.not_in(records), Media.role.not_in(PERSONAL)))
    kept = set(session.scalars(shared))
    return {sha256: size for sha256, size in sizes.items() if sha256 not in kept}


def _records_of(session: Session, vehicles: list[int]) -> list[int]:
    """Give the ids of vehicles' own records and of those that supplement them."""
    later = (
        select(Supplement.record_id)
        .join(Vehicle, (Vehicle.station == Supplement.station) & (Vehicle.seq == Supplement.of_seq))
        .where(Vehicle.record_id.in_(vehicles))
    )
    return [*vehicles, *session.scalars(later)]
