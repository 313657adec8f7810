"""A dead-weight test as it was carried out: steps of one mass each, grouped into cycles from zero to zero."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.statics.readings_file import Readings
from calibration.told import told
from contract.faults import RejectError

LEVELS_MIN: Final = 3
"""Masses above zero without which there is no line to be straight."""


@dataclass(frozen=True)
class MassStep:
    """Readings under one mass; `settled` is the mean of their last half."""

    mass_kg: float
    time_s: NDArray[np.float64]
    value: NDArray[np.float64]

    @property
    def settled(self) -> float:
        """Mean of the last half of the readings, when the mass has come to rest."""
        return float(self.value[self.value.size // 2 :].mean())


@dataclass(frozen=True)
class Cycle:
    """Steps from an empty sensor up to the largest mass and down again; the last step is empty if the cycle was finished."""

    steps: tuple[MassStep, ...]
    lateral_m: float | None

    @property
    def top(self) -> int:
        """Where the largest mass stands in `steps`."""
        return max(range(len(self.steps)), key=lambda index: self.steps[index].mass_kg)

    @property
    def up(self) -> tuple[MassStep, ...]:
        """From empty to the largest mass."""
        return self.steps[: self.top + 1]

    @property
    def down(self) -> tuple[MassStep, ...]:
        """From below the largest mass to empty."""
        return self.steps[self.top + 1 :]

    @property
    def finished(self) -> bool:
        """Whether it ended empty."""
        return self.steps[-1].mass_kg == 0.0


def cycles_of(readings: Readings, source: str) -> tuple[Cycle, ...]:
    """Group readings into cycles; the empty step between two belongs to both.

    Raises
    ------
    RejectError
        ``load-start`` if the test does not begin empty, ``load-order`` if a cycle does not go up and then down, ``load-few`` below three
        masses, ``load-flat`` if the sensor does not answer to the mass.
    """
    if readings.mass_kg is None:
        msg = "a dead-weight test needs the masses"
        raise TypeError(msg)
    edges = np.flatnonzero(np.diff(readings.mass_kg)) + 1
    bounds = [0, *edges.tolist(), readings.mass_kg.size]
    steps = [
        MassStep(float(readings.mass_kg[start]), readings.time_s[start:stop], readings.value[start:stop])
        for start, stop in pairwise(bounds)
    ]
    if steps[0].mass_kg != 0.0 or min(step.mass_kg for step in steps) < 0.0:
        raise RejectError("load-start", source, told("must begin with the empty sensor (mass_kg = 0) and have no mass below 0"))
    if len({step.mass_kg for step in steps}) <= LEVELS_MIN:
        raise RejectError("load-few", source, told("needs %(levels_min)s masses above 0 or more, up and down", levels_min=LEVELS_MIN))
    empty = [index for index, step in enumerate(steps) if step.mass_kg == 0.0]
    cuts = [*empty, len(steps) - 1] if empty[-1] != len(steps) - 1 else empty
    cycles = []
    for first, last in pairwise(cuts):
        lateral_m = None if readings.lateral_m is None else float(readings.lateral_m[bounds[first + 1]])
        cycles.append(Cycle(tuple(steps[first : last + 1]), lateral_m))
    for number, cycle in enumerate(cycles, start=1):
        _check(cycle, f"{source} cycle {number}")
    return tuple(cycles)


def _check(cycle: Cycle, where: str) -> None:
    masses = [step.mass_kg for step in cycle.steps]
    top = cycle.top
    if masses[: top + 1] != sorted(masses[: top + 1]) or masses[top:] != sorted(masses[top:], reverse=True):
        raise RejectError(
            "load-order",
            where,
            told("goes %(list)s kg; it must go up step by step, then down", list=", ".join(f"{mass:g}" for mass in masses)),
        )
    if cycle.up[-1].settled == cycle.up[0].settled:
        raise RejectError("load-flat", where, told("the sensor reads the same empty and loaded; check the channel and its wiring"))
