"""Whether stored checkpoints, cosignatures and time stamps are what their signers have signed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.x509 import Certificate
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.evidence.log import leaves
from central.evidence.log.checkpoints import LogKey
from central.evidence.models import LogCheckpoint, LogCosignature, LogTimestamp
from contract.faults import RejectError
from contract.log.checkpoints import Checkpoint, open_checkpoint, verify_cosignature
from contract.log.leaves import parse_leaf
from contract.log.notes import Note, VerifierKey, parse_signatures
from contract.log.timestamps import verify_timestamp
from contract.media import sha256_hex
from contract.units import US_PER_DAY, US_PER_HOUR, US_PER_S

LATE_US: Final = US_PER_HOUR
"""A time stamp or cosignature is asked for at once, and again for ten minutes; one that is later than this was not asked for then."""

COVERED_WITHIN_US: Final = US_PER_DAY
"""Leaves that no time stamp covers for longer are remarked on."""
SKEW_US: Final = 300 * US_PER_S
"""By how much central's clock and the authority's may differ before it is remarked on."""
FETCH_ROWS: Final = 500


@dataclass(frozen=True)
class Trusted:
    """Whose word counts; without certificates or witnesses what they signed cannot be verified and is only counted."""

    log: LogKey
    witnesses: tuple[VerifierKey, ...] = ()
    authority: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A checkpoint that the log's key has signed, or what does not fit, as ``name: text``."""

    checkpoint: Checkpoint | None
    note: Note | None
    failures: tuple[str, ...]


def open_stored(row: LogCheckpoint, trusted: Trusted) -> Opened:
    """Verify a stored checkpoint's signature and its columns."""
    source = f"checkpoint {row.id}"
    if not isinstance(row.note, bytes):  # SQLite keeps what it is given, whatever the column's type
        return Opened(None, None, (f"{source}: is not stored as bytes",))
    try:
        note = Note.parse(row.note, source)
        origin = Checkpoint.parse(note.text, source).origin
        checkpoint = open_checkpoint(note, own_verifier(trusted.log, origin), source)
    except RejectError as error:
        return Opened(None, None, (f"{source}: {error.what}",))
    if checkpoint.size != row.size:
        return Opened(checkpoint, note, (f"{source}: is listed with {row.size} leaves and signed with {checkpoint.size}",))
    return Opened(checkpoint, note, ())


def own_verifier(key: LogKey, origin: str) -> VerifierKey:
    """Give the log's public key under a name that it had."""
    return VerifierKey(origin, key.verifier.kind, key.verifier.public)


@dataclass
class Vouched:
    """What others have said of the stored checkpoints: how much, what of it does not fit, and what nobody has vouched for."""

    cosignatures: int = 0
    timestamps: int = 0
    failures: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def audit_vouched(session: Session, trusted: Trusted) -> Vouched:
    """Verify every stored cosignature and time stamp."""
    found = Vouched()
    _audit_cosignatures(session, trusted, found)
    _audit_timestamps(session, trusted, found)
    checkpoints, last = session.execute(select(func.count(), func.coalesce(func.max(LogCheckpoint.id), 0)).select_from(LogCheckpoint)).one()
    if last > checkpoints:
        found.remarks.append(f"checkpoints: {last - checkpoints} numbers below {last} are not there")
    return found


def _audit_cosignatures(session: Session, trusted: Trusted, found: Vouched) -> None:
    pairs = select(LogCosignature, LogCheckpoint).outerjoin(LogCheckpoint, LogCheckpoint.id == LogCosignature.checkpoint_id)
    for one, row in session.execute(pairs.execution_options(yield_per=FETCH_ROWS)):
        found.cosignatures += 1
        if row is None:
            found.failures.append(f"cosignature of {one.witness}: its checkpoint {one.checkpoint_id} is not there")
        elif trusted.witnesses and (note := open_stored(row, trusted).note) is not None:
            found.failures += cosignature_failures(one, note, row.made_us, trusted.witnesses)
    if found.cosignatures and not trusted.witnesses:
        found.remarks.append(f"cosignatures: {found.cosignatures} were not verified, for the settings name no witness")


