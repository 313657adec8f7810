"""The zero under a wheel: what the quiet samples before and after it foretell, mains hum included, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from edge.axles.detect import REST_HOPS, Record
from edge.axles.hops import HOP_S

WAVE_S = 2.0
"""Length of the tables of the mains' lines; longer records are rare and calculate their own."""

REST_SHARE_LEFT_OUT = 1.0 / 3.0
"""Share of the rest left out next to the wheel, and one hop of the lead: the foot of a slow wheel lies below the threshold."""


@dataclass(frozen=True)
class Zero:
    """Zero of a record.

    Attributes
    ----------
    line
        (n,) float64, counts.
    columns
        (n, k) what the line is made of: a constant, a drift, cosine and sine of each line of hum.
    covariance
        (k, k) of their amplitudes, counts².
    white
        Standard deviation of what is left of the noise without the hum, counts.
    step
        Difference between the levels after and before, counts; 0 where one of them is unknown.
    """

    line: NDArray[np.float64]
    columns: NDArray[np.float64]
    covariance: NDArray[np.float64]
    white: float
    step: float

    def variance_of_sum(self, begin: int, end: int) -> float:
        """Give the variance of the zero's sum over samples [begin, end), counts²."""
        total = self.columns[begin:end].sum(axis=0)
        return float(total @ self.covariance @ total)


def zero_of(record: Record, rate_hz: float) -> Zero:
    """Fit the zero of a record to its quiet samples by least squares.

    Hum has the amplitude that the channel showed while idle as its prior, phase unknown (a ridge); constant and drift are free. This is the
    best linear prediction under white noise and hum (Rao and Toutenburg, Linear Models, 1999, section 4.12).
    """
    size = record.counts.size
    lead, rest = _quiet_spans(record, rate_hz)
    white = float(np.sqrt(max(record.noise**2 - sum(power for _, power in record.hum), 0.25 * record.noise**2)))
    both = lead > 0 and rest > 0
    columns = np.empty((size, 1 + both + 2 * len(record.hum)))
    columns[:, 0] = 1.0
    ridge = np.zeros(columns.shape[1])
    if both:
        columns[:, 1] = np.linspace(-1.0, 1.0, size)
    at = 1 + both
    for line_hz, power in record.hum:
        columns[:, at : at + 2] = _wave(line_hz, rate_hz, size)
        ridge[at : at + 2] = white**2 / power
        at += 2
    if not lead and not rest:
        covariance = np.zeros((columns.shape[1], columns.shape[1]))
        covariance[0, 0] = record.noise**2
        return Zero(np.full(size, record.level_before), columns, covariance, white, 0.0)
    use = np.concatenate((columns[:lead], columns[size - rest :]))
    counts = np.concatenate((record.counts[:lead], record.counts[size - rest :])) - record.level_before
    valid = np.concatenate((record.valid[:lead], record.valid[size - rest :]))
    if not valid.all():
        use, counts = use * valid[:, None], np.where(valid, counts, 0.0)
    normal = use.T @ use
    normal[np.diag_indices_from(normal)] += ridge + 1e-9
    inverse = np.linalg.inv(normal)
    amplitude = inverse @ (use.T @ counts)
    line = columns @ amplitude + record.level_before
    step = 2.0 * float(amplitude[1]) if both else 0.0
    return Zero(line, columns, np.asarray(inverse * white**2, np.float64), white, step)


def _quiet_spans(record: Record, rate_hz: float) -> tuple[int, int]:
    """Give how many samples at the beginning and at the end are quiet beyond doubt."""
    hop = max(1, round(rate_hz * HOP_S))
    lead = record.lead - hop if record.lead > 2 * hop else record.lead
    rest = record.rest
    if rest >= REST_HOPS * hop:
        rest -= int(REST_SHARE_LEFT_OUT * rest)
    if record.overlong or not record.valid[:lead].any():
        lead = 0 if not record.valid[:lead].any() else lead
        rest = 0 if record.overlong else rest
    if rest and not record.valid[record.counts.size - rest :].any():
        rest = 0
    return lead, rest


def _wave(line_hz: float, rate_hz: float, size: int) -> NDArray[np.float64]:
    """Give cosine and sine (size, 2) of a line; the phase is fitted, so each record begins at zero."""
    table = _table(line_hz, rate_hz)
    return table[:size] if size <= table.shape[0] else _sampled(line_hz, rate_hz, size)


@lru_cache(maxsize=64)
def _table(line_hz: float, rate_hz: float) -> NDArray[np.float64]:
    return _sampled(line_hz, rate_hz, round(WAVE_S * rate_hz))


def _sampled(line_hz: float, rate_hz: float, size: int) -> NDArray[np.float64]:
    phase = 2.0 * np.pi * line_hz / rate_hz * np.arange(size)
    return np.column_stack((np.cos(phase), np.sin(phase)))
