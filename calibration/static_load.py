"""Static axle loads from what each row read of each axle, and how sure they are: one joint estimate for the whole vehicle.

A reading is the axle's static load times one plus a deviation. Deviations of one vehicle belong together: its body bounces at one frequency
and every row meets it at another phase, the profile under a row lifts every axle, and each reading has its own hop and noise. With their
covariance known (`calibration.disturbance`) the best linear unbiased loads are generalised least squares (A. C. Aitken 1935). Two things
are not known and are found from the vehicle itself:

* its body frequency: a linear body at frequency f meets the waves of a road at speed v as one at f0 meets them at v·f0/f, so the frequency
  says both how readings swing and which part of the site's learnt error applies to this vehicle. The estimate is averaged over a grid of
  frequencies, each weighted by its prior and by its restricted likelihood (D. A. Harville 1974): one that the readings contradict does not
  count;
* the size of its deviations: an inverse-gamma prior about the site's, updated by the readings' misfit, so that a swaying vehicle widens its
  own interval and a quiet one does not narrow it to nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from calibration.disturbance import Disturbance, Meetings, body_frequencies, covariances

FREQUENCIES: Final = 9
"""Body frequencies tried, half a standard deviation apart: closer than the rows of an array can tell."""

FREQUENCIES_LEARNING: Final = 5
"""The same while a site is learnt from many vehicles."""

PASSES: Final = 2
"""How often a vehicle is let ride over a known road: with loads off by 5 %, what it is expected to do is off by as much of itself."""

PRIOR_FREEDOM: Final = 8.0
"""Weight of the site's size of deviations against the vehicle's own, in degrees of freedom (readings beyond one per axle)."""


@dataclass(frozen=True)
class StaticLoads:
    """Result of the joint estimate.

    Attributes
    ----------
    load_kg
        (axles,) static loads.
    covariance
        (axles, axles) of their errors by dynamics, kg².
    scale
        Size of this vehicle's deviations over the site's.
    body_hz
        Mean of its body frequency; NaN where the road was known and no frequency was asked for.
    """

    load_kg: NDArray[np.float64]
    covariance: NDArray[np.float64]
    scale: float
    body_hz: float


def estimate(
    reading_kg: NDArray[np.float64],
    met: Meetings,
    disturbance: Disturbance,
    *,
    errors: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    row_u: float,
    reading_u: NDArray[np.float64],
) -> StaticLoads:
    """Estimate the loads of all axles of one vehicle.

    Parameters
    ----------
    reading_kg
        (n,) what a row read of an axle, corrected for gain and temperature.
    met
        Which axle met which row when; every axle from 0 on must occur. Its loads are not used.
    disturbance
        The site's deviations.
    errors
        Relative error of each row, (shares, rows), for bodies of these shares of the usual frequency: what the usual vehicle shows at
        a speed that is lower or higher by the same share.
    row_u
        Relative standard uncertainty of a row's correction about the mean of rows, common to all axles.
    reading_u
        (n,) relative standard uncertainty of each reading by its signal: noise, baseline, ring.
    """
    tried = _try_frequencies(reading_kg, met, disturbance, errors=errors, row_u=row_u, reading_u=reading_u, count=FREQUENCIES)
    weight = np.exp(tried.evidence - tried.evidence.max())
    weight /= weight.sum()
    scale2 = (PRIOR_FREEDOM + tried.misfit) / (PRIOR_FREEDOM + tried.freedom)
    mean = weight @ tried.ratio
    away = tried.ratio - mean
    spread = np.einsum("f,f,fij->ij", weight, scale2, tried.covariance) + np.einsum("f,fi,fj->ij", weight, away, away)
    return StaticLoads(
        load_kg=mean * tried.first_kg,
        covariance=spread * np.outer(tried.first_kg, tried.first_kg),
        scale=float(np.sqrt(weight @ scale2)),
        body_hz=float(weight @ tried.body_hz),
    )


def estimate_on_road(
    reading_kg: NDArray[np.float64],
    axle: NDArray[np.int64],
    row: NDArray[np.int64],
    expected: Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]],
    reading_u: NDArray[np.float64],
    *,
    between: float = 1.0,
) -> StaticLoads:
    """Estimate the loads of all axles of one vehicle whose site's road is known.

    Parameters
    ----------
    reading_kg
        (n,) what a row read of an axle, corrected for gain and temperature.
    axle, row
        (n,) which axle and row; every axle from 0 on must occur.
    expected
        What readings should show, given (axles,) loads in kg: their mean deviation (axles, rows), and its covariance
        (axles · rows, axles · rows); see `calibration.road.Road.expected`. Loads decide how a vehicle swings, so they are found in
        `PASSES` passes.
    reading_u
        (n,) relative standard uncertainty of each reading by its signal.
    between
        How far axles err about their vehicle's gross weight, over what the readings' covariance makes it.
    """
    axles = int(axle.max()) + 1
    design = (axle[:, None] == np.arange(axles)[None, :]).astype(np.float64)
    load_kg = np.maximum(design.T @ reading_kg / design.sum(axis=0), 1.0)
    for _ in range(PASSES):
        mean, covariance = expected(load_kg)
        place = axle * mean.shape[1] + row
        ratio = reading_kg / load_kg[axle] / (1.0 + mean[axle, row])
        root = np.linalg.cholesky(covariance[np.ix_(place, place)] + np.diag(reading_u**2))
        white = np.linalg.solve(root, np.column_stack((design, ratio)))
        inverse = np.linalg.inv(white[:, :-1].T @ white[:, :-1])
        found = inverse @ (white[:, :-1].T @ white[:, -1])
        misfit = float(((white[:, -1] - white[:, :-1] @ found) ** 2).sum())
        scale2 = (PRIOR_FREEDOM + misfit) / (PRIOR_FREEDOM + ratio.size - axles)
        errors_kg2 = scale2 * inverse * np.outer(found * load_kg, found * load_kg)
        load_kg = np.maximum(found * load_kg, 1.0)
    own = _about_gross(load_kg, between)
    return StaticLoads(load_kg, own @ errors_kg2 @ own.T, float(np.sqrt(scale2)), float("nan"))


def _about_gross(load_kg: NDArray[np.float64], between: float) -> NDArray[np.float64]:
    """Give what makes errors of loads, (axles,) in kg, `between` times as far about their share of the gross weight's error as they are."""
    share = load_kg / load_kg.sum()
    common = np.outer(share, np.ones_like(share))
    return np.asarray(common + between * (np.eye(share.size) - common))


