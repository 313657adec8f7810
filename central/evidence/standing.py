"""How a case and a station stand, each as one digest that the act which changed them carries into the log.

The tables of a case show how it stands; its history says how it came there. What a step writes beside its own row (terms, amounts,
exemptions, parts, the notice's number) is computed from settings that change over the years, so it cannot be made anew from the history.
It is vouched for instead: each step's act holds the digest of all of it, and whoever changes a column without a step is found.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import Session

from central.evidence.models import (
    Case,
    CaseEvent,
    CaseExemption,
    CaseObjection,
    CasePart,
    IssuedDocument,
    Notice,
    Station,
    StationKey,
    StationPublication,
)

CASE_DIGEST: Final = "case_sha256"
STATION_DIGEST: Final = "station_sha256"
"""Names under which an act's detail holds them."""
MOVING: Final = frozenset({"plate", "screening_wanted", "screening_done", "screened_us"})
"""Columns of a case that change without a step: the plate, which is deleted on schedule and must not be guessed from a digest that is kept
for ever, and how far its screening is.
"""
MARKS: Final = ("discussion_event", "hearing_event")
"""Columns that name a step, which stands in the digest by its version: the number of its row is not known before it is written."""
_OF_CASE: Final[tuple[Any, ...]] = (CasePart, CaseExemption, CaseObjection, Notice, IssuedDocument)

Rows = dict[str, list[dict[str, Any]]]
"""Rows that belong to one object, by table."""


def columns_of(row: object) -> dict[str, Any]:
    """Give every column of a row that is loaded, or is to be, by name."""
    return {attribute.key: getattr(row, attribute.key) for attribute in inspect(type(row)).column_attrs}


def rows_of_cases(session: Session, case_ids: Collection[int]) -> dict[int, Rows]:
    """Give the rows that belong to some cases, by case."""
    found: dict[int, Rows] = defaultdict(lambda: {table.__tablename__: [] for table in _OF_CASE})
    for table in _OF_CASE:
        for row in session.scalars(select(table).where(table.case_id.in_(case_ids)).order_by(*table.__mapper__.primary_key)):
            found[row.case_id][table.__tablename__].append(columns_of(row))
    return found


def case_digest(columns: Mapping[str, Any], rows: Rows, steps: Mapping[int, int]) -> str:
    """Give the digest of a case.

    Parameters
    ----------
    columns
        Of its row, by name.
    rows
        What belongs to it (`rows_of_cases`).
    steps
        The versions of its steps by the numbers of their rows.
    """
    standing = {name: value for name, value in columns.items() if name not in MOVING}
    standing |= {name: steps.get(standing[name], -1) for name in MARKS if standing[name] is not None}
    return _digest({"case": [standing], **rows})


def case_standing(session: Session, case: Case, changes: Mapping[str, Any], marked: str | None = None) -> str:
    """Give the digest of a case as a step leaves it, before the step's own row is written.

    Parameters
    ----------
    session
        A writing one; what the step adds to other tables is in it.
    case
        The case before the step.
    changes
        The columns that the step changes, `version` among them.
    marked
        The column that will name the step itself, if any.
    """
    columns = {**columns_of(case), **changes}
    steps = steps_of_cases(session, CaseEvent.case_id == case.id)
    if marked is not None:
        columns[marked] = 0
        steps[0] = columns["version"]
    return case_digest(columns, rows_of_cases(session, [case.id])[case.id], steps)


def steps_of_cases(session: Session, *which: ColumnElement[bool]) -> dict[int, int]:
    """Give the versions of steps, all where nothing narrows them, by the numbers of their rows."""
    return {row.id: row.version for row in session.execute(select(CaseEvent.id, CaseEvent.version).where(*which))}


def station_standing(session: Session, station: str) -> str:
    """Give the digest of a station's name, keys and publications."""
    session.flush()
    rows: Rows = {}
    for table, column in ((Station, Station.id), (StationKey, StationKey.station), (StationPublication, StationPublication.station)):
        found = session.scalars(select(table).where(column == station).order_by(*table.__mapper__.primary_key))
        rows[table.__tablename__] = [columns_of(row) for row in found]
    return _digest(rows)


def _digest(rows: Rows) -> str:
    """Hash plain values; bytes stand as their hash. Python's integers are written whole, which RFC 8785 does not do beyond 2^53.

    What is empty is left out, columns and tables alike: one that a later version adds leaves the digests of old acts as they are.
    """
    held = {table: [{name: value for name, value in row.items() if value is not None} for row in found] for table, found in rows.items()}
    kept = {table: found for table, found in held.items() if found}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), default=lambda data: hashlib.sha256(data).hexdigest())
    return hashlib.sha256(text.encode()).hexdigest()
