"""What a site's own traffic teaches: how its rows err at each speed, how its sensors follow the temperature, how its vehicles deviate.

Reference vehicles are few and run at a few speeds; traffic is endless but unlabelled. Four things in it need no label:

* how each row reads against the mean of rows at each speed: thousands of vehicles tell it to some hundredths of a percent, for the
  mixture of vehicles that the station will weigh, not for three reference trucks;
* the steering axle of a semi-trailer's tractor: engine and cab make most of its load, so that its reading, once the cargo's share is taken
  off, scatters by some 4 % about one value; thousands of them show how the mean of rows errs over speed and with temperature. They never
  decide alone: they enter with the runs of the reference vehicles, as readings of a function that is only similar to that of the
  gross weight (`LIKENESS`);
* how one vehicle's readings scatter about the site's mean, over rows and axles: size, body frequency, damping (`calibration.disturbance`);
* whether all of this still agrees with the calibration. Where it does not, nothing is learnt and the scale is to be calibrated again.

The result is a calibration of its own with an id and a digest. It names the one it rests on and may not depart from it by more than `bound`
at the speeds that were calibrated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.deviations import PRIOR_SD, Weighed, learn_disturbance, weighed
from calibration.disturbance import Disturbance, gross_sd
from calibration.history import Passage
from calibration.model import Calibration, SiteLearning
from calibration.process import Part, correlation, learn
from calibration.speed import (
    CONSTANT_U,
    LENGTH,
    RUN_AMPLITUDES,
    SITE_AMPLITUDES,
    knots_kmh,
    readings_of,
    vehicle_part,
    written,
)
from calibration.steering import cargo_line, semi_trailer
from contract.faults import RejectError
from contract.station import Lane

LEAST_VEHICLES: Final = 500
"""Fewer vehicles cannot tell rows apart at each speed better than the reference runs do."""

BINS: Final = 60
LEAST_IN_BIN: Final = 5

BIN_FLOOR_U: Final = 0.0003
"""What no number of vehicles averages out: the mixture of vehicles changes from one speed to the next."""

ABOUT_AMPLITUDES: Final = (0.01, 0.02, 0.03, 0.05)

LIKENESS: Final = 0.5
"""Standard deviation of how the steering axle's error departs from that of the gross weight, over the amplitude of the latter."""

TEMPERATURE_U_PER_K: Final = 0.0003
"""Prior of the sensors' common temperature coefficient."""

SAMPLE: Final = 150
"""Vehicles from which the deviations are learnt: their parameters are then known to a tenth."""

DISAGREEMENT: Final = 3.0
"""Runs and traffic disagree when the rows' differences lie further apart than this many standard deviations, root mean square."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Traffic:
    """Vehicles with calibrated loads: `table` (axles, rows) per vehicle in kg; arrays (n,) of log speed, temperature, gross weight."""

    passages: Sequence[Passage]
    tables: Sequence[NDArray[np.float64]]
    place: NDArray[np.float64]
    pavement_c: NDArray[np.float64]
    rows_kg: NDArray[np.float64]

    @property
    def gross_kg(self) -> NDArray[np.float64]:
        return np.asarray(self.rows_kg.mean(axis=1))

    @property
    def contrast(self) -> NDArray[np.float64]:
        """(n, rows) logarithm of each row's gross weight about the mean of rows."""
        logs = np.log(self.rows_kg)
        return np.asarray(logs - logs.mean(axis=1, keepdims=True))


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
        Largest departure of the mean of rows from the calibration's at the speeds of its runs.
    progress
        Told after each step how many are done of how many.

    Raises
    ------
    RejectError
        If there are too few vehicles, traffic contradicts the calibration, or what was learnt departs further than `bound`.
    """
    if calibration.site is not None:
        what = f"has itself been learnt from {calibration.site.based_on}; learn from the calibration that was fitted to reference vehicles"
        raise RejectError("site-of-a-site", calibration.id, what)
    traffic = _traffic(lane, calibration, history)
    readings = readings_of(calibration.runs)
    knots = knots_kmh(readings)
    progress(1, 4)
    about, row_u = _about(traffic, np.log(knots))
    _check_agreement(calibration, np.log(knots), about)
    progress(2, 4)
    common, mean_u, per_k = _common(calibration, traffic, np.log(knots))
    speed = written(knots, common, mean_u, about, row_u)
    progress(3, 4)
    sample = _sample(lane, traffic)
    disturbance = _no_smaller(learn_disturbance(sample, speed, calibration.disturbance, PRIOR_SD), calibration.disturbance, sample)
    progress(4, 4)
    sensors = {key: sensor.model_copy(update={"per_k": round(per_k, 7)}) for key, sensor in calibration.sensors.items()}
    times = [passage.time_s for passage in traffic.passages]
    site = SiteLearning(
        based_on=calibration.id,
        based_on_sha256=calibration.digest(),
        base=calibration.speed,
        bound=bound,
        vehicles=len(times),
        span_s=round(max(times) - min(times), 1),
        history_sha256=history_sha256,
    )
    departure = site.departure(speed, calibration.speed_min_kmh, calibration.speed_max_kmh)
    if departure > bound:
        what = (
            f"departs by {100 * departure:.2f} % from calibration {calibration.id} at calibrated speeds, {100 * bound:.2f} % is allowed; "
            "look at the sensors and calibrate again"
        )
        raise RejectError("site-departs", name, what)
    return Calibration.model_validate(
        calibration.model_dump()
        | {"id": name, "created": created, "sensors": sensors, "speed": speed, "disturbance": disturbance, "site": site}
    )


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
        what = f"holds {len(kept)} vehicles that every sensor weighed; at least {LEAST_VEHICLES} are needed, better a week's traffic"
        raise RejectError("history-short", "history", what)
    return _Traffic(
        kept,
        tables,
        np.log([passage.speed_kmh for passage in kept]),
        np.array([passage.pavement_c for passage in kept]),
        np.array([table.sum(axis=0) for table in tables]),
    )


def _bins(place: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Give the vehicles of each class of speed, as indices, classes with too few left out."""
    borders = np.linspace(place.min(), place.max() + 1e-9, BINS + 1)
    of = np.digitize(place, borders) - 1
    members = [np.flatnonzero(of == number) for number in range(BINS)]
    return [member for member in members if member.size >= LEAST_IN_BIN]


