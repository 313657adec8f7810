"""Fills the sums of the analysis as ingest does, for far more passages than could be signed and verified in a bench's time.

Each passage is counted by `Tally.passage`, each held plate of an overload by `Tally.plate`, and a station's part is written by
`Tally.write`: the very code of ingest, so that the tables hold what they would hold. What comes before it is left out: the passages are
drawn from the weighings of `bench.central_fleet`, none is signed, verified or stored. Overloads alone get a bare row of a record, its
leaf in the log, and the row of a case in some state, because the analysis counts the cases by how they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from sqlalchemy import func, insert, select

from bench.central_fleet import UNREAD, UNSURE, WEEK_HOURS, Plan, make_patterns, plates, station_key
from central.analysis.carriers import replace_carriers
from central.evidence.accounts.groups import set_group
from central.evidence.aggregates.calendar import Moment
from central.evidence.aggregates.passage import Passage, PlateState
from central.evidence.aggregates.tally import Tally
from central.evidence.database import Database
from central.evidence.journal import SERVICE
from central.evidence.log.leaves import log_records
from central.evidence.models import Case, ChainState, Record, ScreeningCursor
from central.review.gates import Checklist
from central.review.workflow import State
from contract.canonical import canonical_bytes
from contract.log.leaves import RecordLeaf
from contract.media import sha256_hex
from contract.records import VehicleRecord
from contract.signatures import key_id
from contract.units import US_PER_HOUR

GROUP: Final = "north"
"""Station group that holds every third station."""
CARRIERS: Final = 3_000
KNOWN: Final = 0.6
"""Share of the fleet whose carrier is in the register."""
UNSIGNED: Final = b"{}"
"""Stands where the bytes of a signed record would."""
ENDS: Final = (
    (State.CLOSED, "penalty", 0.40),
    (State.CLOSED, "warning", 0.15),
    (State.CLOSED, "no-action", 0.05),
    (State.DISMISSED, None, 0.15),
    (State.SCREENED, None, 0.10),
    (State.BARRED, None, 0.15),
)
"""Where cases stand, with the outcome, and which share of them."""


@dataclass(frozen=True, slots=True)
class Weighings:
    """The weighings of the fleet as the sums count them, by how the plate was read; which are overloads, and how frequent each is."""

    by_plate: tuple[tuple[Passage, ...], ...]
    overload: NDArray[np.bool_]
    weights: NDArray[np.float64]


@cache
def weighings(plan: Plan) -> Weighings:
    """Take what counts from each record of the fleet."""
    found = make_patterns(plan)
    by_plate = tuple(
        tuple(_counted(VehicleRecord.model_validate(one), state) for one in records)
        for state, records in (
            (PlateState.READ, found.read),
            (PlateState.UNREAD, found.unread),
            (PlateState.UNSURE, found.unsure),
        )
    )
    return Weighings(by_plate, found.overload, found.weights)


def _counted(record: VehicleRecord, state: PlateState) -> Passage:
    return replace(Passage.of(record, enforceable=record.verdict.enforceable), plate_state=state)


def fill_sums(database: Database, plan: Plan) -> None:
    """Fill the sums, the cases, a register of carriers and a station group; the plan's stations are enrolled."""
    for number in track(range(plan.stations), "counting passages", transient=True):
        _fill_station(database, plan, number)
    rng = np.random.default_rng([plan.seed, 60_000])
    fleet = np.unique(plates(plan))
    known = fleet[rng.random(len(fleet)) < KNOWN]
    names = np.minimum(rng.zipf(1.3, len(known)), CARRIERS)
    register = {str(plate): f"第{name}运输公司" for plate, name in zip(known, names, strict=True)}
    with database.write() as session:
        replace_carriers(session, SERVICE, register, plan.until_us)
        set_group(session, SERVICE, GROUP, frozenset(plan.station_ids[::3]), plan.until_us)
        last = session.scalar(select(func.max(Record.id))) or 0
        session.merge(ScreeningCursor(id=1, record_id=last))


def _fill_station(database: Database, plan: Plan, number: int) -> None:
    station, tally = plan.station_ids[number], Tally()
    rows: list[dict[str, Any]] = []
    fleet = plates(plan)
    for seq, passed in enumerate(_passages(plan, number), 1):
        tally.record(station, seq, passed.time_us)
        tally.passage(passed.passage)
        if not passed.passage.overload:
            continue
        plate = None if passed.passage.plate_state is PlateState.UNREAD else str(fleet[passed.driver])
        if plate is not None:
            tally.plate(station, passed.time_us, plate, passed.passage.over_kg)
        rows.append({"station": station, "seq": seq, "time_us": passed.time_us, "plate": plate, "over_kg": passed.passage.over_kg})
    with database.write() as session:
        tally.write(session)
        first = (session.scalar(select(func.max(Record.id))) or 0) + 1
        identity = key_id(station_key(plan, number).public_key())
        session.execute(insert(Record), [_record(first + index, row, identity) for index, row in enumerate(rows)])
        log_records(session, [(first + index, _leaf(row)) for index, row in enumerate(rows)])
        rng = np.random.default_rng([plan.seed, 70_000, number])
        ends = rng.choice(len(ENDS), len(rows), p=[share for *_, share in ENDS])
        session.execute(insert(Case), [_case(first + index, row, int(ends[index])) for index, row in enumerate(rows)])


