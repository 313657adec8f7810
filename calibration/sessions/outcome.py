"""What a session leads to: the calibration that its runs give, and the class that this calibration reaches."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from calibration.acceptance import judge
from calibration.acceptance.matching import measured_of
from calibration.acceptance.report import Report
from calibration.acceptance.said import LANGUAGES, say
from calibration.acceptance.sample import Excluded, Sample, sample_of
from calibration.acceptance.sample import Run as JudgedRun
from calibration.fit import LEAST_RUNS, ReferenceRun, fit_gains
from calibration.model import Calibration, load_calibration
from calibration.passages import replay_captures
from calibration.review.coverage import not_covered
from calibration.review.influence import influences
from calibration.review.residuals import residuals
from calibration.review.table import Review
from calibration.sessions import events as e
from calibration.sessions.evidence import CaptureFolder
from calibration.sessions.state import Run, SessionState
from calibration.told import told
from contract.faults import RejectError
from contract.station import Lane


def fit_session(state: SessionState, lane: Lane, created: datetime) -> tuple[Calibration, e.Fitted]:
    """Fit a calibration to a session's accepted runs.

    Raises
    ------
    RejectError
        ``too-few-runs``, or what `calibration.fit` refuses.
    """
    runs = state.runs
    if len(runs) < LEAST_RUNS:
        what = told(
            "has %(n)s accepted runs; at least %(least_runs)s are needed, better two trucks ten times each; drive more",
            n=len(runs),
            least_runs=LEAST_RUNS,
        )
        raise RejectError("too-few-runs", told("session %(name)s", name=state.name), what)
    pavements = [run.seen.pavement_c for run in runs if run.seen.pavement_c is not None]
    calibration = fit_gains(
        lane,
        [_reference_run(run) for run in runs],
        name=f"{state.opened.station}-{lane.id}-{created.astimezone(UTC):%Y%m%dT%H%M%SZ}"[:40],
        station=state.opened.station,
        created=created.replace(microsecond=0),
        pavement_c=round(statistics.fmean(pavements), 2) if pavements else None,
    )
    numbers = tuple(run.number for run in runs)
    return calibration, e.Fitted(runs=numbers, calibration=json.loads(calibration.dump()), sha256=calibration.digest())


def fitted_calibration(state: SessionState) -> Calibration:
    """Give the calibration that a session came to.

    Raises
    ------
    RejectError
        ``not-fitted``, or ``fit-outdated`` where a run that it used was taken back since.
    """
    if state.fitted is None:
        raise RejectError("not-fitted", told("session %(name)s", name=state.name), told("has no fitted calibration; fit it first"))
    if state.fit_outdated:
        raise RejectError(
            "fit-outdated", told("session %(name)s", name=state.name), told("was fitted to a run that was taken back since; fit it again")
        )
    return load_calibration(json.dumps(state.fitted.calibration), f"session {state.name}")


def review_session(state: SessionState, lane: Lane) -> Review | None:
    """Look at what the session's fit leaves of each of its runs; None where they are not those of the fit, as after one was taken back."""
    calibration = fitted_calibration(state)
    assert state.fitted is not None  # noqa: S101 - what fitted_calibration has checked
    runs = [_reference_run(run) for run in state.runs if run.number in state.fitted.runs]
    if not runs or [run.run for run in runs] != [run.run for run in calibration.runs]:
        return None
    left = residuals(runs, calibration)
    return Review(left, influences(lane, left, calibration, lambda _done: None), (), not_covered(runs, calibration, gains_only=False))


def judge_session(state: SessionState, station: Path, captures: CaptureFolder) -> e.Judged:
    """Weigh runs again with the session's calibration, by the station's own program, and judge what it finds.

    Runs that were driven after the fit are judged, which is a verification; where there is none, those of the fit, and the report says
    that it tells how well the calibration fits, not how well it will weigh.

    Raises
    ------
    RejectError
        As `fitted_calibration`; ``runs-lost`` where no raw signal of a run is there; or what acceptance refuses.
    """
    calibration = fitted_calibration(state)
    assert state.fitted is not None  # noqa: S101 - what fitted_calibration has checked
    used = set(state.fitted.runs)
    later = [run for run in state.runs if run.number not in used]
    runs = later or state.runs
    sample = _weighed_again(runs, station, captures, calibration)
    opened = state.opened
    reports = judge(sample, opened.standards, stage=opened.stage, interval_kg=opened.interval_kg)
    documents = {language: [_document(report, language, circular=not later) for report in reports] for language in LANGUAGES}
    return e.Judged(sha256=calibration.digest(), runs=tuple(run.number for run in runs), circular=not later, reports=documents)


def _document(report: Report, language: str, *, circular: bool) -> dict[str, Any]:
    document = report.document(language)
    document["title"] = report.standard.title_zh if language == "zh" else report.standard.title_en
    titles = [(one.name, one.title) for one in report.overall] + [(one.name, one.title) for one in report.criteria]
    document["titles"] = {name: title.text(language) for name, title in titles}
    if circular:
        note = say("the calibration was fitted to these very runs: the result tells how well it fits, not how well it will weigh")
        document["notes"] = [note.text(language), *document["notes"]]
    return document


def _reference_run(run: Run) -> ReferenceRun:
    return ReferenceRun(
        run=run.number,
        vehicle=run.truck.name,
        static_kg=run.truck.axle_kg,
        nominal_kg=run.seen.nominal_kg,
        speed_kmh=run.seen.speed_kmh,
        spacings_m=run.seen.spacings_m,
        pavement_c=run.seen.pavement_c,
    )


def _weighed_again(runs: Sequence[Run], station: Path, captures: CaptureFolder, calibration: Calibration) -> Sample:
    paths = {run.number: captures.path_of(run.seen.capture_sha256) for run in runs}
    kept = {number: path for number, path in paths.items() if path.is_file()}
    if not kept:
        raise RejectError(
            "runs-lost",
            told("runs"),
            told("the raw signal of none of %(n)s runs is kept; drive runs after this program is up", n=len(runs)),
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calibration.json"
        file.write_text(calibration.dump(), encoding="utf-8")
        vehicles = replay_captures(station, list(kept.values()), file)
    found = {path.name: [vehicle for vehicle in vehicles if vehicle["capture"] == path.name] for path in kept.values()}
    judged: list[JudgedRun] = []
    excluded: list[Excluded] = []
    for run in runs:
        again = found.get(paths[run.number].name, [])
        again = [vehicle for vehicle in again if len(vehicle["axle_kg"]) == run.seen.axles]
        if len(again) == 1:
            measured = measured_of(again[0], f"run {run.number}")
            judged.append(JudgedRun(run=run.number, reference=run.truck.reference(), measured=measured, lateral=run.lateral))
        else:
            excluded.append(Excluded(run.number, run.truck.name, say("no vehicle was found at its time")))
    return sample_of(judged, excluded)
