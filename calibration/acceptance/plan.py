"""What OIML R 134-1 wants driven before a class may be named, and what of it a sample does not hold."""

from __future__ import annotations

from collections.abc import Sequence

from calibration.acceptance.said import N_, Said, say
from calibration.acceptance.sample import Run, Sample
from calibration.acceptance.standards.oiml_r134 import Plan

TWO_AXLES = 2
NAMED = 5
"""So many vehicles are named in a sentence; of traffic every one would lack its runs."""


def plan_gaps(plan: Plan, sample: Sample) -> tuple[Said, ...]:
    """Say what is missing: vehicles, runs, lateral positions, speeds and the uncertainty of references; nothing is taken for granted.

    A vehicle that was driven as planned counts; others may be in the sample beside them.
    """
    vehicles = sample.vehicles
    whole = {name: runs for name, runs in vehicles.items() if not _lacks(plan, runs)}
    rigid = any(_is_two_axled(runs) for runs in whole.values())
    others = {runs[0].layout for runs in whole.values() if not _is_two_axled(runs)}
    gaps: list[Said] = []
    if not rigid:
        gaps.append(say("no two-axle rigid vehicle was driven as the plan wants"))
    if len(others) < plan.other_types:
        gaps.append(
            say("%(n)d other types of vehicle were driven as the plan wants, %(least)d are needed", n=len(others), least=plan.other_types)
        )
    if gaps:
        gaps += _missing(plan, vehicles)
    mixed = [name for name, runs in vehicles.items() if len({run.layout for run in runs}) > 1]
    if mixed:
        gaps.append(
            say("axle groups were found differently from run to run, and the reference does not state them: %(who)s", who=_who(mixed))
        )
    unstated = [name for name, runs in vehicles.items() if runs[0].reference.gross_u_kg is None]
    if unstated:
        gaps.append(say("the uncertainty of the reference mass is not stated: %(who)s", who=_who(unstated)))
    return tuple(gaps)


def speed_levels(speeds_kmh: Sequence[float], ratio: float) -> int:
    """Give how many speeds differ, each `ratio` times the one before or more."""
    levels: list[float] = []
    for speed in sorted(speeds_kmh):
        if not levels or speed >= ratio * levels[-1]:
            levels.append(speed)
    return len(levels)


def _is_two_axled(runs: Sequence[Run]) -> bool:
    return len(runs[0].measured.axle_kg) == TWO_AXLES


def _lacks(plan: Plan, runs: Sequence[Run]) -> bool:
    return any(have < want for have, want in _counts(plan, runs).values())


def _counts(plan: Plan, runs: Sequence[Run]) -> dict[str, tuple[int, int]]:
    """Give what was driven and what is wanted."""
    sides = [run.lateral for run in runs]
    return {
        "runs": (len(runs), plan.runs),
        "centre": (sides.count("centre"), plan.centre),
        "left": (sides.count("left"), plan.left),
        "right": (sides.count("right"), plan.right),
        "speeds": (speed_levels([run.measured.speed_kmh for run in runs], plan.speed_ratio), plan.speeds),
    }


def _missing(plan: Plan, vehicles: dict[str, list[Run]]) -> list[Said]:
    sentences = {
        "runs": N_("fewer than %(want)d runs (unflagged): %(who)s"),
        "centre": N_("fewer than %(want)d runs known to be centred: %(who)s"),
        "left": N_("fewer than %(want)d runs known to be on the left: %(who)s"),
        "right": N_("fewer than %(want)d runs known to be on the right: %(who)s"),
        "speeds": N_("fewer than %(want)d different speeds: %(who)s"),
    }
    found = []
    for what, sentence in sentences.items():
        short = {name: _counts(plan, runs)[what] for name, runs in vehicles.items()}
        lacking = [f"{name} ({have})" for name, (have, want) in short.items() if have < want]
        if lacking:
            found.append(say(sentence, want=getattr(plan, what), who=_who(lacking)))
    return found


def _who(names: Sequence[str]) -> Said | str:
    if len(names) <= NAMED:
        return ", ".join(names)
    return say("%(n)d vehicles, among them %(names)s", n=len(names), names=", ".join(names[:NAMED]))
