"""The zero of a sensor from a stretch without vehicles: where it stands, how noisy it is, how it drifts."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.statics.figure import Figure
from calibration.statics.limits import StaticLimits
from calibration.statics.readings_file import Readings
from calibration.statics.words import N_
from calibration.told import told
from contract.faults import RejectError

READINGS_MIN: Final = 10
SPAN_MIN_S: Final = 600.0
"""A drift per hour is not told from less than ten minutes."""

TEMPERATURE_SPAN_K: Final = 3.0
"""A drift per kelvin is not told from a smaller change."""

TOGETHER: Final = 0.99
"""Correlation of time and temperature beyond which one cannot be told from the other."""

STEP_DEVIATIONS: Final = 12.0
"""A reading this many robust deviations off its neighbours' trend is a wheel, not a zero."""


def check_zero(readings: Readings, rated: float, limits: StaticLimits) -> tuple[Figure, ...]:
    """Judge a zero.

    Parameters
    ----------
    readings
        Without vehicles, in the sensor's own unit.
    rated
        What the sensor reads at its rated load above zero, in the same unit; the figures are shares of it.
    limits
        What is allowed.

    Returns
    -------
    tuple of Figure
        ``zero``, ``noise``, ``zero_per_hour``, ``zero_per_k``. Time and temperature are fitted together by least squares where both vary,
        so that neither takes the other's part; the doubt of a slope allows for readings that hang together (lag-1 autocorrelation).

    Raises
    ------
    RejectError
        ``zero-few`` below ten readings, ``zero-loaded`` if something stood on the sensor, ``rated-value``.
    """
    if not (math.isfinite(rated) and rated > 0):
        raise RejectError(
            "rated-value",
            told("rated = %(rated)s", rated=f"{rated:g}"),
            told("must be above 0: what the sensor reads at its rated load, without the zero"),
        )
    count = readings.value.size
    if count < READINGS_MIN:
        raise RejectError(
            "zero-few", told("%(count)s readings", count=count), told("at least %(readings_min)s are needed", readings_min=READINGS_MIN)
        )
    share = 100.0 * readings.value / rated
    columns, why_not = _columns(readings)
    design = np.column_stack(list(columns.values()))
    solution = np.linalg.lstsq(design, share, rcond=None)[0]
    rest = share - design @ solution
    _check_empty(rest)
    slopes = dict(zip(columns, zip(solution, _doubts(design, rest), strict=True), strict=True))
    return (
        Figure(name="zero", limit=limits.zero_percent, value=float(share.mean())),
        Figure(name="noise", limit=limits.noise_percent, value=float(rest.std(ddof=design.shape[1]))),
        _slope("zero_per_hour", limits.zero_per_hour_percent, slopes, why_not),
        _slope("zero_per_k", limits.zero_per_k_percent, slopes, why_not),
    )


def _columns(readings: Readings) -> tuple[dict[str, NDArray[np.float64]], dict[str, str]]:
    """Give what the zero is fitted to, by figure, and why a slope is not fitted."""
    columns = {"zero": np.ones(readings.value.size)}
    why_not = {}
    if np.ptp(readings.time_s) >= SPAN_MIN_S:
        columns["zero_per_hour"] = (readings.time_s - readings.time_s.mean()) / 3600.0
    else:
        why_not["zero_per_hour"] = N_("the stretch is shorter than 10 minutes")
    if readings.pavement_c is not None and np.ptp(readings.pavement_c) >= TEMPERATURE_SPAN_K:
        columns["zero_per_k"] = readings.pavement_c - readings.pavement_c.mean()
    else:
        why_not["zero_per_k"] = N_("the temperature is not given or changed by less than 3 K")
    if len(columns) == 3 and abs(np.corrcoef(columns["zero_per_hour"], columns["zero_per_k"])[0, 1]) > TOGETHER:
        why = N_("time and temperature went together, their parts cannot be told apart; record over a day")
        why_not = dict.fromkeys(("zero_per_hour", "zero_per_k"), why)
        columns = {"zero": columns["zero"]}
    return columns, why_not


def _slope(name: str, limit: float, slopes: dict[str, tuple[float, float]], why_not: dict[str, str]) -> Figure:
    if name not in slopes:
        return Figure(name=name, limit=limit, why_not=why_not[name])
    slope, doubt = slopes[name]
    return Figure(name=name, limit=limit, value=float(slope), doubt=2.0 * float(doubt))


def _doubts(design: NDArray[np.float64], rest: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give standard uncertainties of the solution; the number of readings counts less by (1 − r)/(1 + r) for a lag-1 correlation r."""
    freedom = max(1, rest.size - design.shape[1])
    power = float(rest @ rest)
    correlation = 0.0 if power == 0.0 else max(0.0, min(0.99, float(rest[:-1] @ rest[1:]) / power))
    variance = power / freedom * (1 + correlation) / (1 - correlation)
    doubts: NDArray[np.float64] = np.sqrt(variance * np.diag(np.linalg.pinv(design.T @ design)))
    return doubts


def _check_empty(rest: NDArray[np.float64]) -> None:
    centre = np.median(rest)
    spread = 1.4826 * float(np.median(np.abs(rest - centre)))
    if spread == 0.0:
        return
    off = np.flatnonzero(np.abs(rest - centre) > STEP_DEVIATIONS * spread)
    if off.size:
        what = told(
            "stands %(rest)s deviations off the rest: something stood on it; choose a quiet stretch",
            rest=f"{abs(rest[off[0]]) / spread:.0f}",
        )
        raise RejectError("zero-loaded", told("reading %(off)s", off=int(off[0]) + 1), what)
