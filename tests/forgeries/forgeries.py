"""Each way to forge, replay or spoil a record, as a function that makes the message from a sound station and an attacker's key.

The station has sent record 1 before; every forgery is about what comes next.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.canonical import canonical_bytes
from contract.records import RECORD_MAX_BYTES
from contract.signatures import PayloadType, seal
from contract.topics import records_topic
from tests.signing_station import T0_US, SigningStation

READ: Final = {
    "camera": "front",
    "event_id": "e1",
    "time_us": 1,
    "text": "京A12345",
    "confidence_ppm": 900_000,
    "colour": "yellow",
    "facing": "front",
    "certainty_ppm": 870_000,
    "residual_us": 0,
}


@dataclass(frozen=True)
class Forgery:
    """A message, the fault it must be refused with, and whether the station itself had signed it, so that it is owed an answer."""

    code: str
    signed_by_station: bool
    make: Callable[[SigningStation, SigningStation], tuple[str, bytes]]


def wrong_key(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    payload = canonical_bytes(station.vehicle())
    return station.topic, seal(payload, PayloadType.RECORD, Ed25519PrivateKey.generate())


def other_stations_key(station: SigningStation, other: SigningStation) -> tuple[str, bytes]:
    return station.topic, other.seal(canonical_bytes(station.vehicle()))


def key_id_of_the_station_over_another_signature(station: SigningStation, other: SigningStation) -> tuple[str, bytes]:
    envelope = json.loads(other.seal(canonical_bytes(station.vehicle())))
    envelope["signatures"][0]["keyid"] = station.key_id
    return station.topic, json.dumps(envelope).encode()


def altered_payload(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    envelope = json.loads(station.seal(canonical_bytes(station.vehicle())))
    payload = base64.b64decode(envelope["payload"]).replace(b'"lane":1', b'"lane":2')
    return station.topic, json.dumps(envelope | {"payload": base64.b64encode(payload).decode()}).encode()


def receipt_passed_off_as_record(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return station.topic, station.seal(canonical_bytes(station.vehicle()), PayloadType.RECEIPT)


def blob_claim_retyped_as_record(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    envelope = json.loads(station.seal(canonical_bytes(station.vehicle()), PayloadType.BLOB_CLAIM))
    return station.topic, json.dumps(envelope | {"payloadType": PayloadType.RECORD.value}).encode()


def not_canonical(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return station.topic, station.seal(json.dumps(station.vehicle().model_dump(mode="json"), indent=1).encode())


def float_weight(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    fields = station.vehicle().model_dump(mode="json")
    return station.topic, station.seal(rfc8785.dumps(fields | {"gross_kg": 37_500.5}))


def duplicate_key(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    payload = canonical_bytes(station.vehicle())
    return station.topic, station.seal(payload[:-1] + b',"gross_kg":1}')


def unknown_field(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    fields = station.vehicle().model_dump(mode="json")
    return station.topic, station.seal(rfc8785.dumps(fields | {"note": "trust me"}))


def loads_that_do_not_add_up(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    fields = station.vehicle().model_dump(mode="json")
    return station.topic, station.seal(rfc8785.dumps(fields | {"gross_kg": 60_000}))


def later_version(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    fields = station.vehicle().model_dump(mode="json")
    return station.topic, station.seal(rfc8785.dumps(fields | {"version": 3}))


def record_of_another_station(station: SigningStation, other: SigningStation) -> tuple[str, bytes]:
    return station.topic, station.envelope(station.vehicle(station=other.id))


def topic_of_another_station(station: SigningStation, other: SigningStation) -> tuple[str, bytes]:
    return other.topic, station.seal(canonical_bytes(station.vehicle()))


def station_never_enrolled(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    stranger = SigningStation(id="stranger", key=station.key)
    return stranger.topic, stranger.next_envelope()


def topic_with_a_space(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return records_topic("G104 K12"), station.seal(canonical_bytes(station.vehicle()))


def future_time(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return station.topic, station.envelope(station.vehicle(time_us=T0_US + 2 * 86_400_000_000))


def time_before_there_were_stations(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return station.topic, station.envelope(station.vehicle(time_us=1_000_000))


def number_used_again_for_another_vehicle(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return station.topic, station.envelope(station.vehicle(seq=1, prev_sha256="0" * 64))


def wrong_predecessor(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return station.topic, station.envelope(station.vehicle(prev_sha256="f" * 64))


def supplement_of_an_altered_vehicle(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return station.topic, station.envelope(station.supplement(station.last, of_sha256="e" * 64))


def _disclosing(station: SigningStation, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> tuple[str, bytes]:
    """Send a sound record whose disclosures somebody has changed on the way: no signature covers them."""
    envelope = json.loads(station.envelope(station.vehicle(plates=(READ,))))
    return station.topic, json.dumps(envelope | {"disclosures": change(envelope["disclosures"])}).encode()


def swapped_disclosures(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    def swap(given: list[dict[str, str]]) -> list[dict[str, str]]:
        first, second, *rest = given
        return [first | {"text": second["text"]}, second | {"text": first["text"]}, *rest]

    return _disclosing(station, swap)


def another_plate_disclosed(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return _disclosing(station, lambda given: [given[0] | {"text": "京A99999"}, *given[1:]])


def wrong_salt(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return _disclosing(station, lambda given: [given[0] | {"salt": given[1]["salt"]}, *given[1:]])


def disclosures_of_another_record(station: SigningStation, other: SigningStation) -> tuple[str, bytes]:
    others = json.loads(other.envelope(other.vehicle(plates=(READ,))))["disclosures"]
    return _disclosing(station, lambda _: others)


def extra_disclosure(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return _disclosing(station, lambda given: [*given, {"salt": "0" * 32, "text": "京A12345"}])


def disclosure_twice(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return _disclosing(station, lambda given: [*given, given[0]])


def disclosure_left_out(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return _disclosing(station, lambda given: given[1:])


def disclosures_beside_a_record_of_version_1(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    envelope = json.loads(station.envelope(station.vehicle(version=1)))
    return station.topic, json.dumps(envelope | {"disclosures": [{"salt": "0" * 32, "text": "京A12345"}]}).encode()


def plate_in_plain(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    fields = station.vehicle().model_dump(mode="json")
    return station.topic, station.seal(rfc8785.dumps(fields | {"plate": "京A12345"}))


def one_digest_for_two_texts(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    fields = station.vehicle(plates=(READ,)).model_dump(mode="json")
    return station.topic, station.seal(rfc8785.dumps(fields | {"plate": fields["plates"][0]["text"]}))


def oversize(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    envelope = station.seal(canonical_bytes(station.vehicle()))
    return station.topic, envelope + b" " * RECORD_MAX_BYTES


def truncated(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return station.topic, station.seal(canonical_bytes(station.vehicle()))[:-40]


def nested_beyond_any_parser(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return station.topic, station.seal(b"[" * 60_000)


def empty(station: SigningStation, _other: SigningStation) -> tuple[str, bytes]:
    return station.topic, b""


FORGERIES: Final = (
    Forgery("unknown-key", signed_by_station=False, make=wrong_key),
    Forgery("unknown-key", signed_by_station=False, make=other_stations_key),
    Forgery("bad-signature", signed_by_station=False, make=key_id_of_the_station_over_another_signature),
    Forgery("bad-signature", signed_by_station=False, make=altered_payload),
    Forgery("wrong-payload-type", signed_by_station=False, make=receipt_passed_off_as_record),
    Forgery("bad-signature", signed_by_station=False, make=blob_claim_retyped_as_record),
    Forgery("not-canonical", signed_by_station=True, make=not_canonical),
    Forgery("not-canonical", signed_by_station=True, make=float_weight),
    Forgery("not-canonical", signed_by_station=True, make=duplicate_key),
    Forgery("not-a-record", signed_by_station=True, make=unknown_field),
    Forgery("not-a-record", signed_by_station=True, make=loads_that_do_not_add_up),
    Forgery("not-a-record", signed_by_station=True, make=later_version),
    Forgery("wrong-station", signed_by_station=True, make=record_of_another_station),
    Forgery("unknown-key", signed_by_station=False, make=topic_of_another_station),
    Forgery("not-enrolled", signed_by_station=False, make=station_never_enrolled),
    Forgery("unknown-topic", signed_by_station=False, make=topic_with_a_space),
    Forgery("future-time", signed_by_station=True, make=future_time),
    Forgery("ancient-time", signed_by_station=True, make=time_before_there_were_stations),
    Forgery("seq-reused", signed_by_station=True, make=number_used_again_for_another_vehicle),
    Forgery("chain-break", signed_by_station=True, make=wrong_predecessor),
    Forgery("supplement-mismatch", signed_by_station=True, make=supplement_of_an_altered_vehicle),
    Forgery("disclosure-misfit", signed_by_station=False, make=swapped_disclosures),
    Forgery("disclosure-misfit", signed_by_station=False, make=another_plate_disclosed),
    Forgery("disclosure-misfit", signed_by_station=False, make=wrong_salt),
    Forgery("disclosure-misfit", signed_by_station=False, make=disclosures_of_another_record),
    Forgery("disclosure-misfit", signed_by_station=False, make=extra_disclosure),
    Forgery("disclosure-misfit", signed_by_station=False, make=disclosures_beside_a_record_of_version_1),
    Forgery("disclosure-twice", signed_by_station=False, make=disclosure_twice),
    Forgery("disclosure-missing", signed_by_station=False, make=disclosure_left_out),
    Forgery("not-a-record", signed_by_station=True, make=plate_in_plain),
    Forgery("not-a-record", signed_by_station=True, make=one_digest_for_two_texts),
    Forgery("oversize", signed_by_station=False, make=oversize),
    Forgery("not-an-envelope", signed_by_station=False, make=truncated),
    Forgery("not-canonical", signed_by_station=True, make=nested_beyond_any_parser),
    Forgery("not-an-envelope", signed_by_station=False, make=empty),
)
