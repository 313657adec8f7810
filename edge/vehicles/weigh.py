"""From crossings to weights: rows corrected, joined into static loads, and stated with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.disturbance import Disturbance, Meetings, bodies
from calibration.model import Calibration
from calibration.reference_vehicle import common_u
from calibration.static_load import estimate
from contract.axles import Crossing, CrossingFlag
from contract.station import Lane, Sensor, SensorKind
from contract.units import KMH_PER_M_S, newton_to_kg
from edge.vehicles.motion import Motion

UNTRUSTED = frozenset(
    {
        CrossingFlag.GAP,
        CrossingFlag.CUT_OFF,
        CrossingFlag.SATURATED,
        CrossingFlag.DEAD_CHANNEL,
        CrossingFlag.STUCK_CHANNEL,
        CrossingFlag.TOO_LONG,
        CrossingFlag.BASELINE,
    }
)
"""Flags that take a crossing out of the weighing as long as another row saw the axle."""

COVERAGE_K = 2.0
"""Coverage factor of expanded uncertainties (GUM 6.2)."""

UNCALIBRATED_U = 0.10
"""Relative standard uncertainty of a load with nominal constants: maker's tolerance and mounting."""

UNCALIBRATED_ROW_U = 0.05
"""The same of one row against the others."""

UNCALIBRATED = Disturbance().scaled(1.5)
"""Deviations assumed without calibration: a fair site (see the site grades in the domain notes)."""

TRANSFER_U_PER_M_S2: Final = 0.02
"""Relative standard uncertainty of an axle's load per m/s² of acceleration: a centre of gravity 1 to 2 m up over a wheelbase of 4 to 12 m
moves 0.01 to 0.05 of the load between axles. It leaves the gross weight as it is."""

REFERENCE_U: Final = 0.001
"""Relative standard uncertainty of the reference vehicles' weights where the runs do not state it: a weighbridge of class III at a
tenth of its capacity and more."""


@dataclass(frozen=True)
class Weights:
    """Result of weighing one vehicle; per axle lists run in order of passage.

    Attributes
    ----------
    axle_kg, axle_u_kg
        Static load and expanded uncertainty.
    left_kg, right_kg
        Loads by side, None where a side was not weighed.
    wheel_u_kg
        Expanded uncertainty of the heavier side's load, None where no side was weighed.
    gross_kg, gross_u_kg
        Their sum.
    covariance
        (axles, axles) of the axle loads' errors, kg²; for the uncertainty of any group of axles.
    rows_used
        (axles,) how many rows each axle's load rests on.
    disagreement
        Standard deviation of the rows' gross weights about their mean, relative; 0 with one row.
    incomplete
        Number of axles no row weighed without fault.
    """

    axle_kg: list[float]
    axle_u_kg: list[float]
    left_kg: list[float | None]
    right_kg: list[float | None]
    wheel_u_kg: list[float | None]
    gross_kg: float
    gross_u_kg: float
    covariance: NDArray[np.float64]
    rows_used: list[int]
    disagreement: float
    incomplete: int

    def expanded_u_kg(self, axles: list[int]) -> float:
        """Give the expanded uncertainty of the sum of some axles' loads."""
        return COVERAGE_K * float(np.sqrt(max(0.0, self.covariance[np.ix_(axles, axles)].sum())))


@dataclass(frozen=True)
class _Readings:
    """What each row read of each axle, (axles, rows): load in kg, NaN where it did not weigh it, and its relative standard uncertainty."""

    load_kg: NDArray[np.float64]
    signal_u: NDArray[np.float64]

    @property
    def seen(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.load_kg)


def nominal_loads(axles: tuple[dict[str, Crossing], ...], motion: Motion | None, lane: Lane) -> dict[str, tuple[float | None, ...]]:
    """Give each sensor's load of each axle in kg with nominal constants, None where it did not see the axle or speed is unknown."""
    return {
        sensor.name: tuple(_nominal(axle.get(sensor.name), sensor, motion, lane.rate_hz) for axle in axles)
        for sensor in lane.weighing_sensors
    }


def _nominal(crossing: Crossing | None, sensor: Sensor, motion: Motion | None, rate_hz: float) -> float | None:
    """Give the load of one wheel: strip speed / width · ∫ signal dt, plate the flat top."""
    if crossing is None or sensor.newton_per_count is None:
        return None
    if sensor.kind is SensorKind.PLATE:
        return newton_to_kg(crossing.level_counts * sensor.newton_per_count)
    if motion is None:
        return None
    speed = abs(motion.speed_at((crossing.centre - motion.origin) / rate_hz))  # who drives backwards presses no less
    return newton_to_kg(crossing.area_counts / rate_hz * speed / sensor.width_m * sensor.newton_per_count)