def _audit_timestamps(session: Session, trusted: Trusted, found: Vouched) -> None:
    pairs = select(LogTimestamp, LogCheckpoint).outerjoin(LogCheckpoint, LogCheckpoint.id == LogTimestamp.checkpoint_id)
    covered = 0
    for stamp, row in session.execute(pairs.order_by(LogTimestamp.checkpoint_id).execution_options(yield_per=FETCH_ROWS)):
        found.timestamps += 1
        if row is None:
            found.failures.append(f"time stamp: its checkpoint {stamp.checkpoint_id} is not there")
        elif trusted.authority and (note := open_stored(row, trusted).note) is not None:
            found.failures += timestamp_failures(stamp, note, row.made_us, trusted.authority)
            found.remarks += _late(session, covered, row.size, stamp.time_us)
            covered = max(covered, row.size)
    if found.timestamps and not trusted.authority:
        found.remarks.append(f"time stamps: {found.timestamps} were not verified, for the settings name no authority")


def _late(session: Session, first: int, size: int, stamped_us: int) -> list[str]:
    """Remark on leaves [first, size) if their times do not suit the first time stamp that covers them."""
    if size <= first:
        return []
    earliest, latest = (_logged_us(session, index) for index in (first, size - 1))
    span = f"leaves {first} to {size - 1}"
    if latest is not None and latest > stamped_us + SKEW_US:
        return [f"{span}: say that they were entered after the time stamp that covers them"]
    if earliest is not None and stamped_us - earliest > COVERED_WITHIN_US:
        hours = (stamped_us - earliest) / US_PER_HOUR
        return [f"{span}: the first time stamp that covers them is {hours:.0f} hours younger; until then nothing outside vouches for them"]
    return []


def _logged_us(session: Session, index: int) -> int | None:
    found = leaves.leaf(session, index)
    try:
        return None if found is None else parse_leaf(found.data, f"leaf {index}").logged_us
    except RejectError:
        return None


def cosignature_failures(row: LogCosignature, note: Note, made_us: int, witnesses: Sequence[VerifierKey]) -> list[str]:
    """Verify a stored cosignature on its checkpoint's note."""
    source = f"cosignature of {row.witness} on checkpoint {row.checkpoint_id}"
    try:
        signatures = parse_signatures(row.line, source)
        if any(one.name != row.witness for one in signatures):
            raise RejectError("altered", source, "its line names another witness")
        known = [key for key in witnesses if any((one.name, one.key_id) == (key.name, key.id) for one in signatures)]
        if not known:
            raise RejectError("unknown-key", source, "is by no witness of the settings; former ones go into former_witness_keys")
        time_s = verify_cosignature(Note(note.text, signatures), known[0], source)
    except RejectError as error:
        return [f"{source}: {error.what}"]
    return _time_failures(source, row.time_s * US_PER_S, time_s * US_PER_S, made_us)


def timestamp_failures(row: LogTimestamp, note: Note, made_us: int, authority: Sequence[Certificate]) -> list[str]:
    """Verify a stored time stamp over its checkpoint's note."""
    source = f"time stamp of checkpoint {row.checkpoint_id}"
    if not isinstance(row.answer, bytes) or sha256_hex(row.answer) != row.sha256:
        return [f"{source}: its stored bytes are not those that the authority sent"]
    try:
        time_us = verify_timestamp(row.answer, str(note).encode(), authority, source)
    except RejectError as error:
        return [f"{source}: {error.what}"]
    return _time_failures(source, row.time_us, time_us, made_us)


def _time_failures(source: str, listed_us: int, signed_us: int, made_us: int) -> list[str]:
    if listed_us != signed_us:
        return [f"{source}: is listed with another time than the signed one"]
    if abs(signed_us - made_us) > LATE_US:
        hours, side = abs(signed_us - made_us) / LATE_US, "after" if signed_us > made_us else "before"
        return [f"{source}: was made {hours:.1f} hours {side} the time at which the checkpoint is said to be"]
    return []
