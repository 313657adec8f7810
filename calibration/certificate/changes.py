"""Old and new values: what a certificate changes in the parameters, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from calibration.catalogue import N_
from calibration.model import Calibration

PERCENT, PPM = 100.0, 1e6


@dataclass(frozen=True, slots=True)
class Change:
    """One figure: what it is (a message of the catalogue), of which sensor or row, its unit and decimals, and both values."""

    message: str
    of: str
    unit: str
    decimals: int
    old: float | None
    new: float | None

    @property
    def is_change(self) -> bool:
        """Whether the printed values differ."""
        return self.printed(self.old) != self.printed(self.new)

    def printed(self, value: float | None) -> str:
        """Give a value as it is printed."""
        return "–" if value is None else f"{value:.{self.decimals}f}"


def gains(old: Calibration | None, new: Calibration) -> list[Change]:
    """Give the gain of every sensor of either calibration."""
    before = {} if old is None else old.sensors
    names = [*new.sensors, *(name for name in before if name not in new.sensors)]
    return [
        Change(
            N_("gain"),
            name,
            "",
            5,
            before[name].gain if name in before else None,
            new.sensors[name].gain if name in new.sensors else None,
        )
        for name in names
    ]


def others(old: Calibration | None, new: Calibration) -> list[Change]:
    """Give every other figure that a load depends on."""
    olds = {} if old is None else {(change.message, change.of): change.new for change in _figures(old)}
    news = list(_figures(new))
    gone = [] if old is None else [one for one in _figures(old) if (one.message, one.of) not in {(c.message, c.of) for c in news}]
    return [
        *(Change(one.message, one.of, one.unit, one.decimals, olds.get((one.message, one.of)), one.new) for one in news),
        *(Change(one.message, one.of, one.unit, one.decimals, one.new, None) for one in gone),
    ]


def _figures(of: Calibration) -> Iterator[Change]:
    """Give the figures of one calibration, in the place of new ones."""

    def figure(message: str, unit: str, decimals: int, value: float | None, name: str = "") -> Change:
        return Change(message, name, unit, decimals, None, value)

    yield figure(N_("pavement temperature of the reference runs"), "°C", 1, of.pavement_c)
    yield figure(N_("lowest calibrated speed"), "km/h", 1, of.speed_min_kmh)
    yield figure(N_("highest calibrated speed"), "km/h", 1, of.speed_max_kmh)
    middle = float(np.sqrt(of.speed_min_kmh * of.speed_max_kmh)) if of.speed_min_kmh else of.speed_max_kmh
    for number, error in enumerate(of.speed.errors(middle), 1):
        yield figure(N_("row %(of)s reads too much at middle speed"), "%", 2, PERCENT * float(error), str(number))
    mean_u, row_u = of.speed.uncertainty(middle)
    yield figure(N_("uncertainty of the mean of rows at middle speed (k = 2)"), "%", 2, 2 * PERCENT * mean_u)
    yield figure(N_("uncertainty of a row at middle speed (k = 2)"), "%", 2, 2 * PERCENT * row_u)
    temperature = float(np.mean([sensor.per_k for sensor in of.sensors.values()]))
    yield figure(N_("temperature coefficient, mean of sensors"), "ppm/K", 0, PPM * temperature)
    yield figure(N_("uncertainty per kelvin away (k = 1)"), "ppm/K", 0, PPM * of.temperature_u_per_k)
    yield figure(N_("deviation of vehicles, body"), "%", 2, PERCENT * of.disturbance.body)
    yield figure(N_("deviation of vehicles, road profile"), "%", 2, PERCENT * of.disturbance.profile)
    yield figure(N_("deviation of vehicles, rest"), "%", 2, PERCENT * of.disturbance.rest)
    yield figure(N_("reference runs"), "", 0, len(of.runs))
    if of.site is not None:
        yield figure(N_("vehicles that traffic taught by"), "", 0, of.site.vehicles)
        yield figure(N_("largest departure from the reference runs that is allowed"), "%", 1, PERCENT * of.site.bound)
