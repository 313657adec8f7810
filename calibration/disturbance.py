"""How the tyre forces of one passage deviate from the static loads: one covariance for weighing and for learning a site.

A tyre force is the static load plus the body's bounce and pitch (1.5 to 4 Hz), the axle's hop (8 to 15 Hz) and, on a road that repeats from
vehicle to vehicle, what the profile under a row does to every axle (D. Cebon, Handbook of Vehicle-Road Interaction, 1999, chapters 4 and
10). Deviations are relative to the static load. They shrink with it, because stiffness and road do not grow with the cargo.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

REFERENCE_LOAD_KG: Final = 7_000.0
"""Axle load at which the standard deviations hold; a laden axle of a heavy vehicle."""

BODY_LOW_HZ, BODY_HIGH_HZ = 1.4, 4.2
"""Body frequencies that are possible: air-sprung and laden to leaf-sprung and empty."""

LEAST_AXLE_KG: Final = 1_000.0
"""Axle load below which deviations grow no further; an empty trailer's axle presses about as much."""

LIGHT_KG: Final = 3_500.0
"""Gross weight up to which a vehicle is a car or van (categories M1 and N1), sprung softly for its load."""

BODY_BREAK_M: Final = 2.5
"""A combination bends behind its power unit, at the widest spacing; nothing shorter than this parts two bodies."""

Share = Annotated[float, Field(ge=0, lt=1)]


class Disturbance(BaseModel):
    """Standard deviations and shape of the deviations, relative to an axle load of `REFERENCE_LOAD_KG`.

    Parameters
    ----------
    body
        Bounce and pitch of the body, common to its axles with correlation `within_body` at the same moment.
    body_hz, body_spread
        Its frequency: median over vehicles, and standard deviation of its logarithm.
    body_damping
        Damping ratio with which two moments lose their correlation.
    profile
        What the profile under one row does to every axle of the vehicle.
    rest
        Hop, tyre and sensor noise: new for every axle and row.
    standing
        Of one axle against the others, alike over all rows: close axles share their load unequally on a road that is curved along the
        travel, and with the friction of their springs.
    load_exponent
        Deviations of heavy vehicles go with axle load to the power of minus this.
    light
        Those of cars and vans, over those at the reference load.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    body: Share = 0.020
    body_hz: Annotated[float, Field(ge=BODY_LOW_HZ, le=BODY_HIGH_HZ)] = 2.6
    body_spread: Annotated[float, Field(gt=0, lt=0.5)] = 0.20
    body_damping: Annotated[float, Field(gt=0, lt=1)] = 0.08
    within_body: Share = 0.5
    profile: Share = 0.012
    rest: Share = 0.020
    standing: Share = 0.008
    load_exponent: Annotated[float, Field(ge=0, le=1.5)] = 0.9
    light: Annotated[float, Field(gt=0, lt=3)] = 0.8

    def scaled(self, factor: float) -> Disturbance:
        """Give the same shape with all standard deviations times `factor`."""
        return self.model_copy(
            update={name: round(getattr(self, name) * factor, 6) for name in ("body", "profile", "rest", "standing")},
        )


@dataclass(frozen=True, slots=True)
class Meetings:
    """Where and when the axles of one vehicle met the rows: one entry per weighed meeting, arrays of the same length n.

    `axle`, `row` and `body` are indices, `time_s` the moments, `load_kg` the axle's load as known so far.
    """

    axle: NDArray[np.int64]
    row: NDArray[np.int64]
    body: NDArray[np.int64]
    time_s: NDArray[np.float64]
    load_kg: NDArray[np.float64]

    @property
    def axle_kg(self) -> NDArray[np.float64]:
        """Load per axle, (axles,)."""
        found = np.zeros(int(self.axle.max()) + 1)
        found[self.axle] = self.load_kg
        return found

    @property
    def is_light(self) -> bool:
        """Whether the vehicle is a car or van by its weight."""
        return float(self.axle_kg.sum()) <= LIGHT_KG


def bodies(spacings_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give each axle's body, (axles,): 0 for the power unit, 1 behind the widest spacing where that can part two bodies.

    The first spacing that is no twin steering is the power unit's wheelbase; axles behind it that stand closer than that belong to it.
    """
    body = np.zeros(spacings_m.size + 1, np.int64)
    wide = np.flatnonzero(spacings_m > BODY_BREAK_M)
    if wide.size > 1:
        widest = int(wide[1:][spacings_m[wide[1:]].argmax()])
        if spacings_m[widest] > spacings_m[wide[0]]:
            body[widest + 1 :] = 1
    return body


def covariance(disturbance: Disturbance, met: Meetings, body_hz: float | None = None) -> NDArray[np.float64]:
    """Give the (n, n) covariance of the relative deviations of one vehicle's meetings.

    Parameters
    ----------
    disturbance
        The site's.
    met
        The meetings.
    body_hz
        The vehicle's own body frequency; the site's if None.
    """
    return np.asarray(covariances(disturbance, met, np.array([disturbance.body_hz if body_hz is None else body_hz]))[0])


def covariances(disturbance: Disturbance, met: Meetings, body_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the same for several body frequencies (f,) at once, (f, n, n)."""
    omega = 2.0 * np.pi * body_hz[:, None, None]
    phase = omega * np.abs(met.time_s[:, None] - met.time_s[None, :])
    swing = np.exp(-disturbance.body_damping * phase) * np.cos(phase)
    same_axle = met.axle[:, None] == met.axle[None, :]
    same_body = met.body[:, None] == met.body[None, :]
    shared = np.where(same_axle, 1.0, np.where(same_body, disturbance.within_body, 0.0))
    same_row = met.row[:, None] == met.row[None, :]
    lasting = disturbance.profile**2 * same_row + disturbance.standing**2 * same_axle
    lasting[np.diag_indices_from(lasting)] += disturbance.rest**2
    total = disturbance.body**2 * shared * swing + lasting
    if met.is_light:
        return np.asarray(total * disturbance.light**2)
    amplitude = (np.maximum(met.load_kg, LEAST_AXLE_KG) / REFERENCE_LOAD_KG) ** -disturbance.load_exponent
    return np.asarray(total * np.outer(amplitude, amplitude))


def gross_sd(disturbance: Disturbance, met: Meetings) -> tuple[float, float]:
    """Give the relative standard deviations of a vehicle's gross weight: of the mean over rows, and of one row about it.

    Parameters
    ----------
    disturbance
        The site's.
    met
        The vehicle's meetings with every row, `load_kg` its static axle loads.
    """
    rows = int(met.row.max()) + 1
    share = (met.row[:, None] == np.arange(rows)) * (met.load_kg / met.axle_kg.sum())[:, None]
    of_rows = share.T @ covariance(disturbance, met) @ share
    mean2 = float(of_rows.mean())
    return float(np.sqrt(mean2)), float(np.sqrt(max(0.0, of_rows.trace() / rows - mean2)))


def body_frequencies(disturbance: Disturbance, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give `count` body frequencies in Hz up to two standard deviations either way, and the prior probability of each."""
    away, prior = _standard_normal(count)
    return disturbance.body_hz * np.exp(disturbance.body_spread * away), prior


@cache
def _standard_normal(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give `count` values of a standard normal variable up to two either way, and the probability of each among them."""
    away = np.linspace(-2.0, 2.0, count)
    density = np.exp(-0.5 * away**2)
    return away, density / density.sum()
