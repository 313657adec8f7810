"""Flips single bits in everything that is stored of one case, and sees that each is found and its object named.

    python -m tests.faults.bit_flips --flips 20000 [--seed N]

Stored objects (`places`): the members and headers of the evidence bundle, found by `wim-verify`; the files of media, documents, station
files, calibrations and certificates; and the rows of the database that hold the signed records, texts, keys, publications, history,
acts, documents, objections, re-weighings and the log, found by what `wim-central verify` and `wim-central log check` do. Bits are drawn
evenly over the kinds, the objects of a kind and the bytes of an object, so that small ones are hit as well as pictures are. What is left
out stands, with the reason, in `vouched`.
"""

import argparse
import gc
import io
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import inspect, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from central.evidence.audit import audit
from central.evidence.log.audit import audit_log
from central.evidence.log.memory import recall
from contract.bundle.archive import ArchiveReader
from contract.faults import RejectError
from tests.bundled import Evidence
from tests.faults.places import Place, flipped, places
from tests.faults.whole_case import open_whole_case
from tests.time_stamp_authority import serving_authority
from verifier.findings import Finding
from verifier.steps.opening import check_members, open_bundle
from verifier.verify import verify

Found = tuple[str, list[str], object]
"""Which check says what, and the value that the bit was flipped to."""
BUNDLE, STORED, LOG = "wim-verify", "wim-central verify", "wim-central log check"


class UndoError(Exception):
    """Ends a transaction whose changes are not to stay."""


@dataclass(frozen=True)
class Flip:
    """One flipped bit: where, which check found it first (None: none did), whether that named the object, and in which words."""

    place: Place
    told: str
    check: str | None
    named: bool


@dataclass
class Line:
    """What became of the flips of one kind."""

    objects: int = 0
    size: int = 0
    flips: int = 0
    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys((BUNDLE, STORED, LOG), 0))
    unnamed: int = 0
    missed: int = 0


def kinds_of(evidence: Evidence) -> dict[str, list[Place]]:
    """Give the places by kind."""
    kinds: dict[str, list[Place]] = {}
    for place in places(evidence):
        kinds.setdefault(place.kind, []).append(place)
    return kinds


def flip(evidence: Evidence, flips: int, seed: int, kinds: dict[str, list[Place]] | None = None) -> Iterator[Flip]:
    """Flip that many bits one after the other; a bit whose flip could not be stored does not count."""
    chance = random.Random(seed)
    kinds = kinds or kinds_of(evidence)
    done = 0
    while done < flips:
        place = chance.choice(kinds[chance.choice(sorted(kinds))])
        at, bit = chance.randrange(place.size), chance.randrange(8)
        found = _found(evidence, place, at, bit)
        if found is not None:
            check, said, changed = found
            done += 1
            told = f"{place.name}, byte {at}, bit {bit}: {'; '.join(said)[:200]}"
            yield Flip(place, told, check if said else None, place.is_named(said, changed))


def _found(evidence: Evidence, place: Place, at: int, bit: int) -> Found | None:
    """Flip one bit, and give what is said of it; None where the flipped value is none that could be stored."""
    if place.kind.startswith("bundle"):
        data = bytearray(evidence.data)
        data[place.offset + at] ^= 1 << bit
        return BUNDLE, _said_of_bundle(bytes(data), evidence), None
    if place.kind in {"blob file", "file of the log"}:
        path, keeper = Path(place.key[0]), evidence.logged.keeper
        kept = path.read_bytes()
        changed = bytearray(kept)
        changed[at] ^= 1 << bit
        path.write_bytes(changed)
        try:
            with evidence.logged.bench.central.database.read() as session:
                if place.kind == "blob file":
                    return STORED, audit(session, evidence.logged.bench.central.blobs).failures, None
                return LOG, audit_log(session, keeper.trusted, recall(keeper.folder, keeper.trusted.log)).failures, None
        finally:
            path.write_bytes(kept)
    return _found_in_row(evidence, place, at, bit)


