"""Gains of a lane's sensors from the passages of reference vehicles with known axle loads.

Left and right sensor of a row share each axle's static load in a proportion that nobody knows exactly, but that is the same for one vehicle
in every run and close to one half. With gain g of a sensor, nominal load n, static load W and left share s, the equations

    g_left · n_left - s · W = 0          g_right · n_right + s · W = W

are linear in the gains and shares. They are solved together by least squares, each divided by W so that light axles count as much as heavy
ones, with Huber's weights and with the prior knowledge s = 0.50 ± 0.02.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

import numpy as np
from numpy.typing import NDArray

from calibration.covered import check_references, gain_covariance_of, validity_of
from calibration.deviations import PRIOR_SD_RUNS, Weighed, learn_disturbance, weighed
from calibration.disturbance import Disturbance, Meetings, covariance, gross_sd
from calibration.model import Calibration, SensorGain
from calibration.reference_vehicle import ReferenceVehicle
from calibration.speed import SPEED_APART, RunReading, SpeedFunction, fit_speed, readings_of, speed_classes
from calibration.told import told
from contract.faults import RejectError
from contract.station import Lane, Sensor

LEAST_RUNS = 6
"""Fewest passages a fit accepts: two vehicles at three speeds. COST 323 asks for ten and more before a class may be claimed."""

SHARE_U = 0.02
"""Standard uncertainty of a reference vehicle's left share about one half: loads are placed to a few centimetres of a 2 m track."""

ROW_U = 0.08
"""Standard deviation of one passage of one axle over one sensor about its static load; sets how strongly the share's prior holds."""

HUBER_K = 1.5
"""Residuals beyond this many standard deviations lose weight (Huber 1964)."""

SPEED_CLASS_KMH = 10.0
"""Passages of one vehicle within a class of this width count as repeats of one another."""

LONE_U = 0.05
"""Relative standard uncertainty of a gain known from repeats of one kind of passage only."""

ROUNDS = 20
"""Re-weightings; the weights settle within ten."""

SIZES = (0.8, 0.9, 1.0, 1.1, 1.25, 1.4)
STANDING_RATIOS = (0.15, 0.3, 0.5, 0.8, 1.2, 1.8)
STANDING_RATIO, STANDING_SD = 0.4, 0.7
"""Sizes of the deviations tried; the standing part over the body's: those tried, the usual one, and the prior of its logarithm."""

PRIOR_KINDS = 4.0
"""Weight of the deviations known from the literature against those of the runs, in kinds of passage (vehicle at a speed)."""


@dataclass(frozen=True)
class ReferenceRun:
    """One passage of a reference vehicle.

    Parameters
    ----------
    run
        Number of the run, for messages.
    vehicle
        Name of the vehicle: its left shares are common to its runs.
    static_kg
        Static load per axle.
    nominal_kg
        Per sensor, per axle, the load with nominal constants; None where the sensor did not weigh the axle.
    speed_kmh
        Measured speed.
    spacings_m
        Measured distances between neighbouring axles, front to rear.
    axle_u_kg, gross_u_kg
        Expanded uncertainty (k = 2) of a static axle load and of the gross weight, None where nobody stated it.
    pavement_c
        Pavement temperature where it was noted for this run.
    """

    run: int
    vehicle: str
    static_kg: tuple[float, ...]
    nominal_kg: Mapping[str, Sequence[float | None]]
    speed_kmh: float
    spacings_m: tuple[float, ...]
    axle_u_kg: float | None = None
    gross_u_kg: float | None = None
    pavement_c: float | None = None

    @property
    def reference(self) -> ReferenceVehicle:
        """The vehicle with its static loads."""
        return ReferenceVehicle(vehicle=self.vehicle, axle_kg=self.static_kg, axle_u_kg=self.axle_u_kg, gross_u_kg=self.gross_u_kg)


