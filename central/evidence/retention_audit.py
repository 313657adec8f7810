"""What is said to be deleted on schedule, held against the journal: nothing is missing but by a deletion that stands there."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from central.evidence.journal import detail_of, read_spans
from central.evidence.models import Act, Case, Deletion, IssuedDocument, LegalHold, Media, Record, Supplement, Vehicle
from central.evidence.retention import SUPPLEMENTS, VEHICLES


class _Sweeps:
    """The deletions that the journal tells of, by their moments."""

    def __init__(self, session: Session) -> None:
        self._spans: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
        self._after: dict[int, set[str]] = defaultdict(set)
        query = select(Act.subject, Act.time_us, Act.entry).where(Act.subject.in_((VEHICLES, SUPPLEMENTS)))
        for subject, time_us, entry in session.execute(query):
            detail = detail_of(entry)
            self._spans[subject, time_us] += read_spans(str(detail.get("records", "")))
            if "after_days" in detail:
                self._after[time_us].add(str(detail["after_days"]))
        for spans in self._spans.values():
            spans.sort()

    def hold(self, subject: str, time_us: int | None, record_id: int) -> bool:
        """Whether a deletion of that moment names a record."""
        spans = [] if time_us is None else self._spans.get((subject, time_us), [])
        at = bisect_right(spans, record_id, key=lambda span: span[0]) - 1
        return at >= 0 and record_id <= spans[at][1]

    def after(self, time_us: int, after_days: float) -> bool:
        """Whether a deletion of that moment was after so many days; those of before this was noted say nothing."""
        return time_us not in self._after or str(after_days) in self._after[time_us]


def retention_failures(session: Session) -> Iterator[str]:
    """Check each vehicle and supplement that is marked as deleted on schedule, and each medium that is listed so."""
    sweeps = _Sweeps(session)
    query = select(Vehicle.record_id, Vehicle.station, Vehicle.seq, Vehicle.swept_us).where(Vehicle.swept_us.is_not(None))
    for record_id, station, seq, swept_us in session.execute(query):
        if not sweeps.hold(VEHICLES, swept_us, record_id):
            yield f"{station}/{seq}: altered: is marked as deleted on schedule at a moment at which the journal tells of no such deletion"
    own = aliased(Record)  # by its number a vehicle is found through its record alone
    its_own = and_(own.station == Supplement.station, own.seq == Supplement.of_seq, own.id == Vehicle.record_id)
    with_it = exists().where(its_own, Vehicle.swept_us == Supplement.swept_us)
    late = select(Supplement.record_id, Record.station, Record.seq, Supplement.swept_us).join(Record, Record.id == Supplement.record_id)
    late = late.where(Supplement.swept_us.is_not(None), ~with_it)
    for record_id, station, seq, swept_us in session.execute(late):
        if not sweeps.hold(SUPPLEMENTS, swept_us, record_id):
            yield f"{station}/{seq}: altered: is marked as deleted on schedule at a moment at which the journal tells of no such deletion"
    yield from _deletion_failures(session, sweeps)


def _deletion_failures(session: Session, sweeps: _Sweeps) -> Iterator[str]:
    """Check that each medium, or document, that is listed as deleted is of a record that was."""
    due: dict[str, set[tuple[int, int | None]]] = defaultdict(set)
    theirs = or_(Vehicle.swept_us.is_not(None), Supplement.swept_us.is_not(None))
    media = select(Media.sha256, Media.size, Vehicle.swept_us, Supplement.swept_us).join(Deletion, Deletion.sha256 == Media.sha256)
    media = media.outerjoin(Vehicle, Vehicle.record_id == Media.record_id).outerjoin(Supplement, Supplement.record_id == Media.record_id)
    papers = select(IssuedDocument.sha256, IssuedDocument.size, Vehicle.swept_us, Vehicle.swept_us)
    papers = papers.join(Deletion, Deletion.sha256 == IssuedDocument.sha256).join(Case, Case.id == IssuedDocument.case_id)
    papers = papers.join(Vehicle, Vehicle.record_id == Case.record_id)
    for query in (media.where(theirs), papers.where(Vehicle.swept_us.is_not(None))):
        for sha256, size, vehicle_us, supplement_us in session.execute(query):
            due[sha256].add((size, vehicle_us or supplement_us))
    for row in session.scalars(select(Deletion)):
        if (row.size, row.deleted_us) not in due[row.sha256] or not sweeps.after(row.deleted_us, row.after_days):
            yield f"blob {row.sha256[:16]}: altered: is listed as deleted otherwise than the journal tells"


def hold_failures(session: Session) -> Iterator[str]:
    """Check each legal hold against the acts that placed and lifted it; of a plate that is held the journal says only that it is."""
    acts: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    query = select(Act.subject, Act.person, Act.time_us, Act.entry).where(Act.subject.startswith("hold/")).order_by(Act.id)
    for subject, person, time_us, entry in session.execute(query):
        detail = detail_of(entry)
        acts[subject].append((person, time_us, detail.get("hold"), detail.get("reason")))
    for row in session.scalars(select(LegalHold)):
        what = "plate" if row.station is None else f"vehicle/{row.station}/{row.seq}"
        said: list[tuple[object, ...]] = [(row.placed_by, row.placed_us, what, row.reason)]
        if (row.lifted_by, row.lifted_us, row.lifted_reason) != (None, None, None):
            said.append((row.lifted_by, row.lifted_us, None, row.lifted_reason))
        if acts[f"hold/{row.id}"] != said:
            yield f"hold {row.id}: altered: is not the one that the journal tells of"
