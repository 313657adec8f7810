"""What a vehicle's readings depend on without any sensor having changed: speed, load, temperature, the cargo of a tractor.

The road under a row is met otherwise by heavy and by light vehicles and at each speed; without both, a weekend with other vehicles would
look like a change. Speed, load and temperature enter by hat functions (linear between nodes), so that every band has a value of its own,
tied to its neighbours by a prior: temperature by a common slope and small departures from it. A band that a season brings for the first
time starts with the doubt that its prior gives it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SPEED_NODES_KMH: Final = np.array([5.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 110.0])
LOAD_NODES_KG: Final = np.array([4_000.0, 10_000.0, 20_000.0, 35_000.0, 60_000.0])
TEMPERATURE_NODES_C: Final = np.arange(-30.0, 71.0, 10.0)
REFERENCE_C: Final = 20.0
"""Where the slope over temperature counts from, and what is taken where nobody measured it."""

SPEED_SD: Final = 0.05
"""Prior of what one comparison reads at a speed, relative: the gains are fitted, the road and the speeds in between are not."""

LOAD_SD: Final = 0.02
"""Prior of how far vehicles of a load depart from the others in it, relative."""

BOTH_SD: Final = 0.02
"""Prior of what speed and load do together, per factor e of either."""

SPEED_KMH: Final = 60.0
"""Where what speed and load do together counts from, with `GROSS_REFERENCE_KG`."""

SLOPE_SD: Final = 0.003
"""Prior of the slope, relative per 10 K: quartz has 0.2 % (0.02 %/K), load cells less, sensors against one another less again."""

BEND_SD: Final = 0.0005
"""Prior of how far one node of temperature departs from the straight line, relative."""

KINDS: Final = ((1, 1, 2), (1, 1, 3), (1, 2, 2), (1, 2, 3))
"""Axle groups of the tractors with semi-trailers whose steering axles serve as reference."""

CARGO_SD: Final = 0.3
"""Prior of how the steering axle's load follows the gross weight (exponent)."""

KIND_SD: Final = 0.2
"""Prior of a kind's mean steering load about `STEERING_REFERENCE_KG`, relative."""

STEERING_REFERENCE_KG: Final = 6_500.0
GROSS_REFERENCE_KG: Final = 40_000.0

ZERO_SD_KG, ZERO_SLOPE_SD_KG, ZERO_BEND_SD_KG = 1e4, 50.0, 10.0
"""Priors of a channel's zero: anything, per 10 K, and about that line, in kg of load."""


def hats(value: Array, nodes: Array) -> Array:
    """Give (n, nodes) weights of each node for values (n,), linear between nodes and held beyond the ends; a row sums to one."""
    inside = np.clip(value, nodes[0], nodes[-1])
    upper = np.clip(np.searchsorted(nodes, inside, side="right"), 1, nodes.size - 1)
    share = (inside - nodes[upper - 1]) / (nodes[upper] - nodes[upper - 1])
    found = np.zeros((inside.size, nodes.size))
    every = np.arange(inside.size)
    found[every, upper - 1] = 1.0 - share
    found[every, upper] = share
    return found


def of_temperature(pavement_c: Array) -> Array:
    """Give slope and nodes (n, 1 + nodes); all 0 where the temperature is unknown (NaN)."""
    known = np.isfinite(pavement_c)
    value = np.where(known, pavement_c, REFERENCE_C)
    return np.asarray(np.column_stack(((value - REFERENCE_C) / 10.0, hats(value, TEMPERATURE_NODES_C))) * known[:, None])


def of_vehicle(speed_kmh: Array, gross_kg: Array, pavement_c: Array) -> Array:
    """Give what the comparisons of sensors depend on, (n, regressors)."""
    load = hats(np.log(gross_kg), np.log(LOAD_NODES_KG))
    both = np.log(speed_kmh / SPEED_KMH) * np.log(gross_kg / GROSS_REFERENCE_KG)
    return np.concatenate((hats(speed_kmh, SPEED_NODES_KMH), load, both[:, None], of_temperature(pavement_c)), axis=1)


def of_tractor(kind: NDArray[np.int64], gross_kg: Array, speed_kmh: Array, pavement_c: Array) -> Array:
    """Give what a steering axle's reading depends on, (n, regressors); `kind` numbers `KINDS`."""
    which = np.eye(len(KINDS))[kind]
    cargo = which * np.log(gross_kg / GROSS_REFERENCE_KG)[:, None]
    return np.concatenate((which, cargo, hats(speed_kmh, SPEED_NODES_KMH), of_temperature(pavement_c)), axis=1)


def of_zero(pavement_c: Array) -> Array:
    """Give what a channel's zero depends on, (n, regressors)."""
    return np.concatenate((np.ones((pavement_c.size, 1)), of_temperature(pavement_c)), axis=1)


_OF_SPEED: Final = np.full(SPEED_NODES_KMH.size, SPEED_SD)
_OF_LOAD: Final = np.concatenate((np.full(LOAD_NODES_KG.size, LOAD_SD), [BOTH_SD]))
_OF_TEMPERATURE: Final = np.concatenate(([SLOPE_SD], np.full(TEMPERATURE_NODES_C.size, BEND_SD)))
VEHICLE_PRIOR_SD: Final = np.concatenate((_OF_SPEED, _OF_LOAD, _OF_TEMPERATURE))
TRACTOR_PRIOR_SD: Final = np.concatenate((np.full(len(KINDS), KIND_SD), np.full(len(KINDS), CARGO_SD), _OF_SPEED, _OF_TEMPERATURE))
ZERO_PRIOR_SD: Final = np.concatenate(([ZERO_SD_KG, ZERO_SLOPE_SD_KG], np.full(TEMPERATURE_NODES_C.size, ZERO_BEND_SD_KG)))
"""Prior standard deviation of each regressor's coefficient, in the order of the functions above."""

CARGO: Final = slice(len(KINDS), 2 * len(KINDS))
"""Where the exponents stand among a tractor's regressors."""
