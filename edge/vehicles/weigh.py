"""From crossings to weights: rows summed, averaged, and stated with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.model import Calibration, Scatter
from contract.axles import Crossing, CrossingFlag
from contract.station import Lane, Sensor, SensorKind
from contract.units import newton_to_kg
from edge.vehicles.motion import Motion
from edge.vehicles.rows import rows_of

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

PRIOR_FREEDOM = 6.0
"""Weight of the calibration's scatter against a vehicle's own, in degrees of freedom: a few reference trucks tell about other vehicles, but
a heavily swaying one shall widen its own interval."""

UNCALIBRATED_U = 0.10
"""Relative standard uncertainty of a load with nominal constants: maker's tolerance and mounting."""

UNCALIBRATED_SCATTER = Scatter(result=0.06, rows=0.09)
"""Scatter assumed without calibration: a fair site with few rows (see the site grades in the domain notes)."""


@dataclass(frozen=True)
class Weights:
    """Result of weighing one vehicle; per axle lists run in order of passage.

    Attributes
    ----------
    axle_kg, axle_u_kg
        Static load and expanded uncertainty.
    left_kg, right_kg
        Loads by side, None where a side was not weighed.
    gross_kg, gross_u_kg
        Their sum.
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
    gross_kg: float
    gross_u_kg: float
    rows_used: list[int]
    disagreement: float
    incomplete: int


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
    speed = motion.speed_at((crossing.centre - motion.origin) / rate_hz)
    return newton_to_kg(crossing.area_counts / rate_hz * speed / sensor.width_m * sensor.newton_per_count)


def weigh(
    axles: tuple[dict[str, Crossing], ...],
    nominal: dict[str, tuple[float | None, ...]],
    lane: Lane,
    calibration: Calibration | None,
    pavement_c: float | None,
) -> Weights:
    """Give static loads and their uncertainty.

    Each row's load is the sum of its calibrated sensors; an axle's load is the mean over the rows that saw all of it. Uncertainty after the
    GUM: gain, temperature, and the scatter of passages as found in calibration, scaled by how far this vehicle's rows disagree.
    """
    gains = {name: sensor.gain for name, sensor in calibration.sensors.items()} if calibration else {}
    loads = {name: [None if value is None else value * gains.get(name, 1.0) for value in values] for name, values in nominal.items()}
    rows = [[s for s in row.sensors if s.weighs] for row in rows_of(lane)]
    rows = [row for row in rows if row]
    table = np.full((len(axles), len(rows)), np.nan)  # kg by axle and row, NaN where the row did not weigh the axle
    incomplete = 0
    sides: list[tuple[float | None, float | None]] = []
    for k, axle in enumerate(axles):
        usable = _usable(axle, rows, loads, k, trusted_only=True)
        if not usable:
            incomplete += 1
            usable = _usable(axle, rows, loads, k, trusted_only=False)
        for index, names in usable.items():
            table[k, index] = sum(loads[name][k] or 0.0 for name in names)
        sides.append(_sides(usable, loads, k, lane))
    seen = ~np.isnan(table)
    rows_used = seen.sum(axis=1)
    axle_kg = np.array([float(np.nanmean(table[k])) if rows_used[k] else 0.0 for k in range(len(axles))])
    gross_kg = float(axle_kg.sum())
    common = _common_u(calibration, pavement_c)
    gross_rows = np.array([table[:, i].sum() for i in range(len(rows)) if seen[:, i].all()])
    spread = float(gross_rows.std(ddof=1) / gross_kg) if gross_rows.size > 1 and gross_kg > 0 else 0.0
    scatter = calibration.gross if calibration else UNCALIBRATED_SCATTER
    fewest = max(1, int(rows_used.min())) if len(axles) else 1
    gross_rel = _scatter_u(scatter, spread, gross_rows.size - 1, len(rows) / fewest)
    return Weights(
        axle_kg=[float(value) for value in axle_kg],
        axle_u_kg=_axle_u(table, axle_kg, calibration.axle if calibration else UNCALIBRATED_SCATTER, common),
        left_kg=[left for left, _ in sides],
        right_kg=[right for _, right in sides],
        gross_kg=gross_kg,
        gross_u_kg=COVERAGE_K * gross_kg * float(np.hypot(common, gross_rel)),
        rows_used=[int(value) for value in rows_used],
        disagreement=spread,
        incomplete=incomplete,
    )


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


def _sides(usable: dict[int, list[str]], loads: dict[str, list[float | None]], k: int, lane: Lane) -> tuple[float | None, float | None]:
    """Give the mean load of the left and of the right wheel over the rows, where rows have a sensor for each side."""
    middle = lane.width_m / 2.0
    left: list[float] = []
    right: list[float] = []
    for names in usable.values():
        for name in names:
            sensor, load = lane.sensor_named(name), loads[name][k]
            if load is None or sensor.lateral_m[0] < middle < sensor.lateral_m[1]:
                continue
            (left if sensor.lateral_m[1] <= middle else right).append(load)
    return (float(np.mean(left)) if left else None), (float(np.mean(right)) if right else None)


def _common_u(calibration: Calibration | None, pavement_c: float | None) -> float:
    """Give the relative standard uncertainty common to all axles and rows: gains and temperature."""
    if calibration is None:
        return UNCALIBRATED_U
    gain = float(np.sqrt(np.mean([sensor.relative_u**2 for sensor in calibration.sensors.values()])))
    away_k = 0.0
    if pavement_c is not None and calibration.pavement_c is not None:
        away_k = abs(pavement_c - calibration.pavement_c)
    return float(np.hypot(gain, calibration.temperature_u_per_k * away_k))


def _scatter_u(scatter: Scatter, spread: float, freedom: int, fewer: float) -> float:
    """Give the relative standard uncertainty of a mean over rows from the reference vehicles' scatter and this vehicle's own, pooled by
    their degrees of freedom; `fewer` is the number of rows in calibration over the number used here.
    """
    own = scatter.result * spread / scatter.rows if scatter.rows > 0 else 0.0
    freedom = max(freedom, 0)
    pooled = (PRIOR_FREEDOM * scatter.result**2 + freedom * own**2) / (PRIOR_FREEDOM + freedom)
    return float(np.sqrt(pooled * fewer))


def _axle_u(
    table: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    axle_kg: np.ndarray[tuple[int], np.dtype[np.float64]],
    scatter: Scatter,
    common: float,
) -> list[float]:
    """Give the expanded uncertainty of each axle's load, kg."""
    rows = table.shape[1]
    found = []
    for k, load in enumerate(axle_kg):
        seen = table[k][~np.isnan(table[k])]
        spread = float(seen.std(ddof=1) / load) if seen.size > 1 and load > 0 else 0.0
        relative = _scatter_u(scatter, spread, seen.size - 1, rows / max(1, seen.size))
        found.append(COVERAGE_K * float(load) * float(np.hypot(common, relative)))
    return found