def log_evidence(
    reading_kg: NDArray[np.float64],
    met: Meetings,
    disturbance: Disturbance,
    *,
    errors: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> float:
    """Give the logarithm of the restricted likelihood of one vehicle's readings, up to a constant: for learning a site's deviations."""
    tried = _try_frequencies(
        reading_kg, met, disturbance, errors=errors, row_u=0.0, reading_u=np.zeros(reading_kg.size), count=FREQUENCIES_LEARNING
    )
    return float(logsumexp(tried.evidence))


@dataclass(frozen=True)
class _Tried:
    """Per body frequency f: evidence (f,), misfit (f,), loads over first_kg (f, axles), their covariance (f, axles, axles)."""

    body_hz: NDArray[np.float64]
    evidence: NDArray[np.float64]
    misfit: NDArray[np.float64]
    ratio: NDArray[np.float64]
    covariance: NDArray[np.float64]
    first_kg: NDArray[np.float64]
    freedom: int


def _try_frequencies(
    reading_kg: NDArray[np.float64],
    met: Meetings,
    disturbance: Disturbance,
    *,
    errors: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    row_u: float,
    reading_u: NDArray[np.float64],
    count: int,
) -> _Tried:
    """Solve the generalised least squares for each frequency that the body may have."""
    axles = int(met.axle.max()) + 1
    design = (met.axle[:, None] == np.arange(axles)[None, :]).astype(np.float64)
    first_kg = np.maximum(design.T @ reading_kg / design.sum(axis=0), 1.0)
    met = Meetings(met.axle, met.row, met.body, met.time_s, first_kg[met.axle])
    own = np.diag(reading_u**2) + row_u**2 * (met.row[:, None] == met.row[None, :])
    grid, prior = body_frequencies(disturbance, count)
    read_wrong = errors(grid / disturbance.body_hz)[:, met.row]
    ratio = reading_kg / first_kg[met.axle] / (1.0 + read_wrong)
    root = np.linalg.cholesky(covariances(disturbance, met, grid) + own)
    plain = np.concatenate((np.broadcast_to(design, (grid.size, *design.shape)), ratio[:, :, None]), axis=2)
    white = np.linalg.solve(root, plain)
    white_design, white_ratio = white[:, :, :axles], white[:, :, axles:]
    normal = white_design.transpose(0, 2, 1) @ white_design
    inverse = np.linalg.inv(normal)
    found = (inverse @ (white_design.transpose(0, 2, 1) @ white_ratio))[:, :, 0]
    misfit = ((white_ratio[:, :, 0] - np.einsum("fnk,fk->fn", white_design, found)) ** 2).sum(axis=1)
    freedom = reading_kg.size - axles
    log_roots = np.log(np.einsum("fnn->fn", root)).sum(axis=1)
    evidence = np.log(prior) - log_roots - 0.5 * np.linalg.slogdet(normal)[1]
    evidence -= 0.5 * (PRIOR_FREEDOM + freedom) * np.log1p(misfit / PRIOR_FREEDOM)
    return _Tried(grid, evidence, misfit, found, inverse, first_kg, freedom)
