"""A station of the tests: makes sound records and signs them, so that a test changes the one thing it is about."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.canonical import canonical_bytes
from contract.chain import GENESIS, Link, link_of
from contract.disclosures import SALT_BYTES, conceal, seal_record
from contract.limits import Weighed, WeighedAxle, evaluate
from contract.media import MediaRef
from contract.records import AxleEntry, Clock, ClockState, Identity, Software, SupplementRecord, VehicleRecord
from contract.rules import rule_pack
from contract.signatures import PayloadType, key_id, seal
from contract.topics import records_topic
from contract.vehicles import Body
from contract.verdicts import DecisionRule

T0_US = 1_790_000_000_000_000
"""2026-09-21T13:33:20 UTC: the first record's time, a second before central's clock in most tests."""
FIVE_AXLES_KG = (6_000, 9_000, 7_500, 7_500, 7_500)
READ = {
    "camera": "front",
    "event_id": "e1",
    "time_us": 1,
    "text": "粤B99999",
    "confidence_ppm": 900_000,
    "colour": "yellow",
    "facing": "front",
    "certainty_ppm": 870_000,
    "residual_us": 0,
}
"""A camera's read as a supplement brings it late; its texts are concealed when it is put into a record."""


@dataclass
class SigningStation:
    """Signs a chain of records; `last` is the link that the next one will name."""

    id: str = "G104-K12"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    last: Link = GENESIS

    @property
    def key_id(self) -> str:
        return key_id(self.key.public_key())

    @property
    def topic(self) -> str:
        return records_topic(self.id)

    def vehicle(self, *, loads_kg: tuple[int, ...] = FIVE_AXLES_KG, **changes: object) -> VehicleRecord:
        """Make the next vehicle's record with the verdict that the rules demand; `changes` are put over it unchecked by any of that.

        Texts of plates are given in plain, and concealed where the record's version wants it.
        """
        pack = rule_pack("cn")
        axles = tuple(
            AxleEntry(load_kg=load, u_kg=load // 50, spacing_mm=None if place == 0 else 3_000, group=place + 1)
            for place, load in enumerate(loads_kg)
        )
        weighed = Weighed(
            tuple(WeighedAxle(axle.load_kg, axle.u_kg, axle.group, axle.spacing_mm) for axle in axles),
            Body.COMBINATION,
            sum(loads_kg),
            sum(loads_kg) // 50,
        )
        fields: dict[str, object] = {
            "station": self.id,
            "seq": self.last.seq + 1,
            "prev_sha256": self.last.sha256,
            "lane": 1,
            "time_us": T0_US + self.last.seq * 1_000_000,
            "clock": Clock(state=ClockState.SYNCHRONISED, u_us=1_000),
            "first_axle_sample": 4_000,
            "axles": axles,
            "gross_kg": weighed.gross_kg,
            "gross_u_kg": weighed.gross_u_kg,
            "speed_mm_s": 20_000,
            "speed_u_mm_s": 200,
            "acceleration_mm_s2": 0,
            "vehicle_class": "1+1+1+1+1",
            "body": weighed.body,
            "class_confidence_ppm": 900_000,
            "plate": "京A12345",
            "plate_certainty_ppm": 990_000,
            "verdict": evaluate(pack, weighed, DecisionRule.EXPANDED_UNCERTAINTY),
            "rules": Identity(id=pack.id, sha256=pack.sha256),
            "software": Software(name="wim-edge", version="0.1.0", sha256="1" * 64),
            "parameters_sha256": "2" * 64,
            "calibration": Identity(id="cal-1", sha256="3" * 64),
        }
        return VehicleRecord.model_validate(concealed(fields | changes))

    def supplement(self, of: Link, **changes: object) -> SupplementRecord:
        """Make the next record as a supplement of an earlier one."""
        fields: dict[str, object] = {
            "station": self.id,
            "seq": self.last.seq + 1,
            "prev_sha256": self.last.sha256,
            "time_us": T0_US + self.last.seq * 1_000_000,
            "of_seq": of.seq,
            "of_sha256": of.sha256,
        }
        return SupplementRecord.model_validate(concealed(fields | changes))

    def sign(self, record: VehicleRecord | SupplementRecord) -> bytes:
        """Sign a record, which becomes the chain's last, and give the envelope."""
        self.last = link_of(record, canonical_bytes(record))
        return self.envelope(record)

    def envelope(self, record: VehicleRecord | SupplementRecord) -> bytes:
        """Sign a record with its disclosures; the chain does not move."""
        return seal_record(canonical_bytes(record), record.disclosures, self.key)

    def seal(self, payload: bytes, payload_type: PayloadType = PayloadType.RECORD) -> bytes:
        """Sign any bytes; the chain does not move."""
        return seal(payload, payload_type, self.key)

    def next_envelope(self, **changes: object) -> bytes:
        """Make and sign the next vehicle's record."""
        return self.sign(self.vehicle(**changes))  # type: ignore[arg-type]


_TEXTS = frozenset({"plate", "event_id", "text", "alternatives", "reasons"})


def concealed(fields: dict[str, Any]) -> dict[str, Any]:
    """Give a record's fields as version 2 signs them, each text with a salt of its own; version 1 signs them as they are."""
    return fields if fields.get("version") == 1 else {name: _concealed(name, value) for name, value in fields.items()}


def _concealed(name: str, value: Any) -> Any:
    if isinstance(value, tuple | list):
        return tuple(_concealed(name, item) for item in value)
    if isinstance(value, dict) and name in {"plates", "readings"}:
        return concealed(value)
    return conceal(value, secrets.token_bytes(SALT_BYTES)) if name in _TEXTS and isinstance(value, str) else value


def picture_ref(sha256: str, size: int) -> MediaRef:
    """Name a picture of these bytes."""
    return MediaRef.model_validate({"role": "scene", "sha256": sha256, "media_type": "image/jpeg", "size": size})
