"""Vehicles gathered into days: one after the other as a station sees them, or a whole history at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from calibration.drift.passing import Passings, against_steering, compared, joined, passing_of
from calibration.drift.regressors import ZERO_PRIOR_SD
from calibration.drift.subjects import Sight
from calibration.drift.sums import Day, Sums
from calibration.drift.zero import zero_sums
from calibration.history import Passage
from contract.units import S_PER_DAY

Progress = Callable[[int], None]
"""Told how many vehicles are done."""


def day_of_vehicles(sight: Sight, number: int, seen: Passings, left_out: int = 0) -> Day:
    """Give a day of these vehicles, the zeros not looked at."""
    without = int(np.count_nonzero(~np.isfinite(seen.pavement_c)))
    none = Sums.none(ZERO_PRIOR_SD.size, len(sight.sensors))
    return Day(number, compared(sight, seen), against_steering(sight, seen), none, left_out, without)


def days_of_history(sight: Sight, history: Sequence[Passage], first_day: int, progress: Progress) -> list[Day]:
    """Gather a history whose time counts from the beginning of `first_day`."""
    days, done = [], 0
    ordered = sorted(history, key=lambda passage: passage.time_s)
    for number, passages in groupby(ordered, key=lambda passage: first_day + int(passage.time_s // S_PER_DAY)):
        all_of_it = list(passages)
        found = [passing_of(sight, one.nominal_kg, one.behind_m, one.speed_kmh, one.pavement_c) for one in all_of_it]
        seen = [one for one in found if one is not None]
        if seen:
            days.append(day_of_vehicles(sight, number, joined(seen), len(found) - len(seen)))
        done += len(all_of_it)
        progress(done)
    return days


class DayBook:
    """The days of a lane as they grow, bounded by who takes out the old ones.

    Parameters
    ----------
    sight
        How the lane sees drift.
    days
        What was kept before this start; those that the present software or lane did not make are left out.
    """

    def __init__(self, sight: Sight, days: Sequence[Day] = ()) -> None:
        self.sight = sight
        self._days = {day.number: day for day in days if day.fits(len(sight.contrast), len(sight.sensors))}

    @property
    def days(self) -> list[Day]:
        """All days in their order."""
        return [self._days[number] for number in sorted(self._days)]

    def day(self, number: int) -> Day:
        """Give one day, an empty one if nothing has passed."""
        return self._days.get(number) or Day.none(number, len(self.sight.contrast), len(self.sight.sensors))

    def add_vehicle(self, number: int, seen: Passings | None) -> None:
        """Take a vehicle, or None for one that does not count."""
        empty = Day.none(number, len(self.sight.contrast), len(self.sight.sensors))
        more = Day(number, empty.compared, empty.steering, empty.zero, 1) if seen is None else day_of_vehicles(self.sight, number, seen)
        self._days[number] = self.day(number) + more

    def add_zero(self, number: int, zero_kg: NDArray[np.float64], pavement_c: float) -> None:
        """Take a look at the zeros of all weighing sensors, in kg of nominal load."""
        day = self.day(number)
        self._days[number] = Day(
            number, day.compared, day.steering, day.zero + zero_sums(zero_kg, pavement_c), day.left_out, day.without_temperature
        )

    def forget_before(self, number: int) -> None:
        """Forget the days before one."""
        self._days = {day: kept for day, kept in self._days.items() if day >= number}
