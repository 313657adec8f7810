"""Which wheels ran beside the sensors, over their joint or on a bent path, and how the load lay: flags of the way across the lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contract.axles import Crossing
from contract.station import Lane
from contract.vehicles import VehicleFlag
from edge.vehicles.lateral import Across, LateralModel, is_quiet
from edge.vehicles.sides import left_shares, share_change, sides_of

FLAG_PROBABILITY: Final = 0.15
"""A wheel is said to have been cut when that is this likely. Few vehicles of ordinary traffic reach a fiftieth, and a vehicle whose wheel
stood beside the sensors would be recorded as lighter than it is."""

TOLD_PROBABILITY: Final = 1.0 / 3.0
"""Where a wheel was cut, each end is named that did it with this probability. Shares that fit either side name both: neither is proven, and
none may be left out."""

TOLD_M: Final = 0.3
"""A position is stated when its expanded uncertainty is no wider than a single tyre."""

UNBALANCED_SHARE: Final = 0.1
"""A side that bears this much more or less than half of the weight; properly stowed loads stay within half of it."""

CHANGE_SHARE, CHANGE_SIGMA = 0.06, 4.0
"""A left share that changes by more than this over the rows, and by more than so many of its standard deviations: 0.75 m/s² across."""


@dataclass(frozen=True)
class Position:
    """Flags, each with its figure, and the vehicle's middle from the lane's left edge where it is known."""

    flags: dict[VehicleFlag, float]
    lateral_m: float | None = None


class PositionWatch:
    """Judges vehicles of one lane by how left and right shared their axles; says nothing on lanes whose sensors have no two sides.

    Parameters
    ----------
    lane
        The lane.
    """

    def __init__(self, lane: Lane) -> None:
        self._middle_m = lane.width_m / 2.0
        self._rows = sides_of(lane)
        self._model = LateralModel(lane, self._rows[0]) if self._rows else None

    def judge(
        self, axles: tuple[dict[str, Crossing], ...], loads_kg: dict[str, tuple[float | None, ...]], spacings_m: list[float]
    ) -> Position:
        """Judge one vehicle.

        Parameters
        ----------
        axles
            Crossings by sensor name, per axle.
        loads_kg
            Per sensor each axle's load, corrected by the sensor's gain where one is known.
        spacings_m
            Distances between axles.

        Returns
        -------
        Position
            The figure of off-sensors is the part of the weight that stood beside them, of straddling the distance in m from the lane's
            middle (negative to the left), of the s-path the change of the left share over the rows, of unbalanced load the left share.
        """
        if self._model is None:
            return Position({})
        shares = left_shares(axles, loads_kg, self._rows)
        flags: dict[VehicleFlag, float] = {}
        change, sd = share_change(shares)
        if change > max(CHANGE_SHARE, CHANGE_SIGMA * sd):
            flags[VehicleFlag.S_PATH] = round(change, 3)
        across = None if is_quiet(shares) else self._model.locate(shares, spacings_m)
        if across is None:
            return Position(flags)
        if across.cut > FLAG_PROBABILITY:
            flags.update(self._cut_flags(across))
        elif abs(across.balance - 0.5) > UNBALANCED_SHARE:
            flags[VehicleFlag.UNBALANCED] = round(across.balance, 3)
        return Position(flags, across.lateral_m if across.lateral_u_m <= TOLD_M else None)

    def _cut_flags(self, across: Across) -> dict[VehicleFlag, float]:
        lost = min(1.0, across.lost_share / across.cut)  # what is lost where a wheel was cut
        figures = {
            VehicleFlag.OFF_LEFT: (across.cut_left, lost),
            VehicleFlag.OFF_RIGHT: (across.cut_right, lost),
            VehicleFlag.STRADDLING: (across.cut_middle, across.lateral_m - self._middle_m),
        }
        top = max(probability for probability, _ in figures.values())
        least = min(top, TOLD_PROBABILITY * across.cut)
        return {flag: round(figure, 3) for flag, (probability, figure) in figures.items() if probability >= least}


def corrected(loads_kg: dict[str, tuple[float | None, ...]], gains: dict[str, float]) -> dict[str, tuple[float | None, ...]]:
    """Apply each sensor's gain to its nominal loads; a sensor without one keeps them."""
    return {name: tuple(None if load is None else load * gains.get(name, 1.0) for load in loads) for name, loads in loads_kg.items()}
