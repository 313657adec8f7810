"""How much a fit hangs on each run: it is left out, and the gains are fitted again.

R. D. Cook, Detection of Influential Observation in Linear Regression, Technometrics 19, 1977: the squared change of the coefficients over
their variance, divided by their number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from calibration.fit import ReferenceRun, row_loads, solve_gains
from calibration.model import Calibration
from calibration.review.residuals import Residuals
from calibration.speed import fit_speed, readings_of
from contract.faults import RejectError
from contract.station import Lane

MAD_TO_SD: Final = 1.4826

CUT: Final = 4.0
"""A run whose distance exceeds this over the number of runs is worth a look (Bollen and Jackman 1985)."""

FAR: Final = 4.0
"""So is one whose mean residual lies so many robust standard deviations off: the fit is robust and heeds it little, which hides it."""


@dataclass(frozen=True)
class Influence:
    """What leaving a run out does.

    Attributes
    ----------
    run, vehicle
        Which.
    mean
        Relative change of the mean of all gains.
    sensor, largest
        The sensor whose gain changes most, and by how much.
    distance
        Cook's, of the gains.
    residual
        Mean over rows of what is left of the run, relative.
    unseen
        The same by gains and a function of speed that were fitted without the run: how a calibration reads what it has not seen.
    marked
        Whether it is worth a look.

    A run without which no fit is possible is marked, and has NaN for what leaving it out does.
    """

    run: int
    vehicle: str
    mean: float
    sensor: str
    largest: float
    distance: float
    residual: float
    unseen: float
    marked: bool


def influences(lane: Lane, left: Residuals, calibration: Calibration, progress: Callable[[int], None]) -> tuple[Influence, ...]:
    """Leave out each run in turn."""
    runs, means = left.runs, left.means
    middle = float(np.nanmedian(means))
    usual = MAD_TO_SD * float(np.nanmedian(np.abs(means - middle)))
    sensors = list(calibration.sensors)
    gains = np.array([calibration.sensors[name].gain for name in sensors])
    u = np.array([max(calibration.sensors[name].relative_u, 1e-4) for name in sensors])
    found = []
    for index, run in enumerate(runs):
        try:
            without, _ = solve_gains(lane, [*runs[:index], *runs[index + 1 :]])
        except RejectError:  # no other run was weighed by some sensor: nothing is known without this one
            found.append(_indispensable(run, float(means[index])))
            continue
        change = np.array([without[name] for name in sensors]) / gains - 1.0
        largest = int(np.abs(change).argmax())
        distance = float(np.mean((change / u) ** 2))
        found.append(
            Influence(
                run=run.run,
                vehicle=run.vehicle,
                mean=float(change.mean()),
                sensor=sensors[largest],
                largest=float(change[largest]),
                distance=distance,
                residual=float(means[index]),
                unseen=_unseen(lane, runs, index, without, calibration),
                marked=distance > CUT / len(runs) or abs(means[index] - middle) > FAR * usual,
            )
        )
        progress(index + 1)
    return tuple(found)


def _indispensable(run: ReferenceRun, residual: float) -> Influence:
    nothing = float("nan")
    return Influence(
        run=run.run,
        vehicle=run.vehicle,
        mean=nothing,
        sensor="",
        largest=nothing,
        distance=nothing,
        residual=residual,
        unseen=nothing,
        marked=True,
    )


def _unseen(lane: Lane, runs: Sequence[ReferenceRun], index: int, gains: Mapping[str, float], calibration: Calibration) -> float:
    """Give the mean error over rows of a run by gains, and by the function of speed that the other runs show under them."""
    errors = [row_loads(lane, run, gains).sum(axis=0) / sum(run.static_kg) - 1.0 for run in runs]
    others = [
        said.model_copy(update={"errors": tuple(None if np.isnan(error) else float(error) for error in of_run)})
        for place, (said, of_run) in enumerate(zip(calibration.runs, errors, strict=True))
        if place != index
    ]
    known = readings_of(others)
    expected = fit_speed(known).errors(runs[index].speed_kmh) if known.place.size and len(calibration.speed.speed_kmh) > 1 else 0.0
    left = (1.0 + errors[index]) / (1.0 + expected) - 1.0
    return float(np.mean(left[np.isfinite(left)])) if np.isfinite(left).any() else float("nan")
