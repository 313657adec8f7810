"""Flips single bits in everything that is stored of one case, and sees that each is found and its object named.

    python -m tests.faults.bit_flips --flips 20000 [--seed N]

Stored objects: the members and headers of the evidence bundle (found by `wim-verify`); the blobs of the folder, and the rows of the
database that hold the case's signed records, texts, media, keys, history, journal, re-weighings and log (found by what `wim-central verify`
and `wim-central log check` do). Bytes are drawn evenly over the objects of a kind, so that small ones are hit as well as pictures are. Ids
by which rows are addressed, and columns that nobody vouches for and that decide nothing (`OPERATIONAL`), are left out.
"""

import argparse
import io
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import track
from sqlalchemy import inspect, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, undefer

from central.bundles.subject import vehicle_subject
from central.evidence import models
from central.evidence.audit import audit
from central.evidence.journal import SERVICE
from central.evidence.log.audit import audit_log
from central.reweighing.reweigh import reweigh
from contract.bundle.archive import ArchiveReader
from contract.faults import RejectError
from tests.bundled import Evidence, open_evidence
from tests.time_stamp_authority import serving_authority
from verifier.findings import Finding
from verifier.steps.opening import check_members, open_bundle
from verifier.verify import verify

ROWS: Final = (
    models.Record,
    models.HeldText,
    models.Vehicle,
    models.Media,
    models.StationKey,
    models.Case,
    models.CaseEvent,
    models.Act,
    models.Reweighing,
    models.LogLeaf,
    models.LogNode,
    models.LogCheckpoint,
    models.LogCosignature,
    models.LogTimestamp,
)
OPERATIONAL: Final = {
    "record": {"received_us", "mark", "chain"},
    "vehicle": {"plate_certainty_ppm", "enforceable", "swept_us"},
    "station_key": {"valid_from_us", "valid_until_us"},
    "case_file": {
        "plate", "over_kg", "over_ppm", "opened_us", "entered_us", "due_us", "gates", "screened_us", "screening_wanted", "screening_done",
        "media_seen", "trip", "outcome", "amount_cents", "discussion_event", "hearing_event", "hearing_until_us", "ruling", "decided_us",
        "notified_us", "closed_us", "home_informed_us", "published_us",
    },
    "reweighing": {"person", "software_sha256"},
    "log_checkpoint": {"made_us"},
}  # fmt: skip
"""What is derived from the rest, or only helps to work: when central received something, what a list is sorted by, how a case stands beside
its state. The signed bytes, the history and the journal hold what counts."""


class UndoError(Exception):
    """Ends a transaction whose changes are not to stay."""


@dataclass(frozen=True)
class Place:
    """Some bytes that can be flipped: of the bundle, a blob, or one column of one row (`key`: its primary key)."""

    kind: str
    name: str
    size: int
    table: Any = None
    key: tuple[Any, ...] = ()
    column: str = ""
    offset: int = 0
    mark: str = ""
    """What must stand in what is said of it, so that it counts as named."""


@dataclass
class Flips:
    """What was flipped, found and not found."""

    flipped: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)


def flip(evidence: Evidence, flips: int, seed: int) -> Iterator[tuple[str, bool, str]]:
    """Flip bits one after the other; give the kind, whether it was found, and what was flipped with what was said."""
    chance = random.Random(seed)
    kinds: dict[str, list[Place]] = {}
    for place in places(evidence):
        kinds.setdefault(place.kind, []).append(place)
    done = 0
    while done < flips:
        place = chance.choice(kinds[chance.choice(sorted(kinds))])
        at, bit = chance.randrange(place.size), chance.randrange(8)
        said = _said(evidence, place, at, bit)
        if said is not None:
            done += 1
            yield place.kind, any(place.mark in one for one in said), f"{place.name}, byte {at}, bit {bit}: {'; '.join(said)[:200]}"


def places(evidence: Evidence) -> Iterator[Place]:
    """Give all of them."""
    reader = ArchiveReader(io.BytesIO(evidence.data), "bundle")
    for member in reader.members.values():
        if member.size:
            yield Place("bundle member", f"bundle member {member.name}", member.size, offset=member.offset, mark=member.name)
    yield Place("bundle file", "bundle headers and members", len(evidence.data), mark=": ")
    blobs = evidence.logged.bench.central.blobs
    with evidence.logged.bench.central.database.read() as session:
        for row in session.scalars(select(models.Blob)):
            yield Place("blob", f"blob {row.sha256}", row.size, key=(str(blobs.path(row.sha256)),), mark=row.sha256[:16])
        for table in ROWS:
            yield from _columns(session, table)