@dataclass(frozen=True, slots=True)
class Passed:
    """One passage, when it was, and whose of the fleet."""

    passage: Passage
    time_us: int
    driver: int


def _passages(plan: Plan, number: int) -> Iterator[Passed]:
    """Draw a station's passages: more by day than by night, and of overloads the other way round."""
    rng = np.random.default_rng([plan.seed, 30_000, number])
    count, overloads = (whole // plan.stations + (number < whole % plan.stations) for whole in (plan.records, plan.cases))
    hour_of_week = np.arange(WEEK_HOURS) % 24
    traffic = 0.35 + np.exp(-((hour_of_week - rng.uniform(9, 13)) ** 2) / 40)
    night = 1 + rng.uniform(2, 6) * np.exp(-((hour_of_week - rng.integers(1, 5)) ** 2) / 5)
    found, fleet = weighings(plan), len(plates(plan))
    over = np.zeros(count, bool)
    over[:overloads] = True
    hours = np.concatenate([_hours(plan, weights, amount, rng) for weights, amount in ((night, overloads), (traffic, count - overloads))])
    times = hours * US_PER_HOUR + rng.integers(0, US_PER_HOUR, count)
    kinds = np.where(over, _kinds(found, found.overload, count, rng), _kinds(found, ~found.overload, count, rng))
    # A few vehicles pass, and are overloaded, far more often than the others.
    drivers = np.minimum((fleet * rng.random(count) ** 2.5).astype(int), fleet - 1)
    states = np.digitize(rng.random(count), [1 - UNREAD - UNSURE, 1 - UNSURE])
    station, moments = plan.station_ids[number], dict[int, Moment]()
    for index in np.argsort(times):
        hour = int(hours[index])
        at = moments.get(hour) or moments.setdefault(hour, Moment.of(int(times[index])))
        passage = replace(found.by_plate[states[index]][kinds[index]], station=station, at=at)
        yield Passed(passage, int(times[index]), int(drivers[index]))


def _hours(plan: Plan, week: NDArray[np.float64], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw hours since 1970 (UTC), of the plan's days, by the weights of the local week's hours."""
    hours = plan.until_us // US_PER_HOUR - plan.days * 24 + np.arange(plan.days * 24)
    weights = week[(hours + 8 + 3 * 24) % WEEK_HOURS]  # 1970-01-01 was a Thursday
    return np.repeat(hours, rng.multinomial(count, weights / weights.sum()))


def _kinds(found: Weighings, among: NDArray[np.bool_], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return rng.choice(len(among), count, p=np.where(among, found.weights, 0) / found.weights[among].sum())


def _record(identity: int, row: dict[str, Any], key: str) -> dict[str, Any]:
    """Give the bare row of a record: nothing in it was signed."""
    return {
        "id": identity,
        "station": row["station"],
        "seq": row["seq"],
        "sha256": sha256_hex(UNSIGNED),
        "prev_sha256": "0" * 64,
        "type": "vehicle",
        "time_us": row["time_us"],
        "received_us": row["time_us"],
        "key_id": key,
        "chain": ChainState.LINKED.value,
        "payload": UNSIGNED,
        "envelope": UNSIGNED,
    }


def _leaf(row: dict[str, Any]) -> RecordLeaf:
    """Give the row's leaf: central serves nothing that is stored and not in its log."""
    return RecordLeaf(station=row["station"], seq=row["seq"], sha256=sha256_hex(UNSIGNED), logged_us=row["time_us"])


def _case(record_id: int, row: dict[str, Any], end: int) -> dict[str, Any]:
    state, outcome, _ = ENDS[end]
    return row | {
        "record_id": record_id,
        "over_ppm": 100_000,
        "state": state.value,
        "version": 1,
        "opened_us": row["time_us"],
        "entered_us": row["time_us"],
        "gates": canonical_bytes(Checklist()),
        "cleared": state is not State.BARRED,
        "screened_us": row["time_us"],
        "screening_wanted": 1,
        "screening_done": 1,
        "major": False,
        "outcome": outcome,
    }
