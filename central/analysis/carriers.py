"""The register of carriers: which plate is whose, from a list that an administrator imports."""

import csv
import io
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from central.evidence.journal import Actor, Detail, Verb, note
from central.evidence.models import Carrier
from contract.faults import RejectError
from contract.media import sha256_hex

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


class LineFault(StrEnum):
    """What may be wrong with a line of a list."""

    FIELDS = "fields"
    PLATE = "plate"
    NAME = "name"
    TWO_CARRIERS = "two-carriers"


_SENTENCES: Final = {
    LineFault.FIELDS: f"has not the fields {','.join(COLUMNS)}",
    LineFault.PLATE: f"is no plate of 1 to {PLATE_MAX} characters",
    LineFault.NAME: f"has a carrier's name that is not 1 to {NAME_MAX} printable characters",
    LineFault.TWO_CARRIERS: "gives a plate a second carrier",
}


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be used: its number as an editor shows it, and what stands in it."""

    line: int
    fault: LineFault
    given: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A list as it was read: who runs the vehicle of each plate, and every line that cannot be used."""

    carriers: dict[str, str]
    bad: tuple[BadLine, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a list would change of the register: plates that come, go, or change hands, with old and new carrier; and how many stay."""

    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]
    changed: tuple[tuple[str, str, str], ...]
    same: int
    register_sha256: str
    """Of the register that it was compared with."""


def read_carriers(data: bytes, source: str) -> Reading:
    """Read a list of carriers by plate: CSV with a head line ``plate,carrier``, in UTF-8 or GB 18030; give what is wrong by line.

    Raises
    ------
    RejectError
        ``carriers-encoding`` or ``carriers-head`` if it is no such list at all.
    """
    rows = csv.reader(io.StringIO(_decoded(data, source), newline=""))
    found: dict[str, str] = {}
    bad: list[BadLine] = []
    try:
        head = [column.strip().lower() for column in next(rows, [])]
        if head != list(COLUMNS):
            what = f"begins with {','.join(head)[:80]!r}; the head line is {','.join(COLUMNS)}"
            raise RejectError("carriers-head", source, what)
        for row in rows:
            if any(field.strip() for field in row) and (fault := _take(row, found)) is not None:
                bad.append(BadLine(rows.line_num, fault, ",".join(row)[:60]))
    except csv.Error as error:
        raise RejectError("carriers-head", source, f"is no CSV from line {rows.line_num} on: {error}") from error
    return Reading(found, tuple(bad))


def parse_carriers(data: bytes, source: str) -> dict[str, str]:
    """Read a list, all of it or nothing.

    Raises
    ------
    RejectError
        As `read_carriers`, and ``bad-carriers`` with the lines that cannot be used.
    """
    reading = read_carriers(data, source)
    if reading.bad:
        told = [f"line {one.line}: {one.given!r} {_SENTENCES[one.fault]}" for one in reading.bad[:FAULTS_MAX]]
        more = f" and {len(reading.bad) - FAULTS_MAX} more" if len(reading.bad) > FAULTS_MAX else ""
        raise RejectError("bad-carriers", source, "; ".join(told) + more)
    return reading.carriers


def register(session: Session) -> dict[str, str]:
    """Give the register: the carrier of each plate, by plate."""
    return {row.plate: row.name for row in session.execute(select(Carrier.plate, Carrier.name).order_by(Carrier.plate))}


def changes_of(before: dict[str, str], carriers: dict[str, str]) -> Changes:
    """Give what a list would change of a register."""
    return Changes(
        added=tuple((plate, name) for plate, name in sorted(carriers.items()) if plate not in before),
        removed=tuple((plate, name) for plate, name in before.items() if plate not in carriers),
        changed=tuple((plate, name, carriers[plate]) for plate, name in before.items() if carriers.get(plate, name) != name),
        same=sum(before.get(plate) == name for plate, name in carriers.items()),
        register_sha256=_digest(before),
    )


def replace_compared(session: Session, actor: Actor, carriers: dict[str, str], compared: str, now_us: int) -> Imported:
    """Put a list in the place of the register that it was compared with.

    Raises
    ------
    RejectError
        ``carriers-changed`` if the register is another one by now.
    """
    if _digest(register(session)) != compared:
        raise RejectError("carriers-changed", "carriers", "have changed since the list was compared; compare it again")
    return replace_carriers(session, actor, carriers, now_us)


def replace_carriers(session: Session, actor: Actor, carriers: dict[str, str], now_us: int) -> Imported:
    """Put a list in the place of the register, and note who did it."""
    before = session.scalar(select(func.count()).select_from(Carrier)) or 0
    session.execute(delete(Carrier))
    if carriers:
        session.execute(insert(Carrier), [{"plate": plate, "name": name} for plate, name in carriers.items()])
    imported = Imported(len(carriers), len(set(carriers.values())), before)
    detail: Detail = {"plates": imported.plates, "carriers": imported.carriers, "plates_before": before}
    note(session, actor, Verb.CHANGED, "carriers", now_us=now_us, detail=detail)
    return imported


def _decoded(data: bytes, source: str) -> str:
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RejectError("carriers-encoding", source, "is neither UTF-8 nor GB 18030 text; save the list as CSV in UTF-8")


def _take(row: list[str], found: dict[str, str]) -> LineFault | None:
    """Add a line to what was found, or say what is wrong with it."""
    if len(row) != len(COLUMNS):
        return LineFault.FIELDS
    plate, name = "".join(row[0].split()).upper(), row[1].strip()
    if not (1 <= len(plate) <= PLATE_MAX and plate.isprintable()):
        return LineFault.PLATE
    if not (1 <= len(name) <= NAME_MAX and name.isprintable()):
        return LineFault.NAME
    return LineFault.TWO_CARRIERS if found.setdefault(plate, name) != name else None


def _digest(carriers: dict[str, str]) -> str:
    return sha256_hex("\n".join(f"{plate},{name}" for plate, name in sorted(carriers.items())).encode())
