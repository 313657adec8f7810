"""The plots of a certificate: what rows read over speed with what is known of it, and how the gains changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from calibration.certificate.changes import Change
from calibration.certificate.drawing import INK, PALE, Plot, ticks
from calibration.model import Calibration

COLOURS: Final = ("#0b5394", "#b45309", "#15803d", "#9d174d", "#4338ca", "#0e7490", "#854d0e", "#6b21a8")
DASHES: Final = ("none", "7 3", "2 2", "9 3 2 3")
"""Rows are told apart in grey print by their dashes."""
PERCENT: Final = 100.0


def row_errors(calibration: Calibration, *, speed_name: str, error_name: str, row_name: str, mean_name: str) -> str:
    """Draw what each row reads too much over speed, their mean with its uncertainty (k = 2), and the mean that each run gave."""
    low, high = calibration.speed_min_kmh, calibration.speed_max_kmh
    margin = max(0.06 * (high - low), 2.0)
    speeds = np.linspace(max(1.0, low - margin), high + margin, 80)
    errors = PERCENT * np.array([calibration.speed.errors(speed) for speed in speeds])
    band = 2 * PERCENT * np.array([calibration.speed.uncertainty(speed)[0] for speed in speeds])
    mean = errors.mean(axis=1)
    seen = [(run.speed_kmh, [error for error in run.errors if error is not None]) for run in calibration.runs]
    dots = [(speed, PERCENT * sum(whole) / len(whole)) for speed, whole in seen if whole]
    reach = [float(value) for value in (*errors.ravel(), *(mean + band), *(mean - band), *(error for _, error in dots))]
    x_ticks, y_ticks = ticks(float(speeds[0]), float(speeds[-1]), 8), ticks(min(reach), max(reach))
    plot = Plot(500, 235, (x_ticks[0], x_ticks[-1]), (y_ticks[0], y_ticks[-1]))
    plot.axes(speed_name, error_name, x_ticks=x_ticks, y_ticks=y_ticks, signed=True)
    plot.area([*zip(speeds, mean + band, strict=True), *zip(speeds[::-1], (mean - band)[::-1], strict=True)], INK, 0.13)
    for limit in (low, high):
        plot.line([(limit, y_ticks[0]), (limit, y_ticks[-1])], PALE, width=0.9, dash="3 3")
    legend = []
    for row, values in enumerate(errors.T):
        colour, dash = COLOURS[row % len(COLOURS)], DASHES[row % len(DASHES)]
        plot.line(list(zip(speeds, values, strict=True)), colour, dash=dash)
        legend.append((f"{row_name} {row + 1}", colour, dash))
    plot.line(list(zip(speeds, mean, strict=True)), INK, width=2.0)
    for speed, error in dots:
        plot.dot(speed, error, INK, hollow=True, radius=2.2)
    plot.legend([*legend, (mean_name, INK, "none")])
    return plot.svg()


def gain_changes(gains: Sequence[Change], u: Sequence[float], *, sensor_name: str, gain_name: str, old_name: str, new_name: str) -> str:
    """Draw old and new gain of every sensor; bars are the expanded uncertainty (k = 2) of the new ones, `u` its half width in the gain."""
    places = range(len(gains))
    spread = [
        value
        for change, half in zip(gains, u, strict=True)
        for value in (change.old, *(() if change.new is None else (change.new - half, change.new + half)))
        if value is not None
    ]
    y_ticks = ticks(min(spread), max(spread), 5)
    plot = Plot(500, 180, (-0.5, len(gains) - 0.5), (y_ticks[0], y_ticks[-1]))
    plot.axes(sensor_name, gain_name, x_ticks=[], y_ticks=y_ticks, signed=False)
    for place, change, half in zip(places, gains, u, strict=True):
        plot.tick_name(place, change.of)
        if change.old is not None and change.new is not None:
            plot.line([(place - 0.12, change.old), (place + 0.12, change.new)], PALE, width=0.8)
        if change.old is not None:
            plot.dot(place - 0.12, change.old, COLOURS[1], hollow=True)
        if change.new is not None:
            plot.line([(place + 0.12, change.new - half), (place + 0.12, change.new + half)], COLOURS[0], width=1.2)
            plot.dot(place + 0.12, change.new, COLOURS[0])
    plot.legend([(new_name, COLOURS[0], "none"), *([(old_name, COLOURS[1], "dot")] if any(one.old is not None for one in gains) else [])])
    return plot.svg()