def weigh(
    axles: tuple[dict[str, Crossing], ...],
    nominal: dict[str, tuple[float | None, ...]],
    motion: Motion | None,
    lane: Lane,
    *,
    calibration: Calibration | None,
    pavement_c: float | None,
) -> Weights:
    """Give static loads and their uncertainty.

    Each sensor's load is corrected by its gain and temperature, each row's sum by what the row reads too much at this speed. The static
    loads of all axles are then estimated together (`static_load`). What all rows share is added: calibration, temperature, speed.
    """
    scale = {sensor.name: _gain(sensor, calibration, pavement_c) for sensor in lane.weighing_sensors}
    loads = {name: [None if value is None else value * scale[name] for value in values] for name, values in nominal.items()}
    rows = [list(row) for row in lane.weighing_rows]
    readings = _Readings(np.full((len(axles), len(rows)), np.nan), np.zeros((len(axles), len(rows))))
    incomplete = 0
    sides: list[tuple[float, float]] = []
    for k, axle in enumerate(axles):
        usable = _usable(axle, rows, loads, k, trusted_only=True)
        if not usable:
            incomplete += 1
            usable = _usable(axle, rows, loads, k, trusted_only=False)
        for index, names in usable.items():
            parts = np.array([loads[name][k] or 0.0 for name in names])
            readings.load_kg[k, index] = parts.sum()
            readings.signal_u[k, index] = _signal_u(parts, [axle[name] for name in names])
        sides.append(_sides(usable, loads, k, lane))
    axle_kg, covariance = _static(readings, axles, motion, lane, calibration)
    gross_kg = float(axle_kg.sum())
    common = _common_u(lane, calibration, motion, pavement_c)
    gains_u = _side_gains_u(lane, calibration)
    dynamic = covariance.diagonal().copy()
    covariance = covariance + common**2 * np.outer(axle_kg, axle_kg) + _transfer(axle_kg, motion)
    seen = readings.seen
    gross_rows = np.array([readings.load_kg[:, i].sum() for i in range(len(rows)) if seen[:, i].all()])
    wheels = [_wheels(load, side) for load, side in zip(axle_kg, sides, strict=True)]
    return Weights(
        axle_kg=[float(value) for value in axle_kg],
        axle_u_kg=[COVERAGE_K * float(np.sqrt(value)) for value in covariance.diagonal()],
        left_kg=[left for left, _ in wheels],
        right_kg=[right for _, right in wheels],
        wheel_u_kg=[
            _wheel_u(wheel, load, variance, common, gains_u) for wheel, load, variance in zip(wheels, axle_kg, dynamic, strict=True)
        ],
        gross_kg=gross_kg,
        gross_u_kg=COVERAGE_K * float(np.sqrt(covariance.sum())),
        covariance=covariance,
        rows_used=[int(value) for value in seen.sum(axis=1)],
        disagreement=float(gross_rows.std(ddof=1) / gross_kg) if gross_rows.size > 1 and gross_kg > 0 else 0.0,
        incomplete=incomplete,
    )


def _gain(sensor: Sensor, calibration: Calibration | None, pavement_c: float | None) -> float:
    """Give the factor from nominal load to load at the present temperature."""
    if calibration is None:
        return 1.0
    found = calibration.sensors[sensor.name]
    if pavement_c is None or calibration.pavement_c is None:
        return found.gain
    return found.gain / (1.0 + found.per_k * (pavement_c - calibration.pavement_c))


def _signal_u(parts_kg: NDArray[np.float64], crossings: list[Crossing]) -> float:
    """Give the relative standard uncertainty of a row's reading by its signals, each sensor's its own."""
    shares = np.array([crossing.u_share or 0.0 for crossing in crossings])
    total = float(parts_kg.sum())
    return float(np.linalg.norm(shares * parts_kg)) / total if total > 0.0 else 1.0


