"""Which row, sensor or side drifts, since when, how fast, how sure; and what of that is an alarm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.drift.change import Change, Evidence, evidence, weigh_subjects
from calibration.drift.finding import SURE, Finding
from calibration.drift.regressors import CARGO, KINDS, TRACTOR_PRIOR_SD, VEHICLE_PRIOR_SD
from calibration.drift.subjects import Sight, Subject
from calibration.drift.sums import Day, Sums
from calibration.drift.zero import zero_findings
from contract.topics import DriftKind

Array = NDArray[np.float64]

LEAST: Final = {DriftKind.SENSOR: 0.002, DriftKind.ROW: 0.002, DriftKind.SIDE: 0.01, DriftKind.ALL: 0.01}
"""Relative changes below these are no alarm however sure: the road under a row settles by as much; where vehicles run in the lane and
what they carry changes the balance of the sides and the load of steering axles by up to a percent."""

WITHOUT_TEMPERATURE: Final = 5.0
"""Factor of `LEAST` where the pavement's temperature is unknown: a season may then be taken for drift."""

UNKNOWN_SHARE: Final = 0.1
"""Share of vehicles without temperature from which it counts as unknown."""

DAY_SD: Final = 0.00015
STEERING_DAY_SD: Final = 0.002
"""Prior of what the mixture of a day's vehicles moves: comparisons of sensors, and steering axles."""

CHANGES_AT_ONCE: Final = 3
"""How many changes are taken apart; more at once is no drift of a sensor."""


@dataclass(frozen=True)
class Judgement:
    """The state of a lane after its last day.

    Attributes
    ----------
    days
        (D,) numbers of the days that count.
    vehicles, tractors, left_out
        How many vehicles, of them tractors with semi-trailers, and how many did not count.
    findings
        Of every row, sensor and side, and of all; alarms are marked.
    zeros
        The same of the channels' zeros, in kg.
    temperature_known
        False where too many vehicles passed without it.
    courses
        (findings, D) estimated change of each subject on each day, relative; NaN on days without vehicles.
    """

    days: NDArray[np.int64]
    vehicles: int
    tractors: int
    left_out: int
    findings: tuple[Finding, ...]
    zeros: tuple[Finding, ...]
    temperature_known: bool
    courses: Array

    @property
    def alarms(self) -> tuple[Finding, ...]:
        """The findings that are alarms, the surest first."""
        return tuple(sorted((one for one in (*self.findings, *self.zeros) if one.alarm), key=lambda one: -one.change.sure))


def judge(sight: Sight, days: Sequence[Day]) -> Judgement:
    """Judge a lane by its days, in order of their numbers.

    Changes are taken off one after the other, the most probable first, so that a second one is seen beside the first.
    """
    numbers = np.array([day.number for day in days], np.int64)
    without = sum(day.without_temperature for day in days)
    vehicles = int(sum(day.compared.number for day in days))
    known = without <= UNKNOWN_SHARE * vehicles
    findings: dict[str, Finding] = {}
    seen: list[tuple[Evidence, Array]] = []
    taken = {_key(subject): np.zeros(numbers.size) for subject in sight.subjects}
    if vehicles:
        compared, steering = [day.compared for day in days], [day.steering for day in days]
        for turn in range(CHANGES_AT_ONCE + 1):
            seen = _evidence(sight, numbers, compared, steering)
            changes = weigh_subjects(seen)
            if turn == 0:
                findings = {_key(one): Finding(one, change, alarm=False) for one, change in zip(sight.subjects, changes, strict=True)}
            best = int(np.argmax([change.sure for change in changes]))
            subject, change = sight.subjects[best], changes[best]
            if turn == CHANGES_AT_ONCE or sum(one.sure for one in changes) < SURE:
                break
            findings[_key(subject)] = _told(findings[_key(subject)], change, _least(sight, subject, known=known))
            shift = change.shift(numbers)
            taken[_key(subject)] += shift
            compared = [sums.less(moved * (sight.contrast @ subject.share)) for sums, moved in zip(compared, shift, strict=True)]
            steering = [sums.less(moved * seen[-1][1][best]) for sums, moved in zip(steering, shift, strict=True)]
    found = tuple(findings.values())
    return Judgement(
        days=numbers,
        vehicles=vehicles,
        tractors=int(sum(day.steering.number for day in days)),
        left_out=sum(day.left_out for day in days),
        findings=found,
        zeros=zero_findings(sight, days),
        temperature_known=known,
        courses=_courses(seen, list(taken.values())),
    )


def _least(sight: Sight, subject: Subject, *, known: bool) -> float:
    """Give the change from which a subject alarms: a single row is compared with nothing but sides and steering axles."""
    least = LEAST[subject.kind] if sight.rows > 1 else LEAST[DriftKind.SIDE]
    return least if known else WITHOUT_TEMPERATURE * least


def _told(before: Finding, change: Change, least: float) -> Finding:
    """Give a finding of a change that is sure; where the subject changed before, what it has come to is the sum of both."""
    if before.alarm:
        change = replace(before.change, now=before.change.now + change.now, now_u=float(np.hypot(before.change.now_u, change.now_u)))
    return Finding(before.subject, change, alarm=abs(change.now) >= least)


def _key(subject: Subject) -> str:
    return f"{subject.kind} {subject.name}"


def _evidence(sight: Sight, numbers: NDArray[np.int64], compared: Sequence[Sums], steering: Sequence[Sums]) -> list[tuple[Evidence, Array]]:
    """Give the evidence of the comparisons and of the steering axles, each with the directions of the subjects."""
    shares = np.array([subject.share for subject in sight.subjects])
    by_steering = shares.mean(axis=1, keepdims=True) * (1.0 - _cargo_exponent(steering))
    found = [(evidence(numbers, steering, TRACTOR_PRIOR_SD, STEERING_DAY_SD), by_steering)]
    if len(sight.contrast):
        found.insert(0, (evidence(numbers, compared, VEHICLE_PRIOR_SD, DAY_SD), shares @ sight.contrast.T))
    return found


def _cargo_exponent(steering: Sequence[Sums]) -> float:
    """Give how a steering axle's load follows the gross weight, mean over the tractors: so much of a common drift its cargo line hides."""
    every = sum(steering[1:], steering[0])
    slopes = np.linalg.solve(every.wzz + np.diag(0.04**2 / TRACTOR_PRIOR_SD**2), every.wzy)[CARGO, 0]
    share = every.wz[: len(KINDS)] / max(every.w, 1.0)
    return float(np.clip(share @ slopes, 0.0, 0.5))


def _courses(left: Sequence[tuple[Evidence, Array]], taken: Sequence[Array]) -> Array:
    """Give each subject's change on each day: what was taken for it, and what the days have left in its direction beside all changes."""
    top: Array = np.zeros(1)
    bottom: Array = np.zeros(1)
    for one, directions in left:
        along = one.axes @ directions.T
        top = top + (one.precision * one.residual) @ along
        bottom = bottom + one.precision @ along**2
    if not left:
        return np.zeros((0, 0))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(bottom > 0, top / bottom, np.nan).T + np.array(taken))
