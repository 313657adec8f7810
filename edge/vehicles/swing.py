"""Whether left and right sensors felt two wheels or one: how an axle's left share swings from row to row against its load.

Two wheels run on two tracks of a road that differ in what is short, so they hop and roll apart: an axle's left share swings from row to
row by a part of what its load swings. Where one wheel bears on both sides, over the joint in the lane's middle, while the other one runs
beside the sensors, both sides swing in step and the share stands still. Shares alone often cannot tell these apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

APART: Final = 0.3
"""Swing of the share over the swing of the load: ½·√((1 − r)/(1 + r)) for wheels whose forces correlate with r. Tracks 2 m apart correlate
with 0.2 to 0.8 at the wavelengths of body bounce, which gives 0.2 to 0.4."""

STILL_SD: Final = 0.003
"""By how much a share swings whatever bears it: tyre patterns, and a path that is straight to a centimetre."""

TRUST: Final = 0.6
"""Part of the degrees of freedom that counts: rows closer than a bounce, and axles of one body, do not swing each for itself, and `APART`
is not the same for every road and vehicle."""


@dataclass(frozen=True)
class Swing:
    """Swing of axles over the rows, each (axles,): sums of squares about the mean over rows, of the left share and of the load relative to
    its mean; what of the former is noise of the signals; degrees of freedom.
    """

    share2: NDArray[np.float64]
    load2: NDArray[np.float64]
    noise2: NDArray[np.float64]
    freedom: NDArray[np.float64]

    def likelihood(self, sensitivity: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give how likely the swing is where a share follows the vehicle's own one with a sensitivity.

        Parameters
        ----------
        sensitivity
            (...) change of the share per change of the vehicle's own; 0 where one wheel alone is felt.

        Returns
        -------
        float64 (axles, ...), density of the logarithm of the ratio of both sums of squares, which is Snedecor's F, but for a constant.
        """
        behind = (slice(None),) + (None,) * sensitivity.ndim
        still2 = np.maximum(self.freedom * STILL_SD**2 + self.noise2, 1e-9)[behind]
        ratio = (self.share2[behind] + still2) / (still2 + self.load2[behind] * (APART * sensitivity) ** 2)
        likely: NDArray[np.float64] = (4.0 * ratio / (1.0 + ratio) ** 2) ** (0.5 * TRUST * self.freedom[behind])
        return likely


def swing_of(share: NDArray[np.float64], load_kg: NDArray[np.float64], u: NDArray[np.float64]) -> Swing:
    """Measure the swing of axles.

    Parameters
    ----------
    share, load_kg, u
        (axles, rows) left share, load and standard uncertainty of the share by the signals; NaN where a row cannot tell.
    """
    known = ~np.isnan(share)
    number = np.maximum(known.sum(axis=1), 1)

    def about_mean2(values: NDArray[np.float64]) -> NDArray[np.float64]:
        filled = np.where(known, values, 0.0)
        mean = filled.sum(axis=1) / number
        squares: NDArray[np.float64] = (np.where(known, values - mean[:, None], 0.0) ** 2).sum(axis=1)
        return squares

    mean_kg = np.where(known, load_kg, 0.0).sum(axis=1) / number
    freedom = (number - 1).astype(np.float64)
    noise2 = np.where(known, u, 0.0) ** 2
    return Swing(
        about_mean2(share),
        about_mean2(load_kg / np.maximum(mean_kg, 1e-9)[:, None]),
        noise2.sum(axis=1) * freedom / number,
        freedom,
    )
