"""Decisions as they are published: what was decided, where and why, of whom only a masked plate."""

import json
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from central.evidence.models import Case, CaseEvent, Notice, Record, Station, Vehicle
from central.evidence.paging import parse_page_key
from central.publicity.masking import masked

PUBLISHED: Final = "published"
"""The state of a case that the public may see (`central.review.workflow.State`)."""
REVOKED: Final = "revoke"
"""The act that takes a decision back."""
ROWS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class DecisionKey:
    """Place in the list, newest first; written ``<published_us>-<case id>`` in addresses."""

    published_us: int
    case_id: int

    def __str__(self) -> str:
        return f"{self.published_us}-{self.case_id}"


@dataclass(frozen=True, slots=True)
class PublicDecision:
    """One published decision; `amount_cents` is None where there is no fine, `plate` is masked."""

    key: DecisionKey
    number: str
    station: str
    seq: int
    station_name: str
    time_us: int
    decided_us: int
    published_us: int
    plate: str
    axles: int
    gross_kg: int
    limit_kg: int | None
    over_kg: int
    outcome: str
    amount_cents: int | None
    record_sha256: str


def parse_key(text: str) -> DecisionKey:
    """Read a key from an address.

    Raises
    ------
    RejectError
        ``bad-page-key`` if it is none.
    """
    return DecisionKey(*parse_page_key(text, "<time>-<number>"))


def public_decisions(session: Session, before: DecisionKey | None = None, limit: int = 50) -> tuple[PublicDecision, ...]:
    """Give published decisions, the newest publication first, starting just after `before`."""
    query = _query().order_by(Case.published_us.desc(), Case.id.desc()).limit(min(limit, ROWS_MAX))
    if before is not None:
        query = query.where(tuple_(Case.published_us, Case.id) < tuple_(before.published_us, before.case_id))
    return tuple(_decision(*row) for row in session.execute(query))


def public_decision(session: Session, number: str) -> PublicDecision | None:
    """Give the published decision of a number, None if there is none."""
    row = session.execute(_query().where(Notice.number == number)).first()
    return None if row is None else _decision(*row)


@dataclass(frozen=True, slots=True)
class WithdrawnDecision:
    """A decision that was published and is no more, with the grounds, which are public by art. 48, Administrative Penalty Law."""

    number: str
    withdrawn_us: int
    grounds: str


def withdrawn_decision(session: Session, number: str) -> WithdrawnDecision | None:
    """Give a decision that was taken back after it was published, None where there is none of that number."""
    query = (
        select(CaseEvent.time_us, CaseEvent.entry)
        .join(Case, Case.id == CaseEvent.case_id)
        .join(Notice, Notice.case_id == Case.id)
        .where(Notice.number == number, Case.state != PUBLISHED, CaseEvent.action == REVOKED, CaseEvent.from_state == PUBLISHED)
        .order_by(CaseEvent.version.desc())
    )
    row = session.execute(query).first()
    return None if row is None else WithdrawnDecision(number, row.time_us, str(json.loads(row.entry)["fields"].get("reason", "")))


def _query() -> Select[Case, Notice, Vehicle, Record, Station]:
    return (
        select(Case, Notice, Vehicle, Record, Station)
        .join(Notice, Notice.case_id == Case.id)
        .join(Vehicle, Vehicle.record_id == Case.record_id)
        .join(Record, Record.id == Case.record_id)
        .join(Station, Station.id == Case.station)
        .where(Case.state == PUBLISHED)
    )


def _decision(case: Case, notice: Notice, vehicle: Vehicle, record: Record, station: Station) -> PublicDecision:
    return PublicDecision(
        key=DecisionKey(case.published_us or 0, case.id),
        number=notice.number,
        station=case.station,
        seq=case.seq,
        station_name=station.name,
        time_us=case.time_us,
        decided_us=case.decided_us or 0,
        published_us=case.published_us or 0,
        plate=masked(case.plate or ""),
        axles=vehicle.axles,
        gross_kg=vehicle.gross_kg,
        limit_kg=vehicle.limit_kg,
        over_kg=case.over_kg,
        outcome=case.outcome or "",
        amount_cents=case.amount_cents or None,
        record_sha256=record.sha256,
    )
