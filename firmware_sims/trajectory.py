"""Where a vehicle's first axle is at each moment: stretches of constant acceleration, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Trajectory:
    """Motion along the lane, never backwards.

    Before the stretches the vehicle drives at `speed_ms`, after them at the speed it has reached, which must be above 0. Time 0 is when the
    first axle stands at position 0.

    Parameters
    ----------
    speed_ms
        Speed before the first stretch.
    start_m
        Place of the first axle where the first stretch begins.
    stretches
        Duration in s and acceleration in m/s² of each.

    Raises
    ------
    ValueError
        If the vehicle would go backwards or stand for ever.
    """

    def __init__(self, speed_ms: float, start_m: float = 0.0, stretches: Sequence[tuple[float, float]] = ()) -> None:
        times, places, speeds, accels = [0.0, 0.0], [start_m, start_m], [speed_ms, speed_ms], [0.0]
        for duration_s, accel_ms2 in stretches:
            speed = speeds[-1]
            times.append(times[-1] + duration_s)
            places.append(places[-1] + speed * duration_s + accel_ms2 * duration_s**2 / 2)
            speeds.append(max(0.0, speed + accel_ms2 * duration_s))
            accels.append(accel_ms2)
            if speed + accel_ms2 * duration_s < -1e-9:
                raise ValueError(f"braking at {accel_ms2:g} m/s² for {duration_s:g} s from {speed:g} m/s would drive backwards")
        accels.append(0.0)
        if speeds[0] <= 0 or speeds[-1] <= 0:
            raise ValueError("a vehicle that comes or goes at no speed would stand for ever")
        self._times, self._places = np.array(times), np.array(places)
        self._speeds, self._accels = np.array(speeds), np.array(accels)
        self._times = self._times - self.time_at(0.0)

    def place_m(self, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the place of the first axle."""
        stretch, since_s = self._stretch(time_s)
        place: NDArray[np.float64] = self._places[stretch] + since_s * (self._speeds[stretch] + self._accels[stretch] * since_s / 2)
        return place

    def accel_ms2(self, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the acceleration."""
        accel: NDArray[np.float64] = self._accels[self._stretch(time_s)[0]]
        return accel

    def time_at(self, place_m: float) -> float:
        """Give when the first axle reaches a place; where it stops there, when it gets there."""
        stretch = int(np.clip(np.searchsorted(self._places[1:], place_m), 0, len(self._places) - 1))
        way_m, speed, accel = place_m - self._places[stretch], self._speeds[stretch], self._accels[stretch]
        root = np.sqrt(max(0.0, speed**2 + 2 * accel * way_m))
        return float(self._times[stretch] + (2 * way_m / (speed + root) if speed + root > 0 else 0.0))

    def _stretch(self, time_s: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        stretch = np.maximum(np.searchsorted(self._times, time_s, side="right") - 1, 0)
        return stretch, time_s - self._times[stretch]
