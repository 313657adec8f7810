"""Runs of a file beside the vehicles that the station's own program found in the capture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from calibration.acceptance.runs_file import RunLine
from calibration.acceptance.said import Said, say
from calibration.acceptance.sample import Excluded, Measured, Run, Sample, sample_of
from calibration.runs import MATCH_S
from calibration.told import told
from contract.faults import RejectError


def matched_sample(lines: Sequence[RunLine], vehicles: Sequence[Mapping[str, Any]], rate_hz: float) -> Sample:
    """Give the sample of a file's runs; `vehicles` are lines of `wim-edge replay --json`.

    A run whose vehicle was not found, was found twice or with another number of axles is excluded and listed: it happened, and the scale
    did not answer for it.

    Raises
    ------
    RejectError
        If no run was found at all, or as `sample_of`.
    """
    runs: list[Run] = []
    excluded: list[Excluded] = []
    for line in lines:
        near = [v for v in vehicles if abs(float(v["first_axle_sample"]) - line.first_axle_sample) <= MATCH_S * rate_hz]
        why = _why_not(line, near)
        if why is None:
            runs.append(_run(line, near[0]))
        else:
            excluded.append(Excluded(line.run, line.reference.vehicle, why))
    if not runs:
        what = told(
            "none of %(n)s runs has a vehicle within %(match_s)s s of its first_axle_sample; are they of this capture?",
            n=len(lines),
            match_s=f"{MATCH_S:g}",
        )
        raise RejectError("runs-not-found", told("list of runs"), what)
    return sample_of(runs, excluded)


def _why_not(line: RunLine, near: Sequence[Mapping[str, Any]]) -> Said | None:
    if not near:
        return say("no vehicle was found at its time")
    if len(near) > 1:
        return say("%(n)d vehicles were found at its time", n=len(near))
    found = len(near[0]["axle_kg"])
    if line.reference.axles not in {None, found}:
        return say("%(found)d axles were found, the vehicle has %(wanted)d", found=found, wanted=line.reference.axles)
    return None


def measured_of(vehicle: Mapping[str, Any], where: str) -> Measured:
    """Give what the scale found, from a line of `wim-edge replay --json`.

    Raises
    ------
    RejectError
        ``run-invalid`` if a field is missing or impossible.
    """
    try:
        return Measured(
            gross_kg=vehicle["gross_kg"],
            axle_kg=vehicle["axle_kg"],
            left_kg=vehicle["left_kg"],
            right_kg=vehicle["right_kg"],
            spacings_m=vehicle["spacings_m"],
            speed_kmh=vehicle["speed_kmh"],
            groups=vehicle["axle_groups"],
            flags=tuple(vehicle["flags"]),
        )
    except (KeyError, ValidationError) as error:
        raise RejectError("run-invalid", where, told("cannot be judged: %(error)s", error=error)) from error


def _run(line: RunLine, vehicle: Mapping[str, Any]) -> Run:
    measured = measured_of(vehicle, f"run {line.run}")
    try:
        return Run(run=line.run, reference=line.reference, measured=measured, lateral=line.lateral)
    except ValidationError as error:
        raise RejectError("run-invalid", told("run %(run)s", run=line.run), told("cannot be judged: %(error)s", error=error)) from error