def fit_gains(
    lane: Lane,
    runs: Sequence[ReferenceRun],
    *,
    name: str,
    station: str,
    created: datetime,
    pavement_c: float | None,
    gains_only: bool = False,
) -> Calibration:
    """Fit one gain per weighing sensor, and what the rows read too much over speed.

    With `gains_only` nothing is said of speed: the gains hold at the speeds that were driven, with the doubt that runs at them leave.

    Raises
    ------
    RejectError
        If there are too few runs, a run's axle count is not that of its loads, a sensor never weighed, a vehicle's weight fits no
        other's, or all runs had one speed and a function of speed is asked for.
    """
    if len(runs) < LEAST_RUNS:
        what = told(
            "gives %(n)s usable runs; at least %(least_runs)s are needed, better two vehicles ten times each",
            n=len(runs),
            least_runs=LEAST_RUNS,
        )
        raise RejectError("too-few-runs", told("calibration"), what)
    for run in runs:
        for sensor, loads in run.nominal_kg.items():
            if len(loads) != len(run.static_kg):
                what = told(
                    "sensor %(sensor)s saw %(seen)s axles of %(vehicle)s, which has %(axles)s; weigh or drive it again",
                    sensor=sensor,
                    seen=len(loads),
                    vehicle=run.vehicle,
                    axles=len(run.static_kg),
                )
                raise RejectError("axle-count", told("run %(run)s", run=run.run), what)
    classes = speed_classes([run.speed_kmh for run in runs])
    if len(classes) < 2 and not gains_only:
        what = told(
            "all %(n)s runs had %(low)s to %(high)s km/h: one speed gives no function of speed; "
            "drive another one, %(speed_apart)s times higher or lower, or fit --gains-only, which holds at "
            "this speed alone",
            n=len(runs),
            low=f"{classes[0][0]:.0f}",
            high=f"{classes[0][-1]:.0f}",
            speed_apart=f"{SPEED_APART:g}",
        )
        raise RejectError("one-speed", told("calibration"), what)
    check_references(_nominal_ratios(lane, runs))
    gains, residuals = solve_gains(lane, runs)
    tables = [row_loads(lane, run, gains) for run in runs]
    said = _said(lane, runs, tables, Disturbance())
    disturbance = _disturbance(lane, runs, tables, fit_speed(readings_of(said)))
    said = _said(lane, runs, tables, disturbance)  # once more, as now it is known how vehicles ride here
    speed = fit_speed(readings_of(said))
    if gains_only:
        speed = _without_speed(speed, [run.speed_kmh for run in runs])
    speeds = [run.speed_kmh for run in runs]
    axle_kg, axle_errors = _axle_errors(runs, tables, speed)
    return Calibration(
        id=name,
        station=station,
        lane=lane.id,
        created=created,
        pavement_c=pavement_c,
        speed_min_kmh=round(min(speeds), 2),
        speed_max_kmh=round(max(speeds), 2),
        runs=said,
        sensors={
            sensor: SensorGain(gain=round(gain, 6), relative_u=round(_gain_u(list(residuals[sensor].values())), 6))
            for sensor, gain in gains.items()
        },
        speed=speed,
        disturbance=disturbance,
        validity=validity_of(axle_kg, axle_errors, pavement_c),
        gain_covariance=gain_covariance_of(residuals),
        references=tuple(dict.fromkeys(run.reference for run in runs)),
    )


def _nominal_ratios(lane: Lane, runs: Sequence[ReferenceRun]) -> dict[str, float]:
    """Give by vehicle the median of nominal over static load, of the axles that all sensors of a row weighed."""
    nominal = dict.fromkeys((sensor.name for sensor in lane.weighing_sensors), 1.0)
    found: dict[str, list[float]] = {}
    for run in runs:
        ratios = row_loads(lane, run, nominal) / np.array(run.static_kg)[:, None]
        found.setdefault(run.vehicle, []).extend(ratios[np.isfinite(ratios)].tolist())
    return {vehicle: float(np.median(ratios)) if ratios else float("nan") for vehicle, ratios in found.items()}


def _axle_errors(
    runs: Sequence[ReferenceRun], tables: Sequence[NDArray[np.float64]], speed: SpeedFunction
) -> tuple[list[float], list[float]]:
    """Give static load and mean relative error of each axle of each reference vehicle, over its runs and the rows that saw it whole."""
    found: dict[tuple[str, int, float], list[float]] = {}
    for run, table in zip(runs, tables, strict=True):
        errors = table / (1.0 + speed.errors(run.speed_kmh)) / np.array(run.static_kg)[:, None] - 1.0
        for k, of_rows in enumerate(errors):
            if not np.isnan(of_rows).all():
                found.setdefault((run.vehicle, k, run.static_kg[k]), []).append(float(np.nanmean(of_rows)))
    return [load for _, _, load in found], [float(np.mean(errors)) for errors in found.values()]


def _without_speed(speed: SpeedFunction, speeds_kmh: Sequence[float]) -> SpeedFunction:
    """Give a function that says nothing of speed, with the largest doubt that the runs leave at their speeds."""
    mean_u, row_u = (max(values) for values in zip(*(speed.uncertainty(each) for each in speeds_kmh), strict=True))
    middle = round(float(np.mean(speeds_kmh)), 3)
    return SpeedFunction(speed_kmh=(middle,), rows=((0.0,),) * len(speed.rows), mean_u=(mean_u,), row_u=(row_u,))


