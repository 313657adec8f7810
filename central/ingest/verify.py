"""The numbered steps by which a message becomes evidence or is refused. No I/O, no clock, no database: who calls brings the facts."""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from pydantic import TypeAdapter, ValidationError

from central.evidence.quarantine import Refused
from central.evidence.stations import EnrolledKey
from central.evidence.verdict_check import mark_of
from central.ingest.entry import Entry
from contract.chain import GENESIS, Link, check_link, link_of
from contract.disclosures import DisclosureError, parse_record_envelope
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.names import Name
from contract.records import RECORD_MAX_BYTES, SupplementRecord, VehicleRecord, parse_record
from contract.signatures import PayloadType, open_envelope
from contract.topics import station_of
from contract.units import US_PER_DAY, US_PER_S

EARLIEST_US: Final = 1_577_836_800 * US_PER_S
"""2020-01-01: no station of this project is older; an earlier time is a clock that was never set."""
AHEAD_MAX_US: Final = US_PER_DAY
"""How far a station's clock may run ahead before its word on the time is refused: a day, which no mistake in the time zone exceeds."""
_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)

KeysOf = Callable[[str], Mapping[str, EnrolledKey]]


@dataclass(frozen=True, slots=True)
class Message:
    """What the broker delivered."""

    topic: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Authentic:
    """What a signature by an enrolled key of the topic's station vouches for, and nothing more: the content is not checked yet."""

    message: Message
    station: str
    key_id: str
    payload: bytes
    envelope: bytes
    """JSON bytes of what DSSE knows, without the disclosures."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A record that is sound in itself, as it is entered; `mark` is a fault to be stored with it."""

    authentic: Authentic
    entry: Entry
    link: Link
    mark: str | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What is stored around a record; None where nothing is. `after_names` is the predecessor that seq + 1 names."""

    own_sha256: str | None
    before: Link | None
    after_names: str | None
    supplemented: tuple[str, str] | None
    """SHA-256 and type of the record that a supplement belongs to."""


def verify(message: Message, keys_of: KeysOf, now_us: int) -> Checked | Refused:
    """Check a message by itself: steps 1 to 11 of 13.

    Only what passed step 5 counts as the station's word; a refusal before it is unauthenticated. So is one in step 8: no signature covers
    the disclosures, and a station whose message was changed on its way must not be told that its record is refused, but send it again.
    """
    authentic: Authentic | None = None
    try:
        # 1. Its size is one a record may have.
        _check_size(message)
        # 2. The topic is one of ours, and names a possible station.
        station = _topic_station(message.topic)
        # 3. It is a DSSE envelope.
        envelope = parse_record_envelope(message.data, message.topic)
        # 4. The station is enrolled.
        keys = keys_of(station)
        if not keys:
            raise RejectError("not-enrolled", message.topic, f"station {station} has no enrolled key; enrol it with `wim-central enrol`")
        # 5. A key of that station has signed it as a record.
        public_keys = {identity: enrolled.key for identity, enrolled in keys.items()}
        payload = open_envelope(envelope, PayloadType.RECORD, public_keys, message.topic)
        signer = next(signature.keyid for signature in envelope.signatures if signature.keyid in keys)
        authentic = Authentic(message, station, signer, payload, envelope.bare)
        # 6. and 7. The signed bytes are canonical, and a record of a known type and version.
        # 8. Each disclosure fits a digest that is signed, each digest has its disclosure.
        record = parse_record(payload, message.topic, envelope.disclosures)
        _check_disclosed(record, message.topic)
        # 9. The record is of the station that sent it.
        if record.station != station:
            raise RejectError("wrong-station", message.topic, f"holds a record of station {record.station}; a station sends its own only")
        # 10. Its time is plausible, and the key was in force then.
        _check_time(record, keys[signer], message.topic, now_us)
        # 11. The verdict is what the rule pack says of the record's own facts; otherwise it is kept, but marked.
        mark = mark_of(record) if isinstance(record, VehicleRecord) else None
    except DisclosureError as fault:
        return refused(message, fault, None)
    except RejectError as fault:
        return refused(message, fault, authentic)
    return Checked(authentic, Entry.of(record, mark), link_of(record, payload), mark)


def named_stations(messages: Iterable[Message]) -> set[str]:
    """Give the stations that the topics of some messages name, as step 2 reads them."""
    named = set()
    for message in messages:
        with suppress(RejectError):
            named.add(_topic_station(message.topic))
    return named


def place(checked: Checked, neighbours: Neighbours) -> bool:
    """Check a record against what is stored: steps 12 and 13, inside the transaction that stores it.

    Returns
    -------
    bool
        False if this very record is stored already.

    Raises
    ------
    RejectError
        ``seq-reused``, ``chain-break`` or ``supplement-mismatch``.
    """
    entry, topic = checked.entry, checked.authentic.message.topic
    # 12. Its number is new, or the stored record of that number is this one, byte for byte.
    if neighbours.own_sha256 is not None:
        if neighbours.own_sha256 == checked.link.sha256:
            return False
        raise RejectError(
            "seq-reused",
            topic,
            f"seq {entry.seq} is stored as {neighbours.own_sha256[:16]}, this is {checked.link.sha256[:16]}: a station has one history",
        )
    # 13. It fits the records before and after it, as far as they are here, and the record that it supplements.
    before = GENESIS if entry.seq == 1 else neighbours.before
    if before is not None:
        check_link(before, entry, topic)
    if neighbours.after_names is not None and neighbours.after_names != checked.link.sha256:
        what = f"seq {entry.seq + 1} is stored and names {neighbours.after_names[:16]}; this seq {entry.seq} is {checked.link.sha256[:16]}"
        raise RejectError("chain-break", topic, what)
    if entry.supplements is not None and neighbours.supplemented is not None:
        sha256, kind = neighbours.supplemented
        if sha256 != entry.supplements.sha256 or kind != "vehicle":
            what = f"supplements seq {entry.supplements.seq} as {entry.supplements.sha256[:16]}; stored is the {kind} {sha256[:16]}"
            raise RejectError("supplement-mismatch", topic, what)
    return True


def refused(message: Message, fault: RejectError, authentic: Authentic | None) -> Refused:
    """Describe a refusal; station and number are given only where the station's signature vouches for them."""
    unsigned = Refused.unsigned(message.topic, message.data, fault)
    if authentic is None:
        return unsigned
    payload = authentic.payload
    return replace(unsigned, authentic=True, station=authentic.station, seq=claimed_seq(payload), payload_sha256=sha256_hex(payload))


