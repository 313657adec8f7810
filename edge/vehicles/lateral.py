"""Where a vehicle ran across the lane, and which of its wheels the sensors' ends cut, from how left and right shared its axles.

Sensors of half a lane's width do not tell where on them a wheel stands. They tell only when an end of theirs cuts a tyre: the outer end
loses a part of its load, the joint in the lane's middle gives a part of it to the other side. Either shows as a left share that no
vehicle's own balance explains, and differently for single and for dual tyres, because those are 0.3 and 0.6 m wide. So the position y is
estimated as one unknown among the others, by Bayes' rule on a grid:

    share(y) = (l₁·q + r₁·(1 − q)) / (l·q + r·(1 − q))

with q the vehicle's own left share, l and r the part of the left and the right tyre that stands on any sensor of the row, l₁ and r₁ the
part on its left side. Tyre, track and q are not known; each is averaged over what vehicles have. Where wheels stand wholly on their own
side y remains as wide as it was before the vehicle came, and is not stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contract.station import Lane
from edge.vehicles.sides import ROLL_FREEDOM, ROLL_SD, Shares, Sides
from edge.vehicles.swing import Swing, swing_of
from edge.vehicles.tracks import NARROW, SINGLE_TRACK, WIDE, Kind, kinds_of

STEP_M: Final = 0.04
"""Grid of y; what shares change within a step is added to their variance."""

BEYOND_M: Final = 1.0
"""How far beyond the lane's edges a vehicle's middle may be while its wheels still meet a sensor: half a track."""

KEEPS_LANE_SD_M, STRAYS_SHARE = 0.25, 0.1
"""Drivers keep within 0.2 to 0.3 m of the lane's middle (lateral wander in pavement design guides, 0.25 m); the others change lanes or ride
an edge and may be anywhere."""

BALANCE_SD, BALANCE_WIDE_SD, BALANCE_WIDE_SHARE = 0.025, 0.06, 0.05
"""Spread of vehicles' own left share about a half; one load in twenty lies far out of the middle."""

AXLE_SD: Final = 0.012
"""By how much an axle's own share differs from its vehicle's."""

PATH_SD: Final = 0.006
"""By how much a share differs from the formula's, whatever the vehicle's own: patterns, pressure over a tyre's width."""

TAIL: Final = 8.0
"""Degrees of freedom of the axles' deviations (Student's t), so that one odd axle does not decide."""

CUT_SHARE: Final = 0.05
"""A tyre that loses more than this part of its width is cut; less does not show above the swing of shares."""


QUIET_SHARE: Final = 0.05
"""Axles' shares this close to a half and to each other are explained by balance alone: wheels would have been cut with a chance of a
fiftieth. Nothing is computed for them."""


@dataclass(frozen=True)
class Across:
    """Where a vehicle ran.

    Attributes
    ----------
    lateral_m, lateral_u_m
        Its middle from the lane's left edge, and the expanded uncertainty (k = 2).
    cut_left, cut_right
        Probability that an outer end of the sensors cut one of its wheels, on that side.
    cut_middle
        Probability that one of its wheels ran over the joint between left and right, or on the other side of it.
    cut
        Probability of any of these.
    lost_share
        Expected part of its weight that stood beside the sensors.
    balance
        Its own left share, were none of its wheels cut.
    """

    lateral_m: float
    lateral_u_m: float
    cut_left: float
    cut_right: float
    cut_middle: float
    cut: float
    lost_share: float
    balance: float


@dataclass(frozen=True)
class _Seen:
    """Shares of the axles that were seen: index, mean over the rows, the standard deviation of that mean by roll, swing over the rows."""

    axle: NDArray[np.int64]
    share: NDArray[np.float64]
    sd: NDArray[np.float64]
    swing: Swing


@dataclass(frozen=True)
class _Table:
    """Parts of wheels over (y, tyre): `left_l` of the left wheel on the left side and so on; `single_track` stands on one wheel."""

    left_l: NDArray[np.float64]
    left_r: NDArray[np.float64]
    right_l: NDArray[np.float64]
    right_r: NDArray[np.float64]

    @property
    def beside(self) -> NDArray[np.float64]:
        """Part of the wheel that is farther out which stands on no sensor."""
        lost: NDArray[np.float64] = np.maximum(1.0 - self.left_l - self.left_r, 1.0 - self.right_l - self.right_r)
        return lost

    @property
    def crossed(self) -> NDArray[np.float64]:
        """Part of a wheel on the other side's sensors."""
        over: NDArray[np.float64] = np.maximum(self.left_r, self.right_l)
        return over

    @property
    def is_cut(self) -> NDArray[np.bool_]:
        """Whether a wheel is cut by any end."""
        cut: NDArray[np.bool_] = np.maximum(self.beside, self.crossed) > CUT_SHARE
        return cut


