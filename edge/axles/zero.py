"""The zero under a wheel: what the quiet samples before and after it foretell, mains hum included, and how sure that is."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from edge.axles.hops import HOP_S
from edge.axles.record import REST_HOPS, Record

TABLE_S: Final = 2.0
"""Length of the tables of constant, drift and waves; longer records are rare and calculate their own."""

REST_SHARE_LEFT_OUT: Final = 1.0 / 3.0
"""Share of the rest left out next to the wheel, and one hop of the lead: the foot of a slow wheel lies below the threshold."""

LEAST_WHITE_SHARE: Final = 0.25
"""Share of the noise's power that is left for white noise, whatever the hum seems to be."""

STIFFNESS: Final = 1e-9
"""Keeps the normal matrix regular when the quiet samples are too few to tell a drift; far below one sample's weight."""


class Zero(NamedTuple):
    """Zero of a record.

    Attributes
    ----------
    above
        (n,) float64, the record's counts above it.
    sums
        (k, n + 1) sums over the samples before each of what the line is made of: a constant, a drift, cosine and sine of each line of hum.
    factor
        (k, k) upper Cholesky factor of the normal matrix of their amplitudes, whose covariance is its inverse times `white`².
    white
        Standard deviation of what is left of the noise without the hum, counts.
    step
        Difference between the levels after and before, counts; 0 where one of them is unknown.
    """

    above: NDArray[np.float64]
    sums: NDArray[np.float64]
    factor: NDArray[np.float64]
    white: float
    step: float

    def variance_of_sum(self, begin: int, end: int) -> float:
        """Give the variance of the zero's sum over samples [begin, end), counts²."""
        total = self.sums[:, end] - self.sums[:, begin]
        weighted, _ = lapack.dpotrs(self.factor, total)
        return self.white**2 * float(total @ weighted)


def zero_of(record: Record, rate_hz: float) -> Zero:
    """Fit the zero of a record to its quiet samples by least squares.

    Hum has the amplitude that the channel showed while idle as its prior, phase unknown (a ridge); constant and drift are free. This is the
    best linear prediction under white noise and hum (Rao and Toutenburg, Linear Models, 1999, section 4.12).
    """
    size = record.counts.size
    lead, rest = _quiet_spans(record, rate_hz)
    lines_hz, power = zip(*record.hum, strict=True) if record.hum else ((), ())
    white2 = max(record.noise**2 - sum(power), LEAST_WHITE_SHARE * record.noise**2)
    both = lead > 0 and rest > 0
    rows, sums = _rows(lines_hz, rate_hz, size, drifts=both)
    above: NDArray[np.float64] = np.subtract(record.counts, record.level_before)
    if not lead and not rest:
        return Zero(above, sums[:1], np.array([[white2**0.5 / record.noise]]), white2**0.5, 0.0)
    if record.whole and size <= _longest(rate_hz):
        normal = _products(lines_hz, rate_hz, lead, size - rest, size, drifts=both).copy()
        right = rows[:, :lead] @ above[:lead] + rows[:, size - rest :] @ above[size - rest :]
    else:
        uses = rows * record.valid
        uses[:, lead : size - rest] = 0.0
        normal, right = uses @ uses.T, uses @ above
    prior = [STIFFNESS + white2 / line_power for line_power in power for _ in ("cosine", "sine")]
    normal.flat[:: rows.shape[0] + 1] += [STIFFNESS] * (1 + both) + prior
    factor, amplitude, _ = lapack.dposv(normal, right)
    above -= amplitude @ rows
    step = float(amplitude[1]) * ((size - 1) / rate_hz) if both else 0.0
    return Zero(above, sums, factor, white2**0.5, step)


def _quiet_spans(record: Record, rate_hz: float) -> tuple[int, int]:
    """Give how many samples at the beginning and at the end are quiet beyond doubt."""
    hop = max(1, round(rate_hz * HOP_S))
    lead = record.lead - hop if record.lead > 2 * hop else record.lead
    rest = 0 if record.overlong else record.rest
    if rest >= REST_HOPS * hop:
        rest -= int(REST_SHARE_LEFT_OUT * rest)
    if record.whole:
        return lead, rest
    lead = lead if record.valid[:lead].any() else 0
    rest = rest if record.valid[record.counts.size - rest :].any() else 0
    return lead, rest


def _rows(lines_hz: tuple[float, ...], rate_hz: float, size: int, *, drifts: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give constant, drift and waves (k, size) and their running sums (k, size + 1); the phase of the hum is fitted, so each record begins
    at its own zero.
    """
    longest = _longest(rate_hz)
    rows, sums = _table(lines_hz, rate_hz, longest, drifts=drifts) if size <= longest else _sampled(lines_hz, rate_hz, size, drifts=drifts)
    return rows[:, :size], sums[:, : size + 1]


def _longest(rate_hz: float) -> int:
    return round(TABLE_S * rate_hz)


@lru_cache(maxsize=4096)
def _products(lines_hz: tuple[float, ...], rate_hz: float, lead: int, rest: int, size: int, *, drifts: bool) -> NDArray[np.float64]:
    """Give the normal matrix of a record quiet in [0, lead) and [rest, size); these are whole hops, so the same ones come again."""
    table, _ = _table(lines_hz, rate_hz, _longest(rate_hz), drifts=drifts)
    return np.asarray(table[:, :lead] @ table[:, :lead].T + table[:, rest:size] @ table[:, rest:size].T)


@lru_cache(maxsize=64)
def _table(lines_hz: tuple[float, ...], rate_hz: float, size: int, *, drifts: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return _sampled(lines_hz, rate_hz, size, drifts=drifts)


def _sampled(lines_hz: tuple[float, ...], rate_hz: float, size: int, *, drifts: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    time_s = np.arange(size) / rate_hz
    parts = [np.ones(size)] + [time_s] * drifts
    for line_hz in lines_hz:
        phase = 2.0 * np.pi * line_hz * time_s
        parts += [np.cos(phase), np.sin(phase)]
    rows = np.stack(parts)
    return rows, np.pad(rows.cumsum(axis=1), ((0, 0), (1, 0)))
