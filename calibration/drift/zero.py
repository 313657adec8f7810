"""The zero of each channel over days, from the idle baseline: where it stands, and whether it moves otherwise than with the temperature.

Weighing takes the zero anew beside every wheel, so that a drift of the zero does not shift loads. It tells of a sensor that comes loose,
takes in water or stays loaded, weeks before its gain does; and a zero that does not move at all is no longer a sensor's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.drift.change import STEP, Change, evidence, weigh_subjects
from calibration.drift.finding import SURE, Finding
from calibration.drift.regressors import ZERO_PRIOR_SD, of_zero
from calibration.drift.subjects import Sight, Subject
from calibration.drift.sums import Day, Sums
from contract.topics import DriftKind

Array = NDArray[np.float64]

WHEEL_KG: Final = 5_000.0
"""The prior size of a zero's change is that of a gain's at this wheel load: 100 kg at once, 50 kg a week."""

LEAST_KG: Final = 50.0
"""A zero that moved less is no alarm: one per cent of a laden wheel."""

DAY_SD_KG: Final = 5.0
"""Prior of what the zero moves from day to day beside temperature and drift."""

STILL_SHARE: Final = 0.02
"""A zero whose scatter over a day is below this share of its usual one stands still."""

STILL_SAMPLES: Final = 300
"""Readings of the zero a day needs before it can be told to stand still: five hours of one a minute."""

USUAL_DAYS: Final = 5
"""Days that tell the usual scatter."""


def zero_sums(zero_kg: Array, pavement_c: float) -> Sums:
    """Give the sums of one look at the zeros (S,) of all channels, in kg of nominal load."""
    return Sums.of(of_zero(np.array([pavement_c])), zero_kg[None], np.ones(1))


def zero_findings(sight: Sight, days: Sequence[Day]) -> tuple[Finding, ...]:
    """Judge the zeros of days that looked at them; nothing where fewer than three did."""
    looked = [day for day in days if day.zero.number]
    if len(looked) < 3:
        return ()
    numbers = np.array([day.number for day in looked], np.int64)
    seen = evidence(numbers, [day.zero for day in looked], ZERO_PRIOR_SD, DAY_SD_KG)
    changes = weigh_subjects([(seen, np.eye(len(sight.sensors)))], WHEEL_KG)
    still = _still_since(looked)
    return tuple(_finding(name, change, since) for name, change, since in zip(sight.sensors, changes, still, strict=True))


def _finding(name: str, change: Change, still_since: int | None) -> Finding:
    if still_since is None:
        return Finding(Subject(DriftKind.ZERO, name, np.zeros(0)), change, alarm=change.sure >= SURE and abs(change.now) >= LEAST_KG)
    stood = Change(1.0, still_since, (still_since, still_since), STEP, 0, 0.0, 0.0, 0.0, 0.0)
    return Finding(Subject(DriftKind.ZERO_STILL, name, np.zeros(0)), stood, alarm=True)


def _still_since(days: Sequence[Day]) -> list[int | None]:
    """Give for each channel the first of the last days on which its zero stood still, None where the last day's did not."""
    scatter = np.array([_scatter(day.zero) for day in days])
    found: list[int | None] = [None] * scatter.shape[1]
    for channel, line in enumerate(scatter.T):
        moving = [float(value) for value in line if np.isfinite(value)]
        if len(moving) <= USUAL_DAYS:
            continue
        usual = float(np.median(moving))
        for day, value in zip(reversed(days), line[::-1], strict=True):
            if not value < STILL_SHARE * usual:
                break
            found[channel] = day.number
    return found


def _scatter(zero: Sums) -> Array:
    """Give each channel's standard deviation over a day, NaN where the day has too few readings."""
    if zero.number < STILL_SAMPLES:
        return np.full(zero.wy.size, np.nan)
    return np.asarray(np.sqrt(np.maximum(zero.wyy.diagonal() / zero.w - (zero.wy / zero.w) ** 2, 0.0)))
