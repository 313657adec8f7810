"""A year of plausible traffic over some stations as signed records, the same for the same seed: what `bench.central_scale` loads.

As many vehicles are overloaded as the plan says, each with a picture from the front and one from the rear, of which there are a few that
all share. Verdicts come from the rule pack and signatures from a key of each station, so that central takes every record through all its
steps. Vehicles are drawn from patterns with their loads: the outcome of a pattern is worked out once, and a record then differs from it in
station, number, time, lane, speed and plate only, on none of which the outcome rests.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from contract.chain import GENESIS_SHA256
from contract.disclosures import SALT_BYTES, Disclosure
from contract.limits import Weighed, WeighedAxle, evaluate
from contract.media import MediaRef, MediaRole, sha256_hex
from contract.plates import PlateColour
from contract.records import AxleEntry, Clock, ClockState, CrossingEntry, Identity, Software, SupplementRecord, VehicleRecord
from contract.rules import rule_pack
from contract.signatures import PayloadType, key_id, pre_authentication_encoding
from contract.units import US_PER_HOUR, US_PER_S
from contract.vehicles import Body
from contract.verdicts import Bar, DecisionRule, Gate
from tests.central.review.office import photograph

WEEK_HOURS: Final = 7 * 24
PATTERNS_PER_KIND: Final = 60
"""Loads drawn of each kind of vehicle; with six kinds, 360 different weighings."""
UNREAD, UNSURE, LATE = 0.06, 0.03, 0.02
"""Shares of passages without a plate, with an uncertain one, and with one that a supplement brings."""
PASSAGES_PER_VEHICLE: Final = 25
PICTURES: Final = 6
"""Pairs of pictures in all."""
_LETTERS: Final = np.array(list("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of vehicle: axle groups, spacings in mm, share of the traffic, empty and full axle loads in kg, share that is overloaded."""

    code: str
    groups: tuple[int, ...]
    spacings_mm: tuple[int | None, ...]
    body: Body
    share: float
    empty_kg: tuple[int, ...]
    full_kg: tuple[int, ...]
    overloaded: float


