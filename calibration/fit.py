"""Gains of a lane's sensors from the passages of reference vehicles with known axle loads.

Left and right sensor of a row share each axle's static load in a proportion that nobody knows exactly, but that is the same for one vehicle
in every run and close to one half. With gain g of a sensor, nominal load n, static load W and left share s, the equations

    g_left · n_left - s · W = 0          g_right · n_right + s · W = W

are linear in the gains and shares. They are solved together by least squares, each divided by W so that light axles count as much as heavy
ones, with Huber's weights and with the prior knowledge s = 0.50 ± 0.02.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from calibration.model import Calibration, Scatter, SensorGain
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
    """

    run: int
    vehicle: str
    static_kg: tuple[float, ...]
    nominal_kg: Mapping[str, Sequence[float | None]]
    speed_kmh: float


def fit_gains(
    lane: Lane, runs: Sequence[ReferenceRun], *, name: str, station: str, created: datetime, pavement_c: float | None
) -> Calibration:
    """Fit one gain per weighing sensor.

    Raises
    ------
    RejectError
        If there are too few runs, a run's axle count is not that of its loads, or a sensor never weighed.
    """
    if len(runs) < LEAST_RUNS:
        what = f"gives {len(runs)} usable runs; at least {LEAST_RUNS} are needed, better two vehicles ten times each"
        raise RejectError("too-few-runs", "calibration", what)
    for run in runs:
        for sensor, loads in run.nominal_kg.items():
            if len(loads) != len(run.static_kg):
                what = f"sensor {sensor} saw {len(loads)} axles of {run.vehicle}, which has {len(run.static_kg)}; weigh or drive it again"
                raise RejectError("axle-count", f"run {run.run}", what)
    gains, residuals = _solve(lane, runs)
    gross, axle = _scatter(lane, runs, gains)
    speeds = [run.speed_kmh for run in runs]
    return Calibration(
        id=name,
        station=station,
        lane=lane.id,
        created=created,
        pavement_c=pavement_c,
        speed_min_kmh=round(min(speeds), 2),
        speed_max_kmh=round(max(speeds), 2),
        runs=len(runs),
        sensors={
            sensor: SensorGain(gain=round(gain, 6), relative_u=round(_gain_u(residuals[sensor]), 6)) for sensor, gain in gains.items()
        },
        gross=gross,
        axle=axle,
    )


def _solve(lane: Lane, runs: Sequence[ReferenceRun]) -> tuple[dict[str, float], dict[str, list[float]]]:
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
        what = "weighed no axle of any run; mend the sensor or take it out of the station file"
        raise RejectError("sensor-silent", f"sensor {unseen[0]}", what)
    matrix, goal = np.array(rows), np.array(target)
    prior = np.zeros((len(shares), matrix.shape[1]))
    prior[:, len(sensors) :] = np.eye(len(shares)) * (ROW_U / SHARE_U) / 2.0
    solution, residual = _huber(matrix, goal, prior, prior @ np.full(matrix.shape[1], 0.5))
    kinds = [(run.vehicle, round(run.speed_kmh / SPEED_CLASS_KMH)) for run in runs]
    by_kind: dict[str, list[float]] = {}
    for sensor in sensors:
        parts: dict[tuple[str, int], list[float]] = {}
        for value, (index, name) in zip(residual, owner, strict=True):
            if name == sensor:
                parts.setdefault(kinds[index], []).append(float(value))
        share = 0.5 if pairs[sensor] != "whole" else 1.0
        by_kind[sensor] = [float(np.mean(part)) / share for part in parts.values()]
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


def _scatter(lane: Lane, runs: Sequence[ReferenceRun], gains: Mapping[str, float]) -> tuple[Scatter, Scatter]:
    """Give how gross weights and axle loads of the runs scatter about the static ones once the gains are applied."""
    positions = sorted({round(sensor.position_m, 3) for sensor in lane.weighing_sensors})
    borders = [0, *[i for i, (a, b) in enumerate(pairwise(positions), start=1) if b - a > 0.5], len(positions)]
    rows = [
        [s.name for s in lane.weighing_sensors if positions[begin] <= round(s.position_m, 3) <= positions[end - 1]]
        for begin, end in pairwise(borders)
    ]
    gross_result, gross_rows, axle_result, axle_rows = [], [], [], []
    for run in runs:
        table = np.array(
            [[sum((run.nominal_kg[name][k] or np.nan) * gains[name] for name in row) for row in rows] for k in range(len(run.static_kg))]
        )
        if np.isnan(table).any():
            continue  # a run that a row did not see whole tells nothing about the scatter between rows
        static = np.array(run.static_kg)
        by_row = table.sum(axis=0) / static.sum()
        gross_result.append(by_row.mean() - 1.0)
        axle_result.extend(table.mean(axis=1) / static - 1.0)
        if len(rows) > 1:
            gross_rows.append(by_row.var(ddof=1))
            axle_rows.extend((table / static[:, None]).var(axis=1, ddof=1))
    if len(gross_result) < LEAST_RUNS:
        what = f"only {len(gross_result)} runs were seen whole by every row; at least {LEAST_RUNS} are needed to tell the scatter"
        raise RejectError("too-few-whole-runs", "calibration", what)

    def summed(result: list[float], between: list[float]) -> Scatter:
        rms = float(np.sqrt(np.sum(np.square(result)) / (len(result) - 1)))
        return Scatter(result=round(rms, 6), rows=round(float(np.sqrt(np.mean(between))) if between else 0.0, 6))

    return summed(gross_result, gross_rows), summed(axle_result, axle_rows)
