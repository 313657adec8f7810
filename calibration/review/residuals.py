"""What is left of each run once the calibration is applied, and how it spreads over rows, speeds, vehicles, temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.fit import ReferenceRun
from calibration.model import Calibration
from calibration.speed import speed_classes


@dataclass(frozen=True)
class Group:
    """Residuals of one row, speed class or vehicle: how many, their mean and standard deviation (NaN of one), and the run furthest off."""

    name: str
    number: int
    mean: float
    sd: float
    worst_run: int
    worst: float


@dataclass(frozen=True)
class Residuals:
    """Relative residuals of gross weights: (runs, rows), NaN where a row did not see the whole vehicle."""

    runs: tuple[ReferenceRun, ...]
    values: NDArray[np.float64]

    @property
    def means(self) -> NDArray[np.float64]:
        """(runs,) mean over the rows that saw the vehicle."""
        return np.array([np.mean(line[np.isfinite(line)]) if np.isfinite(line).any() else np.nan for line in self.values])

    def by_row(self) -> list[Group]:
        """Group by row, in order of travel."""
        return [self._group(str(row + 1), self.values[:, row]) for row in range(self.values.shape[1])]

    def by_speed(self) -> list[Group]:
        """Group the means over rows by class of speed."""
        speeds = np.array([run.speed_kmh for run in self.runs])
        found = []
        for members in speed_classes(speeds.tolist()):
            inside = (speeds >= members[0]) & (speeds <= members[-1])
            found.append(self._group(f"{members[0]:.0f}–{members[-1]:.0f}", np.where(inside, self.means, np.nan)))
        return found

    def by_vehicle(self) -> list[Group]:
        """Group the means over rows by vehicle."""
        names = np.array([run.vehicle for run in self.runs])
        return [self._group(name, np.where(names == name, self.means, np.nan)) for name in dict.fromkeys(names.tolist())]

    def _group(self, name: str, values: NDArray[np.float64]) -> Group:
        seen = np.flatnonzero(np.isfinite(values))
        if not seen.size:
            return Group(name, 0, float("nan"), float("nan"), 0, float("nan"))
        worst = int(seen[np.abs(values[seen]).argmax()])
        sd = float(values[seen].std(ddof=1)) if seen.size > 1 else float("nan")
        return Group(name, seen.size, float(values[seen].mean()), sd, self.runs[worst].run, float(values[worst]))


def residuals(runs: Sequence[ReferenceRun], calibration: Calibration) -> Residuals:
    """Give what is left of the runs that a calibration was fitted to: the rows' errors less what the calibration says of their speed."""
    left = []
    for said in calibration.runs:
        errors = np.array([np.nan if error is None else error for error in said.errors])
        left.append((1.0 + errors) / (1.0 + calibration.speed.errors(said.speed_kmh)) - 1.0)
    return Residuals(tuple(runs), np.array(left))