def _static(
    readings: _Readings,
    axles: tuple[dict[str, Crossing], ...],
    motion: Motion | None,
    lane: Lane,
    calibration: Calibration | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the loads of all axles, kg, and the covariance of their errors by dynamics and rows, kg²; zeros where no row weighed an axle."""
    weighed = np.flatnonzero(readings.seen.any(axis=1))
    speed_kmh = abs(motion.speed_m_s) * KMH_PER_M_S if motion else 0.0
    behind_m = motion.behind_m if motion else np.zeros(len(axles))
    load_kg, covariance = np.zeros(len(axles)), np.zeros((len(axles), len(axles)))
    if weighed.size == 0:
        return load_kg, covariance
    axle, row = np.nonzero(readings.seen[weighed])
    names = [{sensor.name for sensor in sensors} for sensors in lane.weighing_rows]
    time_s = np.array(
        [
            np.mean([crossing.centre for name, crossing in axles[weighed[k]].items() if name in names[r]]) / lane.rate_hz
            for k, r in zip(axle, row, strict=True)
        ]
    )
    body = bodies(np.diff(behind_m))[weighed]
    met = Meetings(axle, row, body[axle], time_s, np.ones(axle.size))
    _, row_u = calibration.speed.uncertainty(speed_kmh) if calibration else (0.0, UNCALIBRATED_ROW_U)
    disturbance = calibration.disturbance if calibration else UNCALIBRATED

    def errors(share_of_usual: float) -> NDArray[np.float64]:
        return calibration.speed.errors(speed_kmh / share_of_usual) if calibration else np.zeros(len(names))

    found = estimate(
        readings.load_kg[weighed][axle, row],
        met,
        disturbance,
        errors=errors,
        row_u=row_u,
        reading_u=readings.signal_u[weighed][axle, row],
    )
    load_kg[weighed] = found.load_kg
    covariance[np.ix_(weighed, weighed)] = found.covariance
    return load_kg, covariance


def _usable(
    axle: dict[str, Crossing], rows: list[list[Sensor]], loads: dict[str, list[float | None]], k: int, *, trusted_only: bool
) -> dict[int, list[str]]:
    """Give per row index the sensors to be summed, for the rows that saw most of the axle.

    A wheel that runs beside the sensors is missing from every row; a sensor that failed is missing from its own row only, which is then
    left out.
    """
    by_row: dict[int, list[str]] = {}
    for index, row in enumerate(rows):
        names = [sensor.name for sensor in row if loads[sensor.name][k] is not None]
        bad = trusted_only and any(axle[name].flags & UNTRUSTED for name in names)
        if names and not bad:
            by_row[index] = names
    if not by_row:
        return {}
    wanted = max(len(names) for names in by_row.values())
    return {index: names for index, names in by_row.items() if len(names) == wanted}


def _sides(usable: dict[int, list[str]], loads: dict[str, list[float | None]], k: int, lane: Lane) -> tuple[float, float]:
    """Give the mean load on the left and on the right over the rows, NaN where rows have no sensor for that side alone."""
    middle = lane.width_m / 2.0
    left: list[float] = []
    right: list[float] = []
    for names in usable.values():
        for name in names:
            sensor, load = lane.sensor_named(name), loads[name][k]
            if load is None or sensor.lateral_m[0] < middle < sensor.lateral_m[1]:
                continue
            (left if sensor.lateral_m[1] <= middle else right).append(load)
    return (float(np.mean(left)) if left else np.nan), (float(np.mean(right)) if right else np.nan)


def _wheels(load_kg: float, side: tuple[float, float]) -> tuple[float | None, float | None]:
    """Divide an axle's load as its sides were weighed; None for a side that was not."""
    left, right = side
    total = np.nansum((left, right))
    if total <= 0.0:
        return (None if np.isnan(left) else 0.0), (None if np.isnan(right) else 0.0)
    return (None if np.isnan(left) else load_kg * left / total), (None if np.isnan(right) else load_kg * right / total)


def _wheel_u(wheel: tuple[float | None, float | None], load_kg: float, dynamic_kg2: float, common: float, gains_u: float) -> float | None:
    """Give the expanded uncertainty of the heavier wheel's load: left and right tracks are rough on their own, so that an axle deviates
    by the mean of two independent ones, and each wheel has its own sensors' gains.
    """
    heavier = max((side for side in wheel if side is not None), default=None)
    if heavier is None or load_kg <= 0.0:
        return None
    relative2 = 2.0 * dynamic_kg2 / load_kg**2 + common**2 + gains_u**2
    return COVERAGE_K * heavier * float(np.sqrt(relative2))


def _side_gains_u(lane: Lane, calibration: Calibration | None) -> float:
    """Give the relative standard uncertainty that the gains of one side have in common, of the side that is less sure."""
    if calibration is None:
        return UNCALIBRATED_U
    sides: dict[bool, list[str]] = {}
    for sensor in lane.weighing_sensors:
        sides.setdefault(sum(sensor.lateral_m) < lane.width_m, []).append(sensor.name)
    return max(calibration.gain_u(names) for names in sides.values())


def _transfer(axle_kg: NDArray[np.float64], motion: Motion | None) -> NDArray[np.float64]:
    """Give the covariance, kg², of what acceleration moves between axles: nothing of it is lost or gained in all."""
    share = TRANSFER_U_PER_M_S2 * abs(motion.acceleration_m_s2) if motion else 0.0
    keeps_sum = np.eye(axle_kg.size) - 1.0 / axle_kg.size
    return np.asarray(keeps_sum @ np.diag((share * axle_kg) ** 2) @ keeps_sum)


def _common_u(lane: Lane, calibration: Calibration | None, motion: Motion | None, pavement_c: float | None) -> float:
    """Give the relative standard uncertainty that all axles and rows share: calibration, temperature, and for strips speed."""
    strips = any(sensor.kind is SensorKind.STRIP for sensor in lane.weighing_sensors)
    speed = 0.5 * motion.speed_u_m_s / abs(motion.speed_m_s) if strips and motion and motion.speed_m_s else 0.0
    if calibration is None:
        return float(np.hypot(UNCALIBRATED_U, speed))
    mean_u, _ = calibration.speed.uncertainty(abs(motion.speed_m_s) * KMH_PER_M_S if motion else 0.0)
    stated = common_u(calibration.references)
    reference_u = REFERENCE_U if stated is None else stated
    away_k = 0.0
    if pavement_c is not None and calibration.pavement_c is not None:
        away_k = abs(pavement_c - calibration.pavement_c)
    return float(np.sqrt(mean_u**2 + (calibration.temperature_u_per_k * away_k) ** 2 + speed**2 + reference_u**2))