def claimed_seq(payload: bytes) -> int | None:
    """Give the number that signed but unsound bytes claim, so that the station can be told; None if they claim none."""
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    seq = value.get("seq") if isinstance(value, dict) else None
    return seq if isinstance(seq, int) and not isinstance(seq, bool) and 1 <= seq < 2**53 else None


def _check_size(message: Message) -> None:
    if len(message.data) > RECORD_MAX_BYTES:
        raise RejectError("oversize", message.topic, f"has {len(message.data)} bytes; a record has at most {RECORD_MAX_BYTES}")


def _topic_station(topic: str) -> str:
    station = station_of(topic)
    try:
        return _NAME.validate_python(station)
    except ValidationError as error:
        raise RejectError("unknown-topic", topic, "names no possible station; use letters, digits, '.', '_' and '-'") from error


def _check_disclosed(record: VehicleRecord | SupplementRecord, topic: str) -> None:
    """Refuse a record of which a text is missing: stored without it, the station would let go of the only copy."""
    if record.withheld:
        what = f"seq {record.seq} came without {record.withheld} of the texts that it signs as digests; send all of them"
        raise DisclosureError("disclosure-missing", topic, what)


def _check_time(record: VehicleRecord | SupplementRecord, key: EnrolledKey, topic: str, now_us: int) -> None:
    if record.time_us > now_us + AHEAD_MAX_US:
        ahead_s = (record.time_us - now_us) // US_PER_S
        raise RejectError(
            "future-time", topic, f"seq {record.seq} is {ahead_s} s ahead of central; at most {AHEAD_MAX_US // US_PER_S} s are taken"
        )
    if record.time_us < EARLIEST_US:
        raise RejectError("ancient-time", topic, f"seq {record.seq} is of {record.time_us} us, before 2020; set the station's clock")
    if not key.covers(record.time_us):
        raise RejectError(
            "key-not-valid", topic, f"seq {record.seq} is signed by key {key.key_id[:16]}, which was not in force at its time"
        )
