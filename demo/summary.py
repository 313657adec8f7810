"""The closing summary: what drove, what was recorded, what verified, and whether all of that agrees."""

from collections import Counter

import numpy as np
from pydantic import BaseModel, ConfigDict

from contract.units import US_PER_S
from demo.comparison import Agreement, Comparison, Pair, PlateMatch
from demo.truth import Playback


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Stored(_Part):
    """What `wim-central verify` says of the station, and how many messages central holds in quarantine."""

    records: int
    vehicles: int
    verified: int
    chain: str
    blobs_missing: int
    quarantine: int

    @property
    def verified_vehicles(self) -> int:
        """At least so many vehicles' own records verified; the other records are supplements, for what came later."""
        return max(0, self.vehicles - (self.records - self.verified))


class Latency(_Part):
    """From the last axle on the last load sensor to the record's durable commit in central, s of the wall clock."""

    median_s: float
    max_s: float


class GrossError(_Part):
    """Relative errors of the gross weight, per cent."""

    mean_percent: float
    p95_abs_percent: float
    max_abs_percent: float


class Disagreement(_Part):
    """One vehicle whose record differs from the truth on whether it was overloaded."""

    vehicle: int
    seq: int
    plate: str
    kind: str
    true_gross_kg: int
    true_limit_kg: int
    gross_kg: int
    gross_u_kg: int
    outcome: str
    judged: Agreement


class Summary(_Part):
    """All of it; `failures` is empty where everything holds."""

    driven: int
    recorded: int
    last_seq: int
    waiting: int
    stored: Stored
    missed: tuple[int, ...]
    invented: tuple[int, ...]
    overloads_true: int
    overloads_recorded: int
    disagreements: tuple[Disagreement, ...]
    plates: dict[PlateMatch, int]
    gross_error: GrossError | None
    latency: Latency | None
    first_vehicle_s: float | None
    """From the start of the first process to the first record in central."""
    restarts: dict[str, int]
    faults: dict[str, int]
    failures: tuple[str, ...]


def summarise(
    comparison: Comparison,
    stored: Stored,
    *,
    health: dict[str, object],
    restarts: dict[str, int],
    playback: Playback,
    last_sensor_m: float,
    started_us: int,
) -> Summary:
    """Put it together.

    Parameters
    ----------
    comparison
        Vehicles against records.
    stored
        Central's own verification.
    health
        The edge's ``/health``.
    restarts
        By program.
    playback
        How the road was played.
    last_sensor_m
        Position of the last load sensor, from which latency counts.
    started_us
        When the first process was started, UTC.
    """
    pairs = comparison.pairs
    driven = len(pairs) + len(comparison.missed)
    draft = Summary(
        driven=driven,
        recorded=len(pairs) + len(comparison.invented),
        last_seq=_whole(health, "last_seq"),
        waiting=_whole(health, "waiting"),
        stored=stored,
        missed=tuple(vehicle.number for vehicle in comparison.missed),
        invented=tuple(each.record.seq for each in comparison.invented),
        overloads_true=sum(pair.driven.overloaded for pair in pairs) + sum(vehicle.overloaded for vehicle in comparison.missed),
        overloads_recorded=sum(pair.recorded.record.verdict.outcome == "overload" for pair in pairs),
        disagreements=tuple(_disagreement(pair) for pair in pairs if pair.agreement is not Agreement.RIGHT),
        plates=dict(Counter(pair.plate for pair in pairs)),
        gross_error=_gross_error(pairs),
        latency=_latency(pairs, last_sensor_m, playback.speedup),
        first_vehicle_s=_first_vehicle(pairs, started_us),
        restarts=restarts,
        faults=_faults(health),
        failures=(),
    )
    return draft.model_copy(update={"failures": tuple(_failures(draft))})


def _failures(summary: Summary) -> list[str]:
    """Name every equality that does not hold."""
    stored = summary.stored
    wrong = [each for each in summary.disagreements if each.judged is Agreement.WRONG]
    checks = {
        f"vehicles without a record: {summary.missed}": not summary.missed,
        f"records without a vehicle, seq: {summary.invented}": not summary.invented,
        f"{summary.driven} driven, {stored.vehicles} stored": summary.driven == stored.vehicles,
        f"the station's last record is {summary.last_seq}, {stored.records} are stored": summary.last_seq == stored.records,
        f"{stored.records} stored, {stored.verified} verified": stored.records == stored.verified,
        f"the chain is {stored.chain}": stored.chain == "unbroken",
        f"{stored.blobs_missing} pictures and captures are missing in central": stored.blobs_missing == 0,
        f"{stored.quarantine} in quarantine": stored.quarantine == 0,
        f"{summary.waiting} still wait in the station": summary.waiting == 0,
        f"overload verdicts that are wrong: {len(wrong)}": not wrong,
    }
    return [text for text, holds in checks.items() if not holds]


def _disagreement(pair: Pair) -> Disagreement:
    record, driven = pair.recorded.record, pair.driven
    return Disagreement(
        vehicle=driven.number,
        seq=record.seq,
        plate=driven.plate,
        kind=driven.kind,
        true_gross_kg=round(driven.gvw_kg),
        true_limit_kg=round(driven.limit_kg),
        gross_kg=record.gross_kg,
        gross_u_kg=record.gross_u_kg,
        outcome=record.verdict.outcome,
        judged=pair.agreement,
    )


def _gross_error(pairs: tuple[Pair, ...]) -> GrossError | None:
    if not pairs:
        return None
    percent = 100 * np.array([pair.gross_error for pair in pairs])
    size = np.abs(percent)
    return GrossError(
        mean_percent=round(float(percent.mean()), 2),
        p95_abs_percent=round(float(np.percentile(size, 95)), 2),
        max_abs_percent=round(float(size.max()), 2),
    )


def _latency(pairs: tuple[Pair, ...], last_sensor_m: float, speedup: float) -> Latency | None:
    if not pairs:
        return None
    seconds = [(pair.recorded.received_us - pair.driven.last_axle_utc_us(last_sensor_m, speedup)) / US_PER_S for pair in pairs]
    return Latency(median_s=round(float(np.median(seconds)), 2), max_s=round(max(seconds), 2))


def _first_vehicle(pairs: tuple[Pair, ...], started_us: int) -> float | None:
    if not pairs:
        return None
    return round((min(pair.recorded.received_us for pair in pairs) - started_us) / US_PER_S, 1)


def _whole(health: dict[str, object], key: str) -> int:
    value = health.get(key)
    return value if isinstance(value, int) else -1


def _faults(health: dict[str, object]) -> dict[str, int]:
    faults = health.get("faults")
    return faults if isinstance(faults, dict) else {}
