"""The register of carriers: which plate is whose, from a list that an administrator imports."""

import csv
import io
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from central.evidence.journal import Actor, Verb, note
from central.evidence.models import Carrier
from contract.faults import RejectError

COLUMNS: Final = ("plate", "carrier")
PLATE_MAX: Final = 16
NAME_MAX: Final = 120
ENCODINGS: Final = ("utf-8-sig", "gb18030")
"""Of these the first that fits: spreadsheets in Chinese offices write either."""
FAULTS_MAX: Final = 10
"""Most lines that a refusal names."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many plates and carriers the register holds now, and how many plates it held before."""

    plates: int
    carriers: int
    before: int


def parse_carriers(data: bytes, source: str) -> dict[str, str]:
    """Read a list of carriers by plate: CSV with a head line ``plate,carrier``, in UTF-8 or GB 18030.

    Raises
    ------
    RejectError
        ``bad-carriers`` with the lines that cannot be used; nothing of the list is taken then.
    """
    rows = csv.reader(io.StringIO(_decoded(data, source), newline=""))
    head = [column.strip().lower() for column in next(rows, [])]
    if head != list(COLUMNS):
        raise RejectError("bad-carriers", source, f"begins with {','.join(head)[:80]!r}; the head line is {','.join(COLUMNS)}")
    found: dict[str, str] = {}
    faults: list[str] = []
    for row in rows:
        if not any(field.strip() for field in row):
            continue
        fault = _take(row, found)
        if fault is not None:
            faults.append(f"line {rows.line_num}: {fault}")
    if faults:
        more = f" and {len(faults) - FAULTS_MAX} more" if len(faults) > FAULTS_MAX else ""
        raise RejectError("bad-carriers", source, "; ".join(faults[:FAULTS_MAX]) + more)
    return found


def replace_carriers(session: Session, actor: Actor, carriers: dict[str, str], now_us: int) -> Imported:
    """Put a list in the place of the register, and note who did it."""
    before = session.scalar(select(func.count()).select_from(Carrier)) or 0
    session.execute(delete(Carrier))
    if carriers:
        session.execute(insert(Carrier), [{"plate": plate, "name": name} for plate, name in carriers.items()])
    imported = Imported(len(carriers), len(set(carriers.values())), before)
    detail: dict[str, str | int | bool | None] = {"plates": imported.plates, "carriers": imported.carriers, "plates_before": before}
    note(session, actor, Verb.CHANGED, "carriers", now_us=now_us, detail=detail)
    return imported


def _decoded(data: bytes, source: str) -> str:
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RejectError("bad-carriers", source, "is neither UTF-8 nor GB 18030 text; save the list as CSV in UTF-8")


def _take(row: list[str], found: dict[str, str]) -> str | None:
    """Add a line to what was found, or say what is wrong with it."""
    if len(row) != len(COLUMNS):
        return f"has {len(row)} fields; a line is {','.join(COLUMNS)}"
    plate, name = "".join(row[0].split()).upper(), row[1].strip()
    if not (1 <= len(plate) <= PLATE_MAX and plate.isprintable()):
        return f"{row[0][:20]!r} is no plate of 1 to {PLATE_MAX} characters"
    if not (1 <= len(name) <= NAME_MAX and name.isprintable()):
        return f"the carrier's name has 1 to {NAME_MAX} printable characters"
    if found.setdefault(plate, name) != name:
        return f"plate {plate} has two carriers"
    return None
