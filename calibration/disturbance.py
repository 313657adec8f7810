"""How the tyre forces of one passage deviate from the static loads: one covariance for weighing and for learning a site.

A tyre force is the static load plus the body's bounce and pitch (1.5 to 4 Hz), the axle's hop (8 to 15 Hz) and, on a road that repeats from
vehicle to vehicle, what the profile under a row does to every axle (D. Cebon, Handbook of Vehicle-Road Interaction, 1999, chapters 4 and
10). Deviations are relative to the static load. They shrink with it, because stiffness and road do not grow with the cargo.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

REFERENCE_LOAD_KG: Final = 7_000.0
"""Axle load at which the standard deviations hold; a laden axle of a heavy vehicle."""

BODY_LOW_HZ, BODY_HIGH_HZ = 1.4, 4.2
"""Body frequencies that are possible: air-sprung and laden to leaf-sprung and empty."""

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
    load_exponent
        Deviations go with load to the power of minus this.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    body: Share = 0.020
    body_hz: Annotated[float, Field(ge=BODY_LOW_HZ, le=BODY_HIGH_HZ)] = 2.6
    body_spread: Annotated[float, Field(gt=0, lt=0.5)] = 0.20
    body_damping: Annotated[float, Field(gt=0, lt=1)] = 0.08
    within_body: Share = 0.5
    profile: Share = 0.012
    rest: Share = 0.020
    load_exponent: Annotated[float, Field(ge=0, le=1)] = 0.5

    def scaled(self, factor: float) -> Disturbance:
        """Give the same shape with all standard deviations times `factor`."""
        return self.model_copy(
            update={name: round(getattr(self, name) * factor, 6) for name in ("body", "profile", "rest")},
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
    omega = 2.0 * np.pi * (disturbance.body_hz if body_hz is None else body_hz)
    apart_s = np.abs(met.time_s[:, None] - met.time_s[None, :])
    swing = np.exp(-disturbance.body_damping * omega * apart_s) * np.cos(omega * apart_s)
    same_axle = met.axle[:, None] == met.axle[None, :]
    same_body = met.body[:, None] == met.body[None, :]
    shared = np.where(same_axle, 1.0, np.where(same_body, disturbance.within_body, 0.0))
    same_row = met.row[:, None] == met.row[None, :]
    total = disturbance.body**2 * shared * swing + disturbance.profile**2 * same_row
    total[np.diag_indices_from(total)] += disturbance.rest**2
    amplitude = (np.maximum(met.load_kg, 1.0) / REFERENCE_LOAD_KG) ** -disturbance.load_exponent
    return np.asarray(total * np.outer(amplitude, amplitude))


def body_frequencies(disturbance: Disturbance, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give `count` body frequencies in Hz up to two standard deviations either way, and the prior probability of each."""
    away = np.linspace(-2.0, 2.0, count)
    density = np.exp(-0.5 * away**2)
    return disturbance.body_hz * np.exp(disturbance.body_spread * away), density / density.sum()