def solve_gains(lane: Lane, runs: Sequence[ReferenceRun]) -> tuple[dict[str, float], dict[str, dict[tuple[str, int], float]]]:
    """Give gains by sensor, and per sensor the mean relative residual of each passage kind (vehicle at a speed)."""
    sensors = [sensor.name for sensor in lane.weighing_sensors]
    pairs = _pairs(lane)
    shares = sorted({(run.vehicle, k) for run in runs for k in range(len(run.static_kg))})
    rows, target, owner = [], [], []
    for index, run in enumerate(runs):
        for sensor in sensors:
            for k, nominal in enumerate(run.nominal_kg.get(sensor, ())):
                if nominal is None:
                    continue
                row = np.zeros(len(sensors) + len(shares))
                row[sensors.index(sensor)] = nominal / run.static_kg[k]
                side = pairs[sensor]
                if side != "whole":
                    row[len(sensors) + shares.index((run.vehicle, k))] = -1.0 if side == "left" else 1.0
                rows.append(row)
                target.append(0.0 if side == "left" else 1.0)
                owner.append((index, sensor))
    unseen = [sensor for sensor in sensors if all(name != sensor for _, name in owner)]
    if unseen:
        what = told("weighed no axle of any run; mend the sensor or take it out of the station file")
        raise RejectError("sensor-silent", told("sensor %(unseen)s", unseen=unseen[0]), what)
    matrix, goal = np.array(rows), np.array(target)
    prior = np.zeros((len(shares), matrix.shape[1]))
    prior[:, len(sensors) :] = np.eye(len(shares)) * (ROW_U / SHARE_U) / 2.0
    solution, residual = _huber(matrix, goal, prior, prior @ np.full(matrix.shape[1], 0.5))
    kinds = [(run.vehicle, round(run.speed_kmh / SPEED_CLASS_KMH)) for run in runs]
    by_kind: dict[str, dict[tuple[str, int], float]] = {}
    for sensor in sensors:
        parts: dict[tuple[str, int], list[float]] = {}
        for value, (index, name) in zip(residual, owner, strict=True):
            if name == sensor:
                parts.setdefault(kinds[index], []).append(float(value))
        share = 0.5 if pairs[sensor] != "whole" else 1.0
        by_kind[sensor] = {kind: float(np.mean(part)) / share for kind, part in parts.items()}
    return {sensor: float(solution[i]) for i, sensor in enumerate(sensors)}, by_kind