KINDS: Final = (
    Kind("1+1", (1, 2), (None, 4_500), Body.RIGID, 0.34, (2_600, 2_400), (5_400, 10_600), 0.010),
    Kind("1+2", (1, 2, 2), (None, 4_300, 1_350), Body.RIGID, 0.12, (4_800, 3_000, 2_900), (6_600, 8_600, 8_500), 0.030),
    Kind(
        "2+2",
        (1, 1, 2, 2),
        (None, 1_900, 3_600, 1_350),
        Body.RIGID,
        0.08,
        (4_000, 3_800, 3_200, 3_100),
        (6_200, 6_000, 8_800, 8_700),
        0.050,
    ),
    Kind(
        "1+1+3",
        (1, 2, 3, 3, 3),
        (None, 3_500, 6_800, 1_310, 1_310),
        Body.COMBINATION,
        0.10,
        (5_200, 3_900, 2_200, 2_100, 2_100),
        (6_600, 10_600, 8_100, 8_000, 8_000),
        0.030,
    ),
    Kind(
        "1+2+2",
        (1, 2, 2, 3, 3),
        (None, 3_200, 1_350, 6_500, 1_320),
        Body.COMBINATION,
        0.06,
        (5_600, 3_300, 3_200, 2_600, 2_500),
        (6_700, 8_800, 8_700, 8_700, 8_600),
        0.040,
    ),
    Kind(
        "1+2+3",
        (1, 2, 2, 3, 3, 3),
        (None, 3_300, 1_350, 6_900, 1_310, 1_310),
        Body.COMBINATION,
        0.30,
        (5_800, 3_200, 3_100, 2_200, 2_100, 2_100),
        (6_800, 8_700, 8_600, 7_800, 7_700, 7_700),
        0.035,
    ),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is made: `records` vehicles, `cases` of them overloads, over `stations` stations, in the `days` before `until_us` (UTC, µs)."""

    seed: int
    stations: int
    records: int
    cases: int
    until_us: int
    days: int = 365
    road: str = "G"
    """First letter of the stations' ids."""
    crossings: bool = False
    """With the places of every wheel in the signal, as stations send them; without, a record is a third as large."""

    @property
    def station_ids(self) -> tuple[str, ...]:
        """Ids of the stations."""
        return tuple(f"{self.road}{100 + number}-K{7 * number + 3}" for number in range(self.stations))


def station_key(plan: Plan, number: int) -> Ed25519PrivateKey:
    """Give the key of a station: of this seed, and worth nothing outside a bench."""
    return Ed25519PrivateKey.from_private_bytes(np.random.default_rng([plan.seed, number]).bytes(32))


@cache
def plates(plan: Plan) -> NDArray[np.str_]:
    """Give the fleet's plates, each twice at most by chance."""
    rng = np.random.default_rng([plan.seed, 10_000])
    count = max(plan.records // PASSAGES_PER_VEHICLE, 20)
    drawn = rng.choice(_LETTERS, (count, 5))
    return np.array(["".join((head, *tail)) for head, tail in zip(rng.choice(["湘A", "湘F", "粤B", "鄂C"], count), drawn, strict=True)])


def _loads_kg(kind: Kind, rng: np.random.Generator) -> tuple[int, ...]:
    """Draw axle loads: empty, partly laden, full, or overloaded."""
    empty, full = np.array(kind.empty_kg), np.array(kind.full_kg)
    if rng.random() < kind.overloaded:
        loads = full * (1.08 + rng.exponential(0.18))
    else:
        loads = empty + (full - empty) * rng.choice([rng.uniform(0, 0.1), rng.uniform(0.3, 0.97)])
    return tuple(int(load) for load in loads * rng.normal(1, 0.015, len(loads)))


def _crossings(kind: Kind) -> tuple[CrossingEntry, ...]:
    """Give a crossing of each wheel over four rows."""
    return tuple(
        CrossingEntry(sensor=f"R{row}{side}", axle=axle, start=4_000 + 900 * axle + 200 * row, stop=4_040 + 900 * axle + 200 * row)
        for axle in range(1, len(kind.groups) + 1)
        for row in range(4)
        for side in "LR"
    )


@cache
def pictures() -> tuple[tuple[bytes, bytes], ...]:
    """Give the pairs of pictures, JPEG, front and rear."""
    return tuple((photograph(2 * number), photograph(2 * number + 1)) for number in range(PICTURES))


def _media(pair: int) -> list[dict[str, Any]]:
    """Name a pair of pictures as a record does."""
    roles = zip((MediaRole.FRONT, MediaRole.REAR), pictures()[pair], strict=True)
    refs = (MediaRef(role=role, sha256=sha256_hex(data), media_type="image/jpeg", size=len(data)) for role, data in roles)
    return [ref.model_dump(mode="json") for ref in refs]


def _pattern(kind: Kind, loads_kg: tuple[int, ...], gate: Gate | None, *, crossings: bool) -> dict[str, Any]:
    """Give a whole record of a vehicle, with its verdict, as JSON values."""
    pack = rule_pack("cn")
    gross = sum(loads_kg)
    axles = tuple(
        AxleEntry(load_kg=load, u_kg=load // 33, left_kg=load // 2, right_kg=load - load // 2, spacing_mm=spacing, group=group)
        for load, spacing, group in zip(loads_kg, kind.spacings_mm, kind.groups, strict=True)
    )
    weighed = Weighed(tuple(WeighedAxle(a.load_kg, a.u_kg, a.group, a.spacing_mm) for a in axles), kind.body, gross, gross // 50)
    barred = () if gate is None else (gate,)
    record = VehicleRecord(
        station="x",
        seq=1,
        prev_sha256=GENESIS_SHA256,
        lane=1,
        time_us=1,
        clock=Clock(state=ClockState.SYNCHRONISED, u_us=1_000),
        first_axle_sample=4_000,
        axles=axles,
        gross_kg=gross,
        gross_u_kg=gross // 50,
        speed_mm_s=20_000,
        speed_u_mm_s=200,
        acceleration_mm_s2=0,
        vehicle_class=kind.code,
        body=kind.body,
        class_confidence_ppm=960_000,
        crossings=_crossings(kind) if crossings else (),
        verdict=evaluate(pack, weighed, DecisionRule.EXPANDED_UNCERTAINTY, barred_by=barred),
        rules=Identity(id=pack.id, sha256=pack.sha256),
        software=Software(name="wim-edge", version="0.1.0", sha256="1" * 64),
        parameters_sha256="2" * 64,
        calibration=Identity(id="cal-1", sha256="3" * 64),
    )
    value: dict[str, Any] = record.model_dump(mode="json", by_alias=True)
    return value


@dataclass(frozen=True, slots=True)
class Patterns:
    """Weighings with a plate, without one, and with an uncertain one, in the same order."""

    read: list[dict[str, Any]]
    unread: list[dict[str, Any]]
    unsure: list[dict[str, Any]]
    weights: NDArray[np.float64]
    overload: NDArray[np.bool_]


@cache
def make_patterns(plan: Plan) -> Patterns:
    """Draw the weighings of all kinds."""
    rng = np.random.default_rng([plan.seed, 20_000])
    drawn = [(kind, _loads_kg(kind, rng)) for kind in KINDS for _ in range(PATTERNS_PER_KIND)]
    gates = (None, Gate(bar=Bar.NO_PLATE, detail="no plate"), Gate(bar=Bar.PLATE, detail="plate certainty 0.610; needed is 0.8"))
    read, unread, unsure = ([_pattern(kind, loads, gate, crossings=plan.crossings) for kind, loads in drawn] for gate in gates)
    weights = np.repeat([kind.share for kind in KINDS], PATTERNS_PER_KIND)
    overload = np.array([one["verdict"]["outcome"] == "overload" for one in read])
    return Patterns(read, unread, unsure, weights / weights.sum(), overload)


def _hour_weights(rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give a station's traffic over the 168 hours of the week, and by how much overloads are likelier in each: at night."""
    hour = np.arange(WEEK_HOURS) % 24
    weekend = np.arange(WEEK_HOURS) // 24 >= 5
    traffic = (0.35 + np.exp(-((hour - 10.5) ** 2) / 30) + 0.7 * np.exp(-((hour - 16) ** 2) / 12)) * np.where(weekend, 0.7, 1.0)
    night = 1 + rng.uniform(2.0, 6.0) * np.exp(-(((hour - rng.integers(1, 5) + 12) % 24 - 12) ** 2) / 5)
    return traffic, night


def _times_us(plan: Plan, traffic: NDArray[np.float64], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw sorted times of passage over the plan's days."""
    hours = plan.days * 24
    start_us = plan.until_us - hours * US_PER_HOUR
    first = (start_us // US_PER_HOUR + 8 + 3 * 24) % WEEK_HOURS  # local hours since a Monday; 1970-01-01 was a Thursday
    weights = traffic[(np.arange(hours) + first) % WEEK_HOURS]
    chosen = np.repeat(np.arange(hours), rng.multinomial(count, weights / weights.sum()))
    return np.sort(start_us + chosen * US_PER_HOUR + rng.integers(0, US_PER_HOUR, count))


def envelopes(plan: Plan, number: int) -> Iterator[bytes]:
    """Give a station's signed envelopes in order of their numbers: its share of the vehicles, and the supplements of late plates."""
    rng = np.random.default_rng([plan.seed, 30_000, number])
    count, overloads = _share(plan.records, number, plan), _share(plan.cases, number, plan)
    patterns, fleet, key = make_patterns(plan), plates(plan), station_key(plan, number)
    traffic, night = _hour_weights(rng)
    times = _times_us(plan, traffic, count, rng)
    week_hour = (times // US_PER_HOUR + 8 + 3 * 24) % WEEK_HOURS
    likely = night[week_hour] / night[week_hour].sum()
    chosen = rng.choice(len(patterns.weights), count, p=_among(patterns.weights, ~patterns.overload))
    over = rng.choice(count, overloads, replace=False, p=likely)
    chosen[over] = rng.choice(len(patterns.weights), overloads, p=_among(patterns.weights, patterns.overload))
    # A few vehicles pass, and are overloaded, far more often than the others.
    drivers = fleet[np.minimum((len(fleet) * rng.random(count) ** 2.5).astype(int), len(fleet) - 1)]
    luck, speeds, lanes = rng.random(count), rng.integers(12_000, 25_000, count), rng.integers(1, 4, count)
    chain, salts = _Chain(plan.station_ids[number], key), np.random.default_rng([plan.seed, 40_000, number])
    for index in range(count):
        time_us, plate = int(times[index]), str(drivers[index])
        fields: dict[str, Any] = {"time_us": time_us, "lane": int(lanes[index]), "speed_mm_s": int(speeds[index])}
        if patterns.overload[chosen[index]]:
            fields["media"] = _media(index % PICTURES)
        if luck[index] < UNREAD:
            yield chain.sign(patterns.unread[chosen[index]] | fields)
            if luck[index] < LATE:
                disclosures = [Disclosure(salt=salts.bytes(SALT_BYTES).hex(), text=text) for text in (f"e{chain.seq}", plate)]
                yield chain.sign(_supplement(chain, time_us + 20 * US_PER_S, *disclosures), *disclosures)
            continue
        unsure = luck[index] < UNREAD + UNSURE
        base = patterns.unsure[chosen[index]] if unsure else patterns.read[chosen[index]]
        certainty_ppm = 610_000 if unsure else 985_000
        disclosure = Disclosure(salt=salts.bytes(SALT_BYTES).hex(), text=plate)
        yield chain.sign(base | fields | {"plate": {"sha256": disclosure.sha256}, "plate_certainty_ppm": certainty_ppm}, disclosure)


def _share(whole: int, number: int, plan: Plan) -> int:
    """Give how many of a whole fall to a station."""
    return whole // plan.stations + (number < whole % plan.stations)


def _among(weights: NDArray[np.float64], kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give the weights of those that are kept, with the sum 1."""
    return np.where(kept, weights, 0) / weights[kept].sum()


class _Chain:
    """A station's chain; what is signed is canonical because keys are sorted and all are ASCII (see `contract.canonical`)."""

    def __init__(self, station: str, key: Ed25519PrivateKey) -> None:
        self.station, self.seq, self.last = station, 0, GENESIS_SHA256
        self._key = key
        self._key_id = key_id(key.public_key())

    def sign(self, record: dict[str, Any], *disclosures: Disclosure) -> bytes:
        self.seq += 1
        linked = record | {"station": self.station, "seq": self.seq, "prev_sha256": self.last}
        payload = json.dumps(linked, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        self.last = sha256_hex(payload)
        signature = base64.b64encode(self._key.sign(pre_authentication_encoding(PayloadType.RECORD, payload))).decode()
        return json.dumps(
            {
                "payload": base64.b64encode(payload).decode(),
                "payloadType": PayloadType.RECORD,
                "signatures": [{"keyid": self._key_id, "sig": signature}],
                "disclosures": [{"salt": one.salt, "text": one.text} for one in disclosures],
            },
            separators=(",", ":"),
        ).encode()


def _supplement(chain: _Chain, time_us: int, event: Disclosure, plate: Disclosure) -> dict[str, Any]:
    read: dict[str, Any] = {
        "camera": "c1",
        "event_id": {"sha256": event.sha256},
        "time_us": time_us,
        "text": {"sha256": plate.sha256},
        "confidence_ppm": 900_000,
        "colour": PlateColour.YELLOW,
        "facing": "front",
        "certainty_ppm": 940_000,
        "residual_us": 0,
    }
    late = SupplementRecord.model_validate(
        {
            "station": chain.station,
            "seq": chain.seq + 1,
            "prev_sha256": chain.last,
            "time_us": time_us,
            "of_seq": chain.seq,
            "of_sha256": chain.last,
            "plates": (read,),
        }
    )
    value: dict[str, Any] = late.model_dump(mode="json", by_alias=True)
    return value