def _said_of_bundle(data: bytes, evidence: Evidence) -> list[str]:
    """Give what the first three steps say, which hold every byte against its hash; the others are asked where these find nothing."""
    try:
        opened = open_bundle(ArchiveReader(io.BytesIO(data), "bundle.zip"), evidence.trust)
        found = list(opened.found)
        if opened.bundle is not None:
            found += [one for one in check_members(opened.bundle) if not isinstance(one, int)]
    except RejectError as error:
        found = [Finding.of(error)]
    if not any(one.fails for one in found):
        found = [one for step in verify(io.BytesIO(data), "bundle.zip", evidence.trust).steps for one in step.findings]
    return [f"{one.object}: {one.what}" for one in found if one.fails]


def _found_in_row(evidence: Evidence, place: Place, at: int, bit: int) -> Found | None:
    """Flip a bit of a row, run the whole checks until one of them finds anything, and put the row back."""
    central, keeper = evidence.logged.bench.central, evidence.logged.keeper
    found: Found | None = None
    try:
        with central.database.write() as session:
            where = [column == value for column, value in zip(inspect(place.table).primary_key, place.key, strict=True)]
            column = getattr(place.table, place.column)
            changed = flipped(session.scalar(select(column).where(*where)), at, bit)
            if changed is None or not _write(session, place, changed, where):
                raise UndoError
            checks: list[tuple[str, Callable[[], list[str]]]] = [
                (STORED, lambda: audit(session, central.blobs).failures),
                (LOG, lambda: audit_log(session, keeper.trusted, recall(keeper.folder, keeper.trusted.log)).failures),
            ]
            if place.table.__tablename__.startswith("log_") or place.table.__tablename__ == "act":
                checks.reverse()
            found = next(((check, said, changed) for check, run in checks if (said := run())), (STORED, [], changed))
            raise UndoError
    except UndoError:
        return found


def _write(session: Session, place: Place, changed: object, where: list[Any]) -> bool:
    """Change a column as somebody with the database's file does, past all that the database refuses but a key that is taken."""
    connection = session.connection()
    for pragma in ("defer_foreign_keys = ON", "ignore_check_constraints = ON"):
        connection.exec_driver_sql(f"PRAGMA {pragma}")
    for (trigger,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
        connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
    try:
        session.execute(update(place.table).where(*where).values({place.column: changed}), execution_options={"synchronize_session": False})
    except DatabaseError:
        return False
    session.expire_all()
    return True


def run(flips: int, seed: int) -> tuple[dict[str, Line], list[str]]:
    """Make a case in a folder of its own and flip its bits; give a line for each kind, and what was not found or not named."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving_authority(folder / "tsa") as authority, open_whole_case(folder / "central", authority) as evidence:
            kinds = kinds_of(evidence)
            lines = {kind: Line(len({one.key or one.name for one in held}), sum(one.size for one in held)) for kind, held in kinds.items()}
            faults: list[str] = []
            gc.freeze()
            bar = Console(stderr=True)
            for one in track(flip(evidence, flips, seed, kinds), total=flips, console=bar, description="flipping"):
                line = lines[one.place.kind]
                line.flips += 1
                if one.check is None:
                    line.missed += 1
                    faults.append(f"NOT FOUND {one.told}")
                else:
                    line.found[one.check] += 1
                    if not one.named:
                        line.unnamed += 1
                        faults.append(f"NOT NAMED {one.told}")
    return lines, faults


def table_of(lines: dict[str, Line]) -> Table:
    """Give the table of what was flipped and what found it."""
    table = Table("object", "objects", "bytes", "flips", BUNDLE, STORED, LOG, "not named", "not found", box=None)
    for kind, line in sorted(lines.items()):
        figures = (line.objects, line.size, line.flips, *line.found.values(), line.unnamed, line.missed)
        table.add_row(kind, *(f"{figure}" for figure in figures))
    return table


def main() -> None:
    """Print what was flipped, which check found it, and what of it was not found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flips", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    lines, faults = run(given.flips, given.seed)
    console = Console(width=150)
    console.print(table_of(lines))
    flips, missed = sum(line.flips for line in lines.values()), sum(line.missed for line in lines.values())
    console.print(f"{flips} flipped with seed {given.seed}, {flips - missed} found, {missed} not found")
    for told in faults[:50]:
        console.print(told, markup=False)
    sys.exit(3 if faults else 0)


if __name__ == "__main__":
    main()