def _huber(
    matrix: NDArray[np.float64], goal: NDArray[np.float64], prior: NDArray[np.float64], belief: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Solve matrix · x = goal robustly with the prior equations prior · x = belief; give x and the residuals of the data."""
    weight = np.ones(goal.size)
    solution: NDArray[np.float64] = np.zeros(matrix.shape[1])
    residual = goal
    for _ in range(ROUNDS):
        root = np.sqrt(weight)
        stacked = np.vstack((matrix * root[:, None], prior))
        solution = np.asarray(np.linalg.lstsq(stacked, np.concatenate((goal * root, belief)), rcond=None)[0], np.float64)
        residual = goal - matrix @ solution
        scale = max(1.4826 * float(np.median(np.abs(residual))), 1e-6)
        weight = np.minimum(1.0, HUBER_K * scale / np.maximum(np.abs(residual), 1e-12))
    return solution, residual


def _pairs(lane: Lane) -> dict[str, str]:
    """Give for each weighing sensor whether it bears the left wheels, the right wheels, or the whole axle."""
    middle = lane.width_m / 2.0

    def side(sensor: Sensor) -> str:
        left, right = sensor.lateral_m
        if right <= middle + 0.2 * lane.width_m and left < middle - 0.2 * lane.width_m:
            return "left"
        return "right" if left >= middle - 0.2 * lane.width_m else "whole"

    return {sensor.name: side(sensor) for sensor in lane.weighing_sensors}


def _gain_u(means: Sequence[float]) -> float:
    """Give the relative standard uncertainty of a gain.

    The road's profile repeats: runs of one vehicle at one speed err alike. So the scatter is taken between kinds of passage, not runs.
    """
    return float(np.std(means, ddof=1) / np.sqrt(len(means))) if len(means) > 1 else LONE_U


def row_loads(lane: Lane, run: ReferenceRun, gains: Mapping[str, float]) -> NDArray[np.float64]:
    """Give the loads of a run in kg, (axles, rows), NaN where a row did not see the whole axle."""

    def load_kg(sensor: Sensor, k: int) -> float:
        nominal = run.nominal_kg[sensor.name][k]
        return np.nan if nominal is None else nominal * gains[sensor.name]

    return np.array([[sum(load_kg(sensor, k) for sensor in row) for row in lane.weighing_rows] for k in range(len(run.static_kg))])


def _said(
    lane: Lane, runs: Sequence[ReferenceRun], tables: Sequence[NDArray[np.float64]], disturbance: Disturbance
) -> tuple[RunReading, ...]:
    """Give how the rows' gross weights err in each run, and how much its vehicle may add by its deviations.

    Raises
    ------
    RejectError
        If too few runs were seen whole by every row.
    """
    said = []
    for run, table in zip(runs, tables, strict=True):
        errors = table.sum(axis=0) / sum(run.static_kg) - 1.0
        shown = tuple(None if np.isnan(error) else round(float(error), 6) for error in errors)
        by_axle = table / np.array(run.static_kg)[:, None] - 1.0
        met = _vehicle(lane, run, table).met
        mean_sd, row_sd = gross_sd(disturbance, replace(met, load_kg=np.array(run.static_kg)[met.axle]))
        said.append(
            RunReading(
                run=run.run,
                vehicle=run.vehicle,
                speed_kmh=round(run.speed_kmh, 3),
                errors=shown,
                mean_sd=round(mean_sd, 6),
                row_sd=round(row_sd, 6),
                behind_m=tuple(round(float(place), 4) for place in np.cumsum([0.0, *run.spacings_m])),
                axle_kg=run.static_kg,
                axle_errors=tuple(tuple(None if np.isnan(value) else round(float(value), 6) for value in axle) for axle in by_axle),
            )
        )
    whole = sum(None not in run.errors for run in said)
    if whole < LEAST_RUNS:
        what = told(
            "only %(whole)s runs were seen whole by every row; at least %(least_runs)s are needed to tell how rows err",
            whole=whole,
            least_runs=LEAST_RUNS,
        )
        raise RejectError("too-few-whole-runs", told("calibration"), what)
    return tuple(said)


def _vehicle(lane: Lane, run: ReferenceRun, table: NDArray[np.float64]) -> Weighed:
    return weighed(lane, table, np.concatenate(([0.0], np.cumsum(run.spacings_m))), run.speed_kmh)


def _disturbance(lane: Lane, runs: Sequence[ReferenceRun], tables: Sequence[NDArray[np.float64]], speed: SpeedFunction) -> Disturbance:
    """Learn how the runs deviate from the speed function.

    Their static loads are known, so that the size comes from the whole deviations; the shape may then depart a little from what the
    literature says, as the runs' readings against one another ask.
    """
    usual = Disturbance()
    sample, known = [], []
    for run, table in zip(runs, tables, strict=True):
        if np.isnan(table).any():
            continue
        static = np.array(run.static_kg)
        vehicle = _vehicle(lane, run, table)
        deviation = (table / (1.0 + speed.errors(run.speed_kmh)) / static[:, None] - 1.0).ravel()
        sample.append(vehicle)
        known.append((replace(vehicle.met, load_kg=static[vehicle.met.axle]), deviation))
    misfits = [float(deviation @ np.linalg.solve(covariance(usual, met), deviation)) / deviation.size for met, deviation in known]
    kinds = len({(run.vehicle, round(run.speed_kmh / SPEED_CLASS_KMH)) for run in runs})
    size = np.sqrt((PRIOR_KINDS + kinds * np.mean(misfits)) / (PRIOR_KINDS + kinds))
    shaped = learn_disturbance(sample, speed, usual.scaled(float(size)), PRIOR_SD_RUNS)
    return _with_standing(shaped, known, weight=kinds / len(known))


def _with_standing(shaped: Disturbance, known: Sequence[tuple[Meetings, NDArray[np.float64]]], *, weight: float) -> Disturbance:
    """Give the deviations with size and standing part such that the runs' errors are as large as expected.

    Rows against one another cannot tell either: both are averaged over the likelihood of the known static loads times the prior.
    Repeats of one vehicle at one speed say the same again, so `weight` counts kinds of passage instead of runs.
    """
    grid = list(product(SIZES, STANDING_RATIOS))
    evidence = []
    for size, ratio in grid:
        tried = _sized(shaped, size, ratio)
        seen = 0.0
        for met, deviation in known:
            root = np.linalg.cholesky(covariance(tried, met))
            white = np.linalg.solve(root, deviation)
            seen -= 0.5 * float(white @ white) + float(np.log(root.diagonal()).sum())
        belief = (np.log(size) / PRIOR_SD_RUNS) ** 2 + (np.log(ratio / STANDING_RATIO) / STANDING_SD) ** 2
        evidence.append(weight * seen - 0.5 * belief)
    share = np.exp(np.array(evidence) - max(evidence))
    size, ratio = np.exp(share / share.sum() @ np.log(grid))
    return _sized(shaped, float(size), float(ratio))


def _sized(shaped: Disturbance, size: float, ratio: float) -> Disturbance:
    return shaped.scaled(size).model_copy(update={"standing": round(ratio * size * shaped.body, 6)})
