"""Whether the reference weights can be what they are said to be, by what the scale itself reads of their vehicles."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import numpy as np

from calibration.fit import ReferenceRun
from calibration.scales.reference_weights import mistake_of
from contract.faults import RejectError
from contract.station import Lane

AGREE: Final = 0.12
"""Vehicles' readings over their static weights differ by less than this: one scale weighed them all, some per cent is dynamics."""

NOMINAL: Final = 1.6
"""Nominal constants are good for this factor either way; a single reference vehicle further off has a wrong weight or unit."""


def check_weights(lane: Lane, runs: Sequence[ReferenceRun]) -> None:
    """Refuse a reference vehicle whose static weight stands off what the scale reads of it, against the other vehicles.

    Raises
    ------
    RejectError
        ``reference-factor``, with what the figure probably is.
    """
    ratios = {vehicle: _ratio(lane, [run for run in runs if run.vehicle == vehicle]) for vehicle in sorted({run.vehicle for run in runs})}
    ratios = {vehicle: ratio for vehicle, ratio in ratios.items() if np.isfinite(ratio)}
    if not ratios:
        return
    usual = float(np.median(list(ratios.values())))
    if len(ratios) < 3:
        usual = min(ratios.values(), key=lambda ratio: abs(np.log(ratio)))  # of two, the one nearer to the nominal constants
        if not 1.0 / NOMINAL <= usual <= NOMINAL:
            _refuse(min(ratios, key=lambda vehicle: abs(np.log(ratios[vehicle]))), usual, "the nominal constants")
    worst = max(ratios, key=lambda vehicle: abs(np.log(ratios[vehicle] / usual)))
    if abs(np.log(ratios[worst] / usual)) > AGREE:
        _refuse(worst, ratios[worst] / usual, "the other vehicles")


def _refuse(vehicle: str, ratio: float, against: str) -> None:
    guess = mistake_of(Decimal(1.0 / ratio))
    probably = f": probably {guess}" if guess else ""
    what = (
        f"the static weight is {1.0 / ratio:.3g} times what the scale reads of it against {against}{probably}; "
        "check the figures, their unit, and whether it was loaded the same"
    )
    raise RejectError("reference-factor", f"vehicle {vehicle}", what)


def _ratio(lane: Lane, runs: Sequence[ReferenceRun]) -> float:
    """Give the median of nominal load over static load, of the axles that all sensors of a row weighed."""
    found = []
    for run in runs:
        for row in lane.weighing_rows:
            parts = [run.nominal_kg[sensor.name] for sensor in row]
            for k, static in enumerate(run.static_kg):
                loads = [part[k] for part in parts]
                if None not in loads:
                    found.append(sum(load for load in loads if load is not None) / static)
    return float(np.median(found)) if found else float("nan")
