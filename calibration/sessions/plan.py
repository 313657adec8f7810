"""The runs to be driven: trucks × speeds × places across the lane, as the standards ask, and which of them have been driven."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from calibration.acceptance.sample import Lateral
from calibration.acceptance.standards import astm_e1318, cost323, oiml_r134
from calibration.acceptance.standards.oiml_r134 import Plan as OimlPlan
from calibration.told import told
from contract.faults import RejectError

SPEED_MATCH: Final = 0.15
SPEED_MATCH_KMH: Final = 5.0
"""A run counts for a planned one if its speed is within the larger of both: nobody holds a truck to a figure."""

SPEEDS_MOST: Final = 6
RUNS_MOST: Final = 200

PlannedSpeed = Annotated[float, Field(ge=3, le=150)]


class PlannedRun(BaseModel):
    """One run to be driven."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    truck: str
    speed_kmh: PlannedSpeed
    lateral: Lateral = "centre"


@dataclass(frozen=True)
class Driven:
    """What an accepted run was, as far as a plan is concerned."""

    run: int
    truck: str
    speed_kmh: float
    lateral: Lateral


def plan_runs(trucks: Sequence[str], speeds_kmh: Sequence[float], standards: Sequence[str], repeats: int | None = None) -> list[PlannedRun]:
    """Lay out the runs of each truck, slowest first, so that a session broken off early has covered what it has covered whole.

    Parameters
    ----------
    standards
        Names out of `calibration.acceptance.STANDARDS` that the session shall be judged by; the longest list of them is taken.
    repeats
        Runs of each truck at each speed, all centred, instead of what the standards ask.

    Raises
    ------
    RejectError
        ``plan-empty`` or ``plan-speeds``.
    """
    if not trucks:
        raise RejectError("plan-empty", told("plan"), told("has no truck; enter at least one reference truck first"))
    speeds = sorted(set(speeds_kmh))
    if not 1 <= len(speeds) <= SPEEDS_MOST or not all(3 <= speed <= 150 for speed in speeds):
        given = ", ".join(f"{speed:g}" for speed in speeds_kmh) or told("none")
        raise RejectError(
            "plan-speeds",
            told("speeds %(given)s", given=given),
            told("give 1 to %(speeds_most)s speeds between 3 and 150 km/h, for example 30, 50, 70", speeds_most=SPEEDS_MOST),
        )
    places = _places(len(speeds), standards, repeats)
    if len(places) * len(trucks) > RUNS_MOST:
        what = told(
            "comes to %(n)s runs, at most %(runs_most)s are allowed; take fewer trucks or repeats",
            n=len(places) * len(trucks),
            runs_most=RUNS_MOST,
        )
        raise RejectError("plan-long", told("plan"), what)
    # Truck after truck, so that they follow one another round the course.
    return [
        PlannedRun(truck=truck, speed_kmh=speeds[index * len(speeds) // len(places)], lateral=place)
        for index, place in enumerate(places)
        for truck in trucks
    ]


def match_plan(plan: Sequence[PlannedRun], driven: Sequence[Driven]) -> tuple[dict[int, int], list[int]]:
    """Give the planned run (index) that each driven one fulfils, by run number, and the numbers of those beside the plan."""
    free = list(range(len(plan)))
    fulfilled: dict[int, int] = {}
    beside = []
    for one in driven:
        fitting = [index for index in free if _fulfils(plan[index], one)]
        if fitting:
            best = min(fitting, key=lambda index: abs(plan[index].speed_kmh - one.speed_kmh))
            fulfilled[one.run] = best
            free.remove(best)
        else:
            beside.append(one.run)
    return fulfilled, beside


def _fulfils(planned: PlannedRun, driven: Driven) -> bool:
    near = abs(driven.speed_kmh - planned.speed_kmh) <= max(SPEED_MATCH_KMH, SPEED_MATCH * planned.speed_kmh)
    return planned.truck == driven.truck and near and driven.lateral in {planned.lateral, "unknown"}


def _places(speeds: int, standards: Sequence[str], repeats: int | None) -> list[Lateral]:
    """Give the places across the lane of one truck's runs, in such an order that slices of it are spread over the speeds."""
    if repeats is not None:
        return ["centre"] * (speeds * repeats)
    places: list[Lateral] = []
    for name in standards:
        if name in {"oiml-r134", "jjg907"}:
            places = max(places, _spread(oiml_r134(name).plan, speeds), key=len)
    least = max((_results_least(name) for name in standards), default=0)
    # Each truck by itself gives enough results: what only one of them has, an axle group perhaps, is then covered too.
    each = math.ceil(max(least, 1) / speeds) * speeds
    more: list[Lateral] = ["centre"] * max(0, each - len(places))
    return places + more


def _spread(plan: OimlPlan, speeds: int) -> list[Lateral]:
    """Deal left, right and centre out to the speeds in turn."""
    sides: list[Lateral] = ["left"] * plan.left
    sides += ["right"] * plan.right
    sides += ["centre"] * max(plan.centre, plan.runs - len(sides))
    dealt: list[list[Lateral]] = [[] for _ in range(speeds)]
    for index, side in enumerate(sides):
        dealt[index % speeds].append(side)
    return [place for part in dealt for place in part]


def _results_least(standard: str) -> int:
    match standard:
        case "cost323":
            return cost323().results_least
        case "astm-e1318":
            return astm_e1318().results_least
        case _:
            return 0
