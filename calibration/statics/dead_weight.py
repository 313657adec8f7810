"""Dead-weight test of a load sensor: linearity, hysteresis, repeatability, creep, return to zero, uniformity."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.statics.figure import Figure
from calibration.statics.limits import StaticLimits
from calibration.statics.steps import Cycle
from calibration.statics.words import N_
from calibration.told import told
from contract.faults import RejectError

CREEP_MIN_S: Final = 600.0
"""Creep is not told from a load held for less; OIML R 60 holds it 30 minutes."""

CREEP_FROM_S: Final = 20.0
"""Creep counts from this long after the load was put on, as OIML R 60 does (from memory)."""


CREEP_MEAN_S: Final = 10.0
"""Readings are averaged over this at both ends, so that the noise of one does not count as creep."""


def check_load(cycles: tuple[Cycle, ...], rated_kg: float, limits: StaticLimits) -> tuple[Figure, ...]:
    """Judge a dead-weight test.

    Parameters
    ----------
    cycles
        At least one, see `steps.cycles_of`.
    rated_kg
        The sensor's rated load; every figure is in per cent of what it reads there.
    limits
        What is allowed.

    Returns
    -------
    tuple of Figure
        Linearity against the best straight line (least squares over the rising branches) and against the terminal line (empty to largest
        mass), hysteresis (falling minus rising at equal mass), repeatability (range of the rising readings at equal mass and place), creep
        (change under the longest held largest mass), return to zero, uniformity (departure of one place's sensitivity from the mean
        of places). What the test does not contain is not found, and that is no pass.

    Raises
    ------
    RejectError
        ``rated-kg`` if the rated load is not above 0 or less than the largest mass by half.
    """
    largest_kg = max(step.mass_kg for cycle in cycles for step in cycle.steps)
    if not largest_kg / 1.5 <= rated_kg <= 20 * largest_kg:
        what = told(
            "rated load %(rated_kg)s kg does not go with a largest mass of %(largest_kg)s kg; is one of them in another unit?",
            rated_kg=f"{rated_kg:g}",
            largest_kg=f"{largest_kg:g}",
        )
        raise RejectError("rated-kg", told("--rated-kg %(rated_kg)s", rated_kg=f"{rated_kg:g}"), what)
    mass, value = _rising(cycles)
    slope = float(np.polyfit(mass, value, 1)[0])
    whole = slope * rated_kg
    return (
        _worst("linearity_best", limits.linearity_percent, _off_best(mass, value, whole)),
        _worst("linearity_terminal", limits.linearity_percent, _off_terminal(cycles, whole)),
        _worst("hysteresis", limits.hysteresis_percent, _hysteresis(cycles, whole), N_("no mass was weighed both up and down")),
        _worst("repeatability", limits.repeatability_percent, _repeatability(cycles, whole), N_("fewer than two cycles at one place")),
        _worst("creep", limits.creep_percent, _creep(cycles, whole), N_("the largest mass was held for less than 10 minutes")),
        _worst("zero_return", limits.zero_return_percent, _zero_return(cycles, whole), N_("no cycle ended empty")),
        _worst("uniformity", limits.uniformity_percent, _uniformity(cycles), N_("fewer than two places across the lane (lateral_m)")),
    )


Departures = Iterable[tuple[float, str]]


def _worst(name: str, limit: float, departures: Departures, why_not: str = "") -> Figure:
    found = max(departures, key=lambda item: abs(item[0]), default=None)
    if found is None:
        return Figure(name=name, limit=limit, why_not=why_not)
    return Figure(name=name, limit=limit, value=float(found[0]), at=found[1])


def _rising(cycles: tuple[Cycle, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give masses and readings above the empty sensor's of all rising branches, so that cycles at other zeros share one line."""
    pairs = [(step.mass_kg, step.settled - cycle.up[0].settled) for cycle in cycles for step in cycle.up]
    mass, value = zip(*pairs, strict=True)
    return np.array(mass), np.array(value)


def _off_best(mass: NDArray[np.float64], value: NDArray[np.float64], whole: float) -> Departures:
    line = np.polynomial.Polynomial.fit(mass, value, 1)
    return [(100.0 * (read - float(line(load))) / whole, f"{load:g} kg") for load, read in zip(mass, value, strict=True)]


def _off_terminal(cycles: tuple[Cycle, ...], whole: float) -> Departures:
    for number, cycle in enumerate(cycles, start=1):
        empty, top = cycle.up[0], cycle.up[-1]
        slope = (top.settled - empty.settled) / top.mass_kg
        for step in cycle.up:
            yield 100.0 * (step.settled - empty.settled - slope * step.mass_kg) / whole, f"{step.mass_kg:g} kg, #{number}"


def _hysteresis(cycles: tuple[Cycle, ...], whole: float) -> Departures:
    for number, cycle in enumerate(cycles, start=1):
        rising = {step.mass_kg: step.settled for step in cycle.up[1:]}
        for step in cycle.down:
            if step.mass_kg in rising:
                yield 100.0 * (step.settled - rising[step.mass_kg]) / whole, f"{step.mass_kg:g} kg, #{number}"


def _repeatability(cycles: tuple[Cycle, ...], whole: float) -> Departures:
    alike: defaultdict[tuple[float | None, float], list[float]] = defaultdict(list)
    for cycle in cycles:
        for step in cycle.up[1:]:
            alike[cycle.lateral_m, step.mass_kg].append(step.settled - cycle.up[0].settled)
    for (_, mass_kg), values in alike.items():
        if len(values) > 1:
            yield 100.0 * (max(values) - min(values)) / abs(whole), f"{mass_kg:g} kg, n = {len(values)}"


def _creep(cycles: tuple[Cycle, ...], whole: float) -> Departures:
    for number, cycle in enumerate(cycles, start=1):
        top = cycle.up[-1]
        held_s = top.time_s - top.time_s[0]
        early = (held_s >= CREEP_FROM_S) & (held_s < CREEP_FROM_S + CREEP_MEAN_S)
        if held_s[-1] >= CREEP_MIN_S and early.any():
            late = held_s > held_s[-1] - CREEP_MEAN_S
            yield (
                100.0 * float(top.value[late].mean() - top.value[early].mean()) / whole,
                f"{top.mass_kg:g} kg, {held_s[-1]:.0f} s, #{number}",
            )


def _zero_return(cycles: tuple[Cycle, ...], whole: float) -> Departures:
    for number, cycle in enumerate(cycles, start=1):
        if cycle.finished and len(cycle.steps) > 1:
            yield 100.0 * (cycle.steps[-1].settled - cycle.steps[0].settled) / whole, f"#{number}"


def _uniformity(cycles: tuple[Cycle, ...]) -> Departures:
    places: defaultdict[float, list[float]] = defaultdict(list)
    for cycle in cycles:
        if cycle.lateral_m is not None:
            places[cycle.lateral_m].append((cycle.up[-1].settled - cycle.up[0].settled) / cycle.up[-1].mass_kg)
    if len(places) < 2:
        return
    sensitivity = {place: float(np.mean(values)) for place, values in places.items()}
    mean = float(np.mean(list(sensitivity.values())))
    for place, value in sensitivity.items():
        yield 100.0 * (value / mean - 1.0), f"{place:g} m"