def _columns(session: Session, table: Any) -> Iterator[Place]:
    mapper = inspect(table)
    keys = [column.key for column in mapper.primary_key]
    skipped = OPERATIONAL.get(table.__tablename__, set())
    wanted = [attribute for attribute in mapper.column_attrs if attribute.key not in {"id", *skipped}]
    for row in session.scalars(select(table).options(*(undefer(getattr(table, one.key)) for one in wanted if one.deferred))):
        key = tuple(getattr(row, name) for name in keys)
        for attribute in wanted:
            content = _bytes(getattr(row, attribute.key))
            if content and attribute.key not in keys:
                yield Place(
                    f"row of {table.__tablename__}",
                    f"{table.__tablename__} {key}: {attribute.key}",
                    len(content),
                    table,
                    key,
                    attribute.key,
                )


def _bytes(value: object) -> bytes:
    """Give a value's bytes; numbers as their eight, of which SQLite keeps no more."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    return b"" if value is None or isinstance(value, bool) else int(value).to_bytes(8, "little")  # type: ignore[call-overload,no-any-return]


def _said(evidence: Evidence, place: Place, at: int, bit: int) -> list[str] | None:
    """Flip one bit, and give what is said of it; None where the flipped value is none that could be stored: no UTF-8."""
    if place.kind.startswith("bundle"):
        data = bytearray(evidence.data)
        data[place.offset + at] ^= 1 << bit
        return _said_of_bundle(bytes(data), evidence)
    if place.kind == "blob":
        path = Path(place.key[0])
        kept = path.read_bytes()
        changed = bytearray(kept)
        changed[at] ^= 1 << bit
        path.write_bytes(changed)
        try:
            with evidence.logged.bench.central.database.read() as session:
                return audit(session, evidence.logged.bench.central.blobs).failures
        finally:
            path.write_bytes(kept)
    return _said_of_row(evidence, place, at, bit)


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


def _said_of_row(evidence: Evidence, place: Place, at: int, bit: int) -> list[str] | None:
    central, keeper = evidence.logged.bench.central, evidence.logged.keeper
    said: list[str] | None = None
    try:
        with central.database.write() as session:
            where = [column == value for column, value in zip(inspect(place.table).primary_key, place.key, strict=True)]
            column = getattr(place.table, place.column)
            value = session.scalar(select(column).where(*where))
            changed = _flipped(value, at, bit)
            if changed is None:
                return None
            session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            session.connection().exec_driver_sql("PRAGMA recursive_triggers = OFF")
            _write(session, place, column, changed, where)
            session.expire_all()
            checks = (
                lambda: audit(session, central.blobs).failures,
                lambda: audit_log(session, keeper.trusted, keeper.folder).failures,
            )
            of_log = place.table.__tablename__.startswith("log_") or place.table is models.Act
            said = next((failures for check in (reversed(checks) if of_log else checks) if (failures := check())), [])
            raise UndoError
    except UndoError:
        return said
    except (DatabaseError, ValueError) as error:
        return [f"{place.name}: {error}"[:200]]


def _write(session: Session, place: Place, column: Any, changed: object, where: list[Any]) -> None:
    """Change a column as somebody with the database's file does, past what the database itself refuses."""
    for (trigger,) in session.connection().exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
        session.connection().exec_driver_sql(f"DROP TRIGGER {trigger}")
    session.execute(update(place.table).where(*where).values({place.column: changed}))


def _flipped(value: object, at: int, bit: int) -> object:
    """Flip a bit of a value; None where the result is none that its column can hold."""
    changed = bytearray(_bytes(value))
    if at >= len(changed):
        return None
    changed[at] ^= 1 << bit
    if isinstance(value, bytes):
        return bytes(changed)
    if isinstance(value, str):
        try:
            return changed.decode()
        except UnicodeDecodeError:
            return None
    number = int.from_bytes(changed, "little", signed=True)
    return number if abs(number) < 2**62 else None


def run(flips: int, seed: int) -> Flips:
    """Make a case in a folder of its own and flip its bits."""
    found = Flips()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving_authority(folder / "tsa") as authority, open_evidence(folder / "central", authority, weighed=True) as evidence:
            add_reweighing(evidence)
            for kind, is_found, told in track(
                flip(evidence, flips, seed), total=flips, console=Console(stderr=True), description="flipping"
            ):
                found.flipped[kind] += 1
                if not is_found:
                    found.missed.append(told)
    return found


def add_reweighing(evidence: Evidence) -> None:
    """Weigh a recorded vehicle again, so that there is a result to flip; the log is signed and the bundle made after it."""
    central = evidence.logged.bench.central
    with central.database.read() as session:
        subject = vehicle_subject(session, "plates2", 2)
    reweigh(central, subject, SERVICE)
    evidence.logged.keep()


def main() -> None:
    """Print what was flipped, and what of it was not found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flips", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    found = run(given.flips, given.seed)
    for kind, number in sorted(found.flipped.items()):
        print(f"{number:6} {kind}")  # noqa: T201 - the result
    print(f"{sum(found.flipped.values())} flipped, {len(found.missed)} not found")  # noqa: T201
    for told in found.missed[:50]:
        print(f"NOT FOUND {told}")  # noqa: T201
    sys.exit(3 if found.missed else 0)


if __name__ == "__main__":
    main()
