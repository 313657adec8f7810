"""What one wheel left on a strip or a plate: time, area, level, width, and how sure the load signal is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from contract.axles import CrossingFlag


class Pulse(NamedTuple):
    """One wheel, positions as indices into the record.

    Attributes
    ----------
    start, stop
        Stretch above the threshold.
    centre
        Where the wheel stood on the middle of the sensor, with fraction.
    area
        Counts times samples.
    level
        Flat top of a plate or peak of a strip, counts.
    width
        Full width at half height, samples: the time the wheel's middle took over the plate, or the tyre's footprint over the strip.
    u_share
        Relative standard uncertainty of the load signal, the area of a strip or the level of a plate; None for a loop.
    flags
        What the shape alone says against it.
    """

    start: int
    stop: int
    centre: float
    area: float
    level: float
    width: float
    u_share: float | None = None
    flags: frozenset[CrossingFlag] = frozenset()


def half_height(above: NDArray[np.float64], start: int, stop: int, height: float) -> tuple[float, float]:
    """First upward and last downward passage through `height` within the stretch, linearly interpolated, as indices."""
    high = above[start:stop] >= height
    # argmax gives 0 where nothing is that high: the whole stretch then.
    first, last = start + int(high.argmax()), stop - 1 - int(high[::-1].argmax())
    rise, fall = float(first), float(last)
    if first > 0 and (step := float(above[first] - above[first - 1])) > 0.0:
        rise -= min(1.0, max(0.0, (float(above[first]) - height) / step))
    if last + 1 < above.size and (step := float(above[last] - above[last + 1])) > 0.0:
        fall += min(1.0, max(0.0, (float(above[last]) - height) / step))
    return rise, fall
