"""`wim-calibration accept`: weigh a capture with a calibration, hold it against known truth, say which class is reached."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from calibration.acceptance import STANDARDS, judge
from calibration.acceptance.matching import matched_sample
from calibration.acceptance.runs_file import RunLine, read_runs
from calibration.acceptance.said import LANGUAGES, say
from calibration.acceptance.sample import Sample
from calibration.acceptance.table import show, show_excluded
from calibration.arguments import check_language, text_of
from calibration.keys import look_into
from calibration.model import Calibration
from calibration.passages import replay_passages
from calibration.told import told
from contract.captures import CaptureReader
from contract.faults import RejectError

SAME_SPEED = 0.01
"""A run is one of those a calibration was fitted to if number, vehicle and (to this share) measured speed agree."""


def accept(
    capture: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Capture (HDF5) that holds the runs.")],
    *,
    station: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Station file (TOML).")],
    runs: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Runs with static truth (CSV), or a traffic truth file (JSON).")],
    calibration: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Calibration to be accepted (JSON).")],
    standard: Annotated[
        list[str] | None, typer.Option(help=f"{', '.join(STANDARDS)}; may be given more than once, by default all.")
    ] = None,
    initial: Annotated[
        bool, typer.Option("--initial/--in-service", help="Which limits apply; those of initial verification are stricter.")
    ] = True,
    environment: Annotated[
        str | None, typer.Option(help="COST 323: r1, r2, R1 or R2; by default the most lenient that the runs allow.")
    ] = None,
    interval_kg: Annotated[
        float | None,
        typer.Option(
            "--interval-kg", min=0.001, max=1_000, help="Scale interval d in kg; without it OIML R 134 and JJG 907 name no class."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")] = False,
    lang: Annotated[str, typer.Option(help=f"Language of the report: {' or '.join(LANGUAGES)}.")] = LANGUAGES[0],
) -> None:
    """Test a calibration against runs of known weight and name the accuracy class reached, or what is missing to name one."""
    check_language(lang)
    unknown = [name for name in standard or () if name not in STANDARDS]
    if unknown:
        raise RejectError(
            "standard-unknown",
            told("--standard %(unknown)s", unknown=f"{unknown[0]!r}"),
            told("is not known; allowed are %(standards)s", standards=", ".join(STANDARDS)),
        )
    fitted, _ = look_into(text_of(calibration), str(calibration))
    lines = read_runs(text_of(runs), str(runs))
    with capture.open("rb") as stream:
        rate_hz = CaptureReader(stream, str(capture)).header.rate_hz
    sample = matched_sample(lines, replay_passages(station, capture, calibration), rate_hz)
    reports = judge(
        sample,
        standard or STANDARDS,
        stage="initial" if initial else "in-service",
        environment=environment,
        interval_kg=interval_kg,
    )
    if of_the_fit(sample, lines, fitted):
        circular = say("the calibration was fitted to these very runs: the result tells how well it fits, not how well it will weigh")
        reports = [replace(report, notes=(circular, *report.notes)) for report in reports]
    if as_json:
        document = {"calibration": fitted.id, "digest": fitted.digest(), "reports": [report.document(lang) for report in reports]}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    console = Console()
    for report in reports:
        show(report, lang, console)
    show_excluded(sample.excluded, lang, console)


def of_the_fit(sample: Sample, lines: list[RunLine], calibration: Calibration) -> bool:
    """Whether a sample is made of runs that the calibration was fitted to."""
    fitted = {(run.run, run.vehicle): run.speed_kmh for run in calibration.runs}
    same = [
        abs(run.measured.speed_kmh / speed - 1.0) <= SAME_SPEED
        for run in sample.runs
        if (speed := fitted.get((run.run, run.reference.vehicle))) is not None
    ]
    return 2 * sum(same) > len(lines)