class LateralModel:
    """The sensors' ends of one lane, ready to be compared with shares.

    Parameters
    ----------
    lane
        The lane.
    row
        A row with two sides; rows that lie alike across the lane share a model.
    """

    def __init__(self, lane: Lane, row: Sides) -> None:
        middle_m = lane.width_m / 2.0
        self.y_m: NDArray[np.float64] = np.arange(-BEYOND_M, lane.width_m + BEYOND_M, STEP_M)
        away = np.abs(self.y_m - middle_m)
        keeps = np.exp(-0.5 * (away / KEEPS_LANE_SD_M) ** 2) / (KEEPS_LANE_SD_M * np.sqrt(2.0 * np.pi))
        self._log_y = np.log((1.0 - STRAYS_SHARE) * keeps + STRAYS_SHARE / (lane.width_m + 2.0 * BEYOND_M))
        self._balance = np.linspace(0.34, 0.66, 17)
        off = (self._balance - 0.5)[None, :] / np.array([[BALANCE_SD], [BALANCE_WIDE_SD]])
        narrow, wide = np.exp(-0.5 * off**2) / np.array([[BALANCE_SD], [BALANCE_WIDE_SD]])
        self._log_balance = np.log((1.0 - BALANCE_WIDE_SHARE) * narrow + BALANCE_WIDE_SHARE * wide)
        self._row = row
        ends = [end for sensor in (*row.left, *row.right) for end in sensor.lateral_m]
        # What is lost went off on the side of the sensors' middle on which the vehicle's middle lies.
        self._to_left = (self.y_m < 0.5 * (min(ends) + max(ends))).astype(np.float64)[:, None]
        self._tables = {kind: self._table(kind) for kind in (WIDE, NARROW, SINGLE_TRACK)}

    def locate(self, shares: Shares, spacings_m: list[float]) -> Across | None:
        """Estimate where a vehicle ran; None where no row saw both sides of an axle.

        Parameters
        ----------
        shares
            What the rows felt of each axle. Rows must lie alike across the lane.
        spacings_m
            Distances between axles.
        """
        seen = _mean(shares)
        if seen.axle.size == 0:
            return None
        load_kg = shares.mean_kg
        load = load_kg[seen.axle] / max(float(load_kg[seen.axle].sum()), 1e-9)
        found = [self._under(kind, prior, seen, load) for kind, prior in kinds_of(load_kg, spacings_m)]
        top = max(evidence for evidence, _, _ in found)
        weight = np.array([np.exp(evidence - top) for evidence, _, _ in found])
        weight /= weight.sum()
        of_y = sum(share * y for share, (_, y, _) in zip(weight, found, strict=True))
        figures = sum(share * figure for share, (_, _, figure) in zip(weight, found, strict=True))
        mean = float((of_y * self.y_m).sum())
        sd = float(np.sqrt((of_y * (self.y_m - mean) ** 2).sum() + STEP_M**2 / 12.0))
        return Across(mean, 2.0 * sd, *(float(figure) for figure in figures))

    def _under(
        self, kind: Kind, prior: float, seen: _Seen, load: NDArray[np.float64]
    ) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Give log evidence, (y,) posterior, and the figures of `Across`, were the vehicle of this kind."""
        table = self._tables[kind]
        fit = self._fit(table, seen)
        chances = np.array([kind.first if axle == 0 else kind.others for axle in seen.axle])  # (axle, set, tyre)
        mixed = np.einsum("kst,kytq->ksyq", chances, fit, optimize=True) + 1e-12
        # Given its tracks, y and balance, a vehicle's axles deviate each for itself.
        log = np.log(mixed).sum(axis=0) + self._log_y[:, None] + self._log_balance[None, :]  # (set, y, balance)
        top = float(log.max())
        joint = np.exp(log - top)
        evidence = float(np.log(prior) + top + np.log(joint.sum() / joint.size))
        joint /= joint.sum()
        per_tyre = np.einsum("kst,ksyq,kytq->kyt", chances, joint[None] / mixed, fit, optimize=True)
        whole = (kind.has @ table.is_cut.T.astype(np.float64) == 0.0)[:, :, None]  # (set, y, 1): no tyre of the set would be cut there
        of_balance = (joint * whole).sum(axis=(0, 1)) + 1e-12
        balance = float((of_balance * self._balance).sum() / of_balance.sum())
        return evidence, joint.sum(axis=(0, 2)), self._figures(table, per_tyre, load, balance)

    def _fit(self, table: _Table, seen: _Seen) -> NDArray[np.float64]:
        """(axle, y, tyre, balance) likelihood of what was seen of each axle, but for a constant."""
        q = self._balance[None, None, :]
        on_left = table.left_l[:, :, None] * q + table.right_l[:, :, None] * (1.0 - q)
        borne = on_left + table.left_r[:, :, None] * q + table.right_r[:, :, None] * (1.0 - q)
        share = on_left / np.maximum(borne, 1e-3)
        more_left, more = table.left_l - table.right_l, table.left_l + table.left_r - table.right_l - table.right_r
        # Change of the share per change of the vehicle's own: nothing where one wheel alone is felt.
        felt = (more_left[:, :, None] - share * more[:, :, None]) / np.maximum(borne, 1e-3)
        own2 = (AXLE_SD**2 + seen.sd[:, None, None, None] ** 2) * felt[None] ** 2
        within_step2 = np.gradient(share, axis=0) ** 2 / 12.0
        sd = np.sqrt(own2 + (PATH_SD**2 + within_step2)[None])
        miss = (seen.share[:, None, None, None] - share[None]) / sd
        fit = (1.0 + miss**2 / TAIL) ** (-0.5 * (TAIL + 1.0)) / sd * seen.swing.likelihood(felt)
        seen_at_all: NDArray[np.bool_] = borne > 2.0 * CUT_SHARE  # an axle that no sensor bears would not have been seen
        return np.where(seen_at_all[None], fit, 0.0)

    def _figures(self, table: _Table, per_tyre: NDArray[np.float64], load: NDArray[np.float64], balance: float) -> NDArray[np.float64]:
        """Give the figures of `Across` in its order from (axle, y, tyre) probabilities that sum to 1 per axle."""
        beside, crossed = table.beside, table.crossed
        to_left = self._to_left
        parts = (beside * to_left, beside * (1.0 - to_left), crossed, np.maximum(beside, crossed))
        cuts = [(per_tyre * (part > CUT_SHARE)[None]).sum(axis=(1, 2)).max() for part in parts]
        lost = np.minimum(1.0 - 0.5 * (table.left_l + table.left_r + table.right_l + table.right_r), 0.95)
        stood = (per_tyre * (1.0 - lost)[None]).sum(axis=(1, 2))
        lost_share = 1.0 - 1.0 / float((load / np.maximum(stood, 0.05)).sum())
        return np.array([*cuts, lost_share, balance])

    def _table(self, kind: Kind) -> _Table:
        parts = []
        for side in (-1.0, 1.0):
            for sensors in (self._row.left, self._row.right):
                part = np.zeros((self.y_m.size, len(kind.tyres)))
                for tyre, (half_m, width_m) in enumerate(kind.tyres):
                    middle = self.y_m + side * half_m
                    for sensor in sensors:
                        low, high = sensor.lateral_m
                        on = np.minimum(middle + width_m / 2.0, high) - np.maximum(middle - width_m / 2.0, low)
                        part[:, tyre] += np.clip(on, 0.0, None) / width_m
                parts.append(part)
        return _Table(*parts)


def _mean(shares: Shares) -> _Seen:
    """Average shares over the rows; the swing between rows is taken as common to all axles of the vehicle."""
    axle, share, number = _mean_left(shares)
    swing = swing_of(shares.left[axle], shares.load_kg[axle], shares.u[axle])
    roll2 = (ROLL_FREEDOM * ROLL_SD**2 + swing.share2.sum()) / (ROLL_FREEDOM + swing.freedom.sum())
    return _Seen(axle, share, np.sqrt(roll2 / number), swing)


def _mean_left(shares: Shares) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Give the axles that were seen, their left shares averaged over the rows, and how many rows those rest on."""
    known = ~np.isnan(shares.left)
    axle = np.flatnonzero(known.any(axis=1))
    number = known[axle].sum(axis=1)
    return axle, np.where(known[axle], shares.left[axle], 0.0).sum(axis=1) / number, number


def is_quiet(shares: Shares) -> bool:
    """Whether balance alone explains the left shares: all axles' means over the rows lie close to a half and to each other."""
    _, mean, _ = _mean_left(shares)
    return mean.size > 0 and bool(np.abs(mean - 0.5).max() <= QUIET_SHARE) and bool(np.ptp(mean) <= QUIET_SHARE)
