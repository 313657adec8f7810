"""Truth beside finding, per criterion: every gross weight, axle, group, wheel, spacing and speed whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from calibration.acceptance.said import N_
from calibration.acceptance.sample import Run

TITLES: Final = {
    "gross": N_("gross weight"),
    "group": N_("axle group"),
    "single-axle": N_("single axle"),
    "axle-of-group": N_("axle of a group"),
    "axle": N_("axle"),
    "wheel": N_("wheel"),
    "speed": N_("speed"),
    "spacing": N_("axle spacing"),
}
"""Names of the criteria for people."""


@dataclass(frozen=True)
class Pair:
    """One result: of which run, the truth and what was found, in kg, m or km/h."""

    run: Run
    truth: float
    found: float

    @property
    def error(self) -> float:
        """Found minus true."""
        return self.found - self.truth

    @property
    def percent(self) -> float:
        """Error in % of the truth."""
        return 100.0 * self.error / self.truth


def members(layout: Sequence[int]) -> list[range]:
    """Give the axles (from 0) of each group."""
    ends = [sum(layout[: at + 1]) for at in range(len(layout))]
    return [range(end - count, end) for end, count in zip(ends, layout, strict=True)]


def pairs_of(criterion: str, runs: Sequence[Run]) -> list[Pair]:
    """Give the pairs of a criterion of `TITLES` over runs."""
    return [pair for run in runs for pair in _FINDERS[criterion](run)]


def _gross(run: Run) -> Iterator[Pair]:
    yield Pair(run, run.reference.gross_kg, run.measured.gross_kg)


def _axles_where(run: Run, wanted: Callable[[int], bool]) -> Iterator[Pair]:
    if run.reference.axle_kg is None:
        return
    for axles in members(run.layout):
        if wanted(len(axles)):
            yield from (Pair(run, run.reference.axle_kg[axle], run.measured.axle_kg[axle]) for axle in axles)


def _groups(run: Run) -> Iterator[Pair]:
    if run.reference.axle_kg is None:
        return
    for axles in members(run.layout):
        if len(axles) > 1:
            yield Pair(run, sum(run.reference.axle_kg[axle] for axle in axles), sum(run.measured.axle_kg[axle] for axle in axles))


def _wheels(run: Run) -> Iterator[Pair]:
    if run.reference.left_kg is None or run.reference.axle_kg is None:
        return
    rights = [axle - left for axle, left in zip(run.reference.axle_kg, run.reference.left_kg, strict=True)]
    for truths, found in ((run.reference.left_kg, run.measured.left_kg), (rights, run.measured.right_kg)):
        for truth, side in zip(truths, found or (), strict=False):
            if side is not None:
                yield Pair(run, truth, side)


def _speed(run: Run) -> Iterator[Pair]:
    if run.reference.speed_kmh:
        yield Pair(run, run.reference.speed_kmh, run.measured.speed_kmh)


def _spacings(run: Run) -> Iterator[Pair]:
    for truth, found in zip(run.reference.spacings_m or (), run.measured.spacings_m, strict=False):
        yield Pair(run, truth, found)


_FINDERS: Final[dict[str, Callable[[Run], Iterator[Pair]]]] = {
    "gross": _gross,
    "group": _groups,
    "single-axle": lambda run: _axles_where(run, lambda count: count == 1),
    "axle-of-group": lambda run: _axles_where(run, lambda count: count > 1),
    "axle": lambda run: _axles_where(run, lambda _count: True),
    "wheel": _wheels,
    "speed": _speed,
    "spacing": _spacings,
}
