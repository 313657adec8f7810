"""Old and new values: what a certificate changes in the parameters, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from calibration.catalogue import N_
from calibration.linearity import PER_KG
from calibration.model import Calibration, Validity
from calibration.reference_vehicle import common_u

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
    yield _figure(N_("pavement temperature of the reference runs"), "°C", 1, of.pavement_c)
    yield _figure(N_("lowest calibrated speed"), "km/h", 1, of.speed_min_kmh)
    yield _figure(N_("highest calibrated speed"), "km/h", 1, of.speed_max_kmh)
    middle = float(np.sqrt(of.speed_min_kmh * of.speed_max_kmh)) if of.speed_min_kmh else of.speed_max_kmh
    for number, bias in enumerate(of.row_biases(), 1):
        yield _figure(N_("bias of row %(of)s against the mean of rows"), "%", 2, PERCENT * float(bias), str(number))
    for number, error in enumerate(of.speed.errors(middle), 1):
        yield _figure(N_("row %(of)s reads too much at middle speed"), "%", 2, PERCENT * float(error), str(number))
    mean_u, row_u = of.speed.uncertainty(middle)
    yield _figure(N_("uncertainty of the mean of rows at middle speed (k = 2)"), "%", 2, 2 * PERCENT * mean_u)
    yield _figure(N_("uncertainty of a row at middle speed (k = 2)"), "%", 2, 2 * PERCENT * row_u)
    temperature = float(np.mean([sensor.per_k for sensor in of.sensors.values()]))
    yield _figure(N_("temperature coefficient, mean of sensors"), "ppm/K", 0, PPM * temperature)
    yield _figure(N_("uncertainty per kelvin away (k = 1)"), "ppm/K", 0, PPM * of.temperature_u_per_k)
    yield _figure(N_("deviation of vehicles, body"), "%", 2, PERCENT * of.disturbance.body)
    yield _figure(N_("deviation of vehicles, road profile"), "%", 2, PERCENT * of.disturbance.profile)
    yield _figure(N_("deviation of vehicles, rest"), "%", 2, PERCENT * of.disturbance.rest)
    if of.validity is not None:
        yield from _validity(of.validity)
    if (reference_u := common_u(of.references)) is not None:
        yield _figure(N_("uncertainty of the reference weights (k = 2)"), "%", 3, 2 * PERCENT * reference_u)
    yield _figure(N_("reference runs"), "", 0, len(of.runs))
    if of.site is not None:
        yield _figure(N_("vehicles that traffic taught by"), "", 0, of.site.vehicles)
        yield _figure(N_("largest departure from the reference runs that is allowed"), "%", 1, PERCENT * of.site.bound)


def _validity(of: Validity) -> Iterator[Change]:
    yield _figure(N_("lowest pavement temperature"), "°C", 1, of.pavement_min_c)
    yield _figure(N_("highest pavement temperature"), "°C", 1, of.pavement_max_c)
    yield _figure(N_("heaviest axle load"), "kg", 0, of.axle_max_kg)
    if of.linearity is not None:
        per_t = PERCENT * 1_000.0 / PER_KG
        yield _figure(N_("change of the reading with load, not corrected"), "%/t", 3, per_t * of.linearity.slope)
        yield _figure(N_("its uncertainty (k = 2)"), "%/t", 3, 2 * per_t * of.linearity.u)


def _figure(message: str, unit: str, decimals: int, value: float | None, name: str = "") -> Change:
    return Change(message, name, unit, decimals, None, value)