def _about(traffic: _Traffic, at: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give each row about the mean of rows at the knots, (knots, rows), and its standard uncertainty; heavier vehicles count more."""
    contrast, gross_kg = traffic.contrast, traffic.gross_kg
    places, values, noise = [], [], []
    for members in _bins(traffic.place):
        weight = gross_kg[members] / gross_kg[members].sum()
        places.append(float(weight @ traffic.place[members]))
        values.append(weight @ contrast[members])
        noise.append(float((weight**2).sum() * contrast[members].var(axis=0).mean()) + BIN_FLOOR_U**2)
    place = np.array(places)
    found = learn(
        np.array(values),
        wanted=Part(ABOUT_AMPLITUDES, correlation(place, place, LENGTH)),
        cross=correlation(at, place, LENGTH),
        others=(),
        fixed=np.diag(noise) + CONSTANT_U**2,
        fixed_cross=np.full((at.size, place.size), CONSTANT_U**2),
    )
    return found.mean, found.u


def _check_agreement(calibration: Calibration, at: NDArray[np.float64], about: NDArray[np.float64]) -> None:
    """Refuse traffic whose rows differ otherwise than the runs' did: a sensor has changed in between."""
    readings = readings_of(calibration.runs)
    said = readings.errors - readings.errors.mean(axis=1, keepdims=True)
    seen = np.stack([np.interp(readings.place, at, row) for row in about.T], axis=1)
    apart = (said - seen).mean(axis=0)
    spread = calibration.disturbance
    allowed = DISAGREEMENT * float(np.hypot(spread.body, spread.profile)) / np.sqrt(len(set(readings.vehicle)))
    worst = int(np.abs(apart).argmax())
    if abs(apart[worst]) > allowed:
        what = (
            f"row {worst + 1} reads {100 * -apart[worst]:+.2f} % against the other rows since calibration {calibration.id}, "
            f"{100 * allowed:.2f} % is explained by vehicles; look at its sensors and calibrate again"
        )
        raise RejectError("site-contradicts", "history", what)


def _common(calibration: Calibration, traffic: _Traffic, at: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Give the mean of rows at the knots with its standard uncertainty, and the temperature coefficient, from runs and steering axles."""
    runs = readings_of(calibration.runs)
    steering = _steering(traffic)
    place = np.concatenate((runs.place, steering.place))
    of_runs = np.arange(place.size) < runs.place.size
    values = np.concatenate((runs.errors.mean(axis=1), steering.residual))
    share = np.where(of_runs, 1.0, 1.0 - steering.slope)
    names = np.concatenate((runs.vehicle, np.full(steering.place.size, "")))
    vehicle_sd = np.concatenate((runs.mean_sd, np.zeros(steering.place.size)))
    near = correlation(place, place, LENGTH)
    refs = np.outer(~of_runs, ~of_runs)
    both = np.outer(of_runs, of_runs)
    base_c = calibration.pavement_c if calibration.pavement_c is not None else float(np.nanmean(traffic.pavement_c))
    warm = np.nan_to_num(np.concatenate((np.zeros(runs.place.size), steering.pavement_c - base_c)))
    fixed = np.diag(np.concatenate((np.zeros(runs.place.size), steering.variance)))
    fixed = fixed + CONSTANT_U**2 * both + steering.residual_sd**2 * refs + TEMPERATURE_U_PER_K**2 * np.outer(warm, warm)
    found = learn(
        values[:, None],
        wanted=Part(SITE_AMPLITUDES, np.outer(share, share) * near + LIKENESS**2 * refs * near),
        cross=share * correlation(at, place, LENGTH),
        others=(vehicle_part(place, names, vehicle_sd), Part(RUN_AMPLITUDES, np.diag(of_runs.astype(float)))),
        fixed=fixed,
        fixed_cross=np.broadcast_to(CONSTANT_U**2 * of_runs, (at.size, place.size)),
    )
    per_k = float(TEMPERATURE_U_PER_K**2 * warm @ found.weights[:, 0])
    return found.mean[:, 0], found.u, per_k


@dataclass(frozen=True)
class _Steering:
    """Steering axles by class of speed: (bins,) place, residual of the mean of rows, its variance, mean pavement temperature."""

    place: NDArray[np.float64]
    residual: NDArray[np.float64]
    variance: NDArray[np.float64]
    pavement_c: NDArray[np.float64]
    slope: float
    residual_sd: float


def _steering(traffic: _Traffic) -> _Steering:
    """Give what the steering axles of semi-trailers' tractors read, the cargo's share taken off by a line per configuration."""
    kinds: dict[tuple[int, ...], list[int]] = {}
    for index, (passage, table) in enumerate(zip(traffic.passages, traffic.tables, strict=True)):
        kind = semi_trailer(passage.behind_m, float(table[0].mean()), float(table.mean(axis=1).sum()))
        if kind is not None:
            kinds.setdefault(kind, []).append(index)
    members: list[int] = []
    residuals: list[float] = []
    slopes: list[float] = []
    for indices in kinds.values():
        load = np.log([traffic.tables[index][0].mean() for index in indices])
        gross = np.log(traffic.gross_kg[indices])
        if load.size < LEAST_VEHICLES // 10:
            continue
        slope, residual = cargo_line(gross, load)
        members += indices
        residuals += residual.tolist()
        slopes += [slope] * len(indices)
    if len(members) < LEAST_VEHICLES // 5:
        none = np.zeros(0)
        return _Steering(none, none, none, none, 0.0, CONSTANT_U)
    which, residual = np.array(members), np.array(residuals)
    pavement_c = traffic.pavement_c[which]
    classes = [part for members in _bins(traffic.place[which]) for part in _by_temperature(members, pavement_c)]
    return _Steering(
        place=np.array([traffic.place[which][part].mean() for part in classes]),
        residual=np.array([residual[part].mean() for part in classes]),
        variance=np.array([residual.var() / part.size + BIN_FLOOR_U**2 for part in classes]),
        pavement_c=np.array([pavement_c[part].mean() for part in classes]),
        slope=float(np.mean(slopes)),
        residual_sd=float(residual.std()),
    )


def _by_temperature(members: NDArray[np.int64], pavement_c: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Part a class of speed into a cold and a warm half."""
    order = members[np.argsort(pavement_c[members], kind="stable")]
    return [half for half in np.array_split(order, 2) if half.size >= LEAST_IN_BIN]


def _no_smaller(learnt: Disturbance, calibrated: Disturbance, sample: Sequence[Weighed]) -> Disturbance:
    """Give what was learnt, at least as large as the calibration has it for the mean of rows.

    Rows against one another do not show what all rows of a vehicle share; that size is known from the reference vehicles' static loads.
    """

    def size(disturbance: Disturbance) -> float:
        mets = [replace(vehicle.met, load_kg=vehicle.reading_kg) for vehicle in sample]
        return float(np.sqrt(np.mean([gross_sd(disturbance, met)[0] ** 2 for met in mets])))

    return learnt.scaled(max(1.0, size(calibrated) / size(learnt)))


def _sample(lane: Lane, traffic: _Traffic) -> list[Weighed]:
    """Give the readings of vehicles evenly drawn from the history."""
    every = max(1, len(traffic.tables) // SAMPLE)
    chosen = range(0, len(traffic.tables), every)
    return [weighed(lane, traffic.tables[i], traffic.passages[i].behind_m, traffic.passages[i].speed_kmh) for i in chosen]
