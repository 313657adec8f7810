"""Let a site learn from its own traffic: the road, how rows differ, and how sensors follow the temperature.

Reference vehicles are few and traffic is endless, but nobody knows its weights. What it teaches without them:

* the **road**, from how rows differ for each vehicle, together with the runs of the calibration (`calibration.road_fit`): it tells what all
  rows read too much of a vehicle, which rows against one another do not show by themselves;
* the sensors' common **temperature** coefficient, from the steering axles of semi-trailers' tractors: most of their load is the engine and
  the cab, so that their reading, once the cargo's share is taken off, scatters by some 4 % about one value, and thousands of them show its
  course over temperature.

The result is a calibration of its own that names the one it rests on. It cannot exist if it departs from it further than the stated bound
for the reference vehicles, and the edge uses it only if it is signed by a key that the station trusts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.history import Passage
from calibration.model import Calibration, SiteLearning
from calibration.road_fit import Passed, learn_road
from calibration.speed import readings_of
from calibration.steering import common_temperature
from calibration.told import told
from contract.faults import RejectError
from contract.station import Lane

LEAST_VEHICLES: Final = 300
"""Fewest usable vehicles of a history: a day of a quiet road."""

ALIKE: Final = 0.1
"""Standard deviation of the logarithm of speed among vehicles that are compared with a run."""

DISAGREEMENT: Final = 3.0
"""Runs and traffic disagree when the rows' differences lie further apart than this many standard deviations, root mean square."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Traffic:
    """Vehicles that every sensor weighed, with their calibrated loads: (axles, rows) in kg for each."""

    passages: Sequence[Passage]
    tables: Sequence[NDArray[np.float64]]


def learn_site(
    lane: Lane,
    calibration: Calibration,
    history: Sequence[Passage],
    *,
    name: str,
    created: datetime,
    history_sha256: str,
    bound: float,
    progress: Progress,
) -> Calibration:
    """Learn a site from its traffic and give the calibration with what was learnt.

    Parameters
    ----------
    lane, calibration
        The lane, and the calibration that stays the anchor.
    history
        Vehicles of the lane with nominal constants.
    name, created, history_sha256
        Of the new calibration and of what it was learnt from.
    bound
        Largest departure from the calibration in the mean gross weight of its reference vehicles at any speed.
    progress
        Told after each step how many are done of how many.

    Raises
    ------
    RejectError
        If there are too few vehicles, the lane has one row only, the calibration does not hold its runs' axles, traffic contradicts it, or
        what was learnt departs further than `bound`.
    """
    _check_teachable(lane, calibration)
    traffic = _traffic(lane, calibration, history)
    _check_agreement(calibration, traffic)
    per_k = common_temperature(zip(traffic.passages, traffic.tables, strict=True))
    rows_m = np.array([np.mean([sensor.position_m for sensor in row]) for row in lane.weighing_rows])
    passed = [Passed(one.behind_m, one.speed_kmh, table) for one, table in zip(traffic.passages, traffic.tables, strict=True)]
    road = learn_road(rows_m, calibration.runs, passed, progress)
    times = [passage.time_s for passage in traffic.passages]
    site = SiteLearning(
        based_on=calibration.id,
        based_on_sha256=calibration.digest(),
        bound=bound,
        vehicles=len(times),
        span_s=round(max(times) - min(times), 1),
        history_sha256=history_sha256,
        road=road,
    )
    departure = site.departure(calibration.runs, calibration.speed)
    if departure > bound:
        what = told(
            "departs by %(departure)s %% from calibration %(id)s for its reference vehicles, %(bound)s %% is "
            "allowed; look at the sensors and calibrate again",
            departure=f"{100 * departure:.2f}",
            id=calibration.id,
            bound=f"{100 * bound:.2f}",
        )
        raise RejectError("site-departs", name, what)
    sensors = {key: sensor.model_copy(update={"per_k": round(per_k, 7)}) for key, sensor in calibration.sensors.items()}
    return Calibration.model_validate(calibration.model_dump() | {"id": name, "created": created, "sensors": sensors, "site": site})


def _check_teachable(lane: Lane, calibration: Calibration) -> None:
    """Refuse what no traffic can teach."""
    if calibration.site is not None:
        what = told(
            "has itself been learnt from %(based_on)s; learn from the calibration that was fitted to reference vehicles",
            based_on=calibration.site.based_on,
        )
        raise RejectError("site-of-a-site", calibration.id, what)
    if len(lane.weighing_rows) < 2:
        raise RejectError(
            "site-one-row",
            told("lane %(id)s", id=lane.id),
            told("has one row of sensors; a road shows only in how rows differ, two are needed"),
        )
    if not any(run.whole for run in calibration.runs):
        what = told("does not hold what each axle of its runs read; fit it again with wim-calibration fit")
        raise RejectError("site-without-axles", calibration.id, what)


def _traffic(lane: Lane, calibration: Calibration, history: Sequence[Passage]) -> _Traffic:
    """Apply the gains; vehicles that a sensor did not weigh, or with a load of nothing, are left out."""
    order = [sensor.name for sensor in lane.weighing_sensors]
    gains = np.array([calibration.sensors[name].gain for name in order])
    rows = [[order.index(sensor.name) for sensor in row] for row in lane.weighing_rows]
    kept, tables = [], []
    for passage in history:
        loads = passage.nominal_kg * gains
        table = np.stack([loads[:, row].sum(axis=1) for row in rows], axis=1)
        if np.isfinite(table).all() and table.min() > 0 and passage.speed_kmh > 0:
            kept.append(passage)
            tables.append(table)
    if len(kept) < LEAST_VEHICLES:
        what = told(
            "holds %(n)s vehicles that every sensor weighed; at least %(least_vehicles)s are needed, better a week's traffic",
            n=len(kept),
            least_vehicles=LEAST_VEHICLES,
        )
        raise RejectError("history-short", told("history"), what)
    return _Traffic(kept, tables)


def _check_agreement(calibration: Calibration, traffic: _Traffic) -> None:
    """Refuse traffic whose rows differ otherwise than the runs' did: a sensor has changed in between."""
    runs = readings_of(calibration.runs)
    place = np.log([passage.speed_kmh for passage in traffic.passages])
    rows_kg = np.array([table.sum(axis=0) for table in traffic.tables])
    mean_kg = rows_kg.mean(axis=1)
    contrast = rows_kg / mean_kg[:, None] - 1.0
    weight = np.exp(-0.5 * ((runs.place[:, None] - place) / ALIKE) ** 2) * mean_kg + 1e-9  # heavy vehicles swing less
    seen = weight @ contrast / weight.sum(axis=1, keepdims=True)
    apart = (runs.errors - runs.errors.mean(axis=1, keepdims=True) - seen).mean(axis=0)
    allowed = DISAGREEMENT * float(np.sqrt(np.mean(runs.row_sd**2))) / np.sqrt(len(set(runs.vehicle)))
    worst = int(np.abs(apart).argmax())
    if abs(apart[worst]) > allowed:
        what = told(
            "row %(row)s reads %(apart)s %% against the other rows since calibration %(id)s, %(allowed)s "
            "%% is explained by vehicles; look at its sensors and calibrate again",
            row=worst + 1,
            apart=f"{100 * -apart[worst]:+.2f}",
            id=calibration.id,
            allowed=f"{100 * allowed:.2f}",
        )
        raise RejectError("site-contradicts", told("history"), what)
