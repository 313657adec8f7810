"""The list of reference runs (CSV) and their passages in a capture, matched by time and axle count."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calibration.fit import ReferenceRun
from calibration.told import told
from contract.faults import RejectError
from contract.vehicles import VehicleFlag

MATCH_S = 1.0
"""How far a run's noted time may lie from a passage's first axle: a person notes it, vehicles follow seconds apart."""

COLUMNS = ("run", "truck", "first_axle_sample", "axle1_kg")

SHIFTED_SHARE = 0.8
"""Share of the runs that one shift in time must bring to a vehicle before a jumped clock is suspected."""

AXLE_KG_MAX = 60_000.0
"""No axle of a road vehicle bears more; a larger figure was given in another unit."""

U_SHARE_MAX = 0.1
"""A weight that is less sure than a tenth of itself is no reference, or its uncertainty was given in another unit."""


SPOILING = frozenset(
    {
        VehicleFlag.ACCELERATING,
        VehicleFlag.BRAKING,
        VehicleFlag.STOPPED,
        VehicleFlag.OFF_LEFT,
        VehicleFlag.OFF_RIGHT,
        VehicleFlag.STRADDLING,
        VehicleFlag.REVERSING,
        VehicleFlag.WRONG_WAY,
        VehicleFlag.SIGNAL_GAP,
        VehicleFlag.SATURATED,
        VehicleFlag.CHANNEL_FAULT,
        VehicleFlag.NOISY,
        VehicleFlag.SPIKE,
        VehicleFlag.AXLE_MISSING,
        VehicleFlag.INCOMPLETE,
        VehicleFlag.AXLE_COUNT_UNSURE,
        VehicleFlag.TWO_WHEELS,
    }
)
"""Flags with which a passage is no reference run. Those that follow from gains (bent path, unbalanced, rows that disagree) say nothing
before there are any."""


@dataclass(frozen=True)
class RunNote:
    """One line of the list: when which vehicle passed, and its static axle loads in kg."""

    run: int
    vehicle: str
    first_axle_sample: float
    static_kg: tuple[float, ...]
    axle_u_kg: float | None = None
    gross_u_kg: float | None = None
    pavement_c: float | None = None


@dataclass(frozen=True)
class Flagged:
    """A run that is left out because of what its passage was flagged for."""

    note: RunNote
    flags: tuple[str, ...]


def parse_runs(text: str, source: str) -> list[RunNote]:
    """Read the list of runs.

    Columns: ``run``, ``truck``, ``first_axle_sample`` (device counter in the capture) and ``axle1_kg``, ``axle2_kg`` ... as far as the
    vehicle has axles; ``axle_u_kg`` and ``gross_u_kg``, the expanded uncertainty (k = 2) of those, where it is known; ``pavement_c`` where
    the temperature was noted for each run; others are ignored.

    Raises
    ------
    RejectError
        If a column is missing or a value impossible; the error names file, line and column.
    """
    reader = csv.DictReader(io.StringIO(text))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise RejectError(
            "runs-columns",
            source,
            told(
                "has no column %(missing)s; needed are %(columns)s and further axleN_kg",
                missing=f"{missing[0]!r}",
                columns=", ".join(COLUMNS),
            ),
        )
    notes = []
    for number, line in enumerate(reader, start=2):
        where = told("%(source)s line %(number)s", source=source, number=number)
        loads = _loads(line, where)
        run, sample = _number(line["run"], where, "run"), _number(line["first_axle_sample"], where, "first_axle_sample")
        if not line["truck"]:
            raise RejectError("runs-value", where, told("truck is empty; name the vehicle, the same name in each of its runs"))
        axle_u, gross_u = (_uncertainty(line, name, of, where) for name, of in (("axle_u_kg", min(loads)), ("gross_u_kg", sum(loads))))
        pavement_c = _number(line["pavement_c"], where, "pavement_c") if line.get("pavement_c") else None
        notes.append(RunNote(int(run), line["truck"], sample, loads, axle_u, gross_u, pavement_c))
    twice = sorted(number for number, times in Counter(note.run for note in notes).items() if times > 1)
    if twice:
        raise RejectError("runs-value", source, told("run %(twice)s stands twice; give each run its own number and line", twice=twice[0]))
    return notes


def without_flagged(notes: Sequence[RunNote], vehicles: Sequence[Mapping[str, Any]], rate_hz: float) -> tuple[list[RunNote], list[Flagged]]:
    """Part the runs whose vehicle carries a flag that spoils its reading from the others; `match_runs` judges the rest."""
    sound, flagged = [], []
    for note in notes:
        near = [v for v in vehicles if abs(float(v["first_axle_sample"]) - note.first_axle_sample) <= MATCH_S * rate_hz]
        flags = sorted(SPOILING & set(near[0].get("flags", ()))) if len(near) == 1 else []
        if flags:
            flagged.append(Flagged(note, tuple(flags)))
        else:
            sound.append(note)
    return sound, flagged


def match_runs(notes: Sequence[RunNote], vehicles: Sequence[Mapping[str, Any]], rate_hz: float) -> list[ReferenceRun]:
    """Find each run's passage among the vehicles of `wim-edge replay --crossings --json`.

    Raises
    ------
    RejectError
        If no passage, or more than one, lies within `MATCH_S` of a run, or it has another number of axles.
    """
    runs = []
    for note in notes:
        near = [v for v in vehicles if abs(float(v["first_axle_sample"]) - note.first_axle_sample) <= MATCH_S * rate_hz]
        where = told("run %(run)s", run=note.run)
        if len(near) != 1:
            what = told(
                "%(n)s vehicles were found within %(match_s)s s of sample %(first_axle_sample)s, exactly one is "
                "needed; correct first_axle_sample or take the run out of the list%(notes)s",
                n=len(near),
                match_s=f"{MATCH_S:g}",
                first_axle_sample=f"{note.first_axle_sample:.0f}",
                notes=_shifted(notes, vehicles, rate_hz),
            )
            raise RejectError("run-not-found", where, what)
        vehicle = near[0]
        if len(vehicle["axle_kg"]) != len(note.static_kg):
            what = told(
                "vehicle %(vehicle)s has %(n)s axle loads in the list but %(measured)s axles were measured; correct "
                "the list or take the run out",
                vehicle=note.vehicle,
                n=len(note.static_kg),
                measured=len(vehicle["axle_kg"]),
            )
            raise RejectError("axle-count", where, what)
        runs.append(
            ReferenceRun(
                run=note.run,
                vehicle=note.vehicle,
                static_kg=note.static_kg,
                nominal_kg=vehicle["nominal_kg"],
                speed_kmh=float(vehicle["speed_kmh"]),
                spacings_m=tuple(float(spacing) for spacing in vehicle["spacings_m"]),
                axle_u_kg=note.axle_u_kg,
                gross_u_kg=note.gross_u_kg,
                pavement_c=note.pavement_c,
            )
        )
    return runs


def _shifted(notes: Sequence[RunNote], vehicles: Sequence[Mapping[str, Any]], rate_hz: float) -> str:
    """Say by how much the list's clock was off, where one shift brings (nearly) every run to a vehicle of as many axles."""
    found = [(float(vehicle["first_axle_sample"]), len(vehicle["axle_kg"])) for vehicle in vehicles]
    shifts = [(sample - note.first_axle_sample) / rate_hz for note in notes for sample, axles in found if axles == len(note.static_kg)]

    def fitting(shift_s: float) -> int:
        return sum(
            any(
                axles == len(note.static_kg) and abs(sample / rate_hz - note.first_axle_sample / rate_hz - shift_s) <= MATCH_S
                for sample, axles in found
            )
            for note in notes
        )

    best = max(shifts, key=fitting, default=0.0)
    if abs(best) <= MATCH_S or fitting(best) < max(3, SHIFTED_SHARE * len(notes)):
        return ""
    return told(
        "; %(fitting)s of %(n)s runs would fit if the list were %(best)s s later: was a clock set, or is it another capture?",
        fitting=fitting(best),
        n=len(notes),
        best=f"{best:+.1f}",
    )


def _loads(line: Mapping[str, str | None], where: str) -> tuple[float, ...]:
    loads: list[float] = []
    for index in range(1, 100):
        column = f"axle{index}_kg"
        if column not in line:
            break
        if not line[column]:
            continue
        if len(loads) != index - 1:
            raise RejectError(
                "runs-value",
                where,
                told("%(column)s is given but axle%(n)s_kg is empty; fill the axles from the front", column=column, n=len(loads) + 1),
            )
        value = _number(line[column], where, column)
        if not 0 < value <= AXLE_KG_MAX:
            raise RejectError(
                "runs-value",
                where,
                told(
                    "%(column)s = %(value)s is no axle load in kg; allowed is above 0 up to %(axle_kg_max)s",
                    column=column,
                    value=f"{value:g}",
                    axle_kg_max=f"{AXLE_KG_MAX:g}",
                ),
            )
        loads.append(value)
    if not loads:
        raise RejectError("runs-value", where, told("gives no axle load; fill axle1_kg and on"))
    return tuple(loads)


def _uncertainty(line: Mapping[str, str | None], column: str, of_kg: float, where: str) -> float | None:
    if not line.get(column):
        return None
    value = _number(line[column], where, column)
    if not 0 < value <= U_SHARE_MAX * of_kg:
        allowed = told("allowed is above 0 up to %(most)s kg, a tenth of the load", most=f"{U_SHARE_MAX * of_kg:g}")
        raise RejectError(
            "runs-value",
            where,
            told(
                "%(column)s = %(value)s is no uncertainty of a reference weight in kg; %(allowed)s",
                column=column,
                value=f"{value:g}",
                allowed=allowed,
            ),
        )
    return value


def _number(value: str | None, where: str, column: str) -> float:
    try:
        number = float(value or "")
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RejectError("runs-value", where, told("%(column)s = %(value)s is no number", column=column, value=f"{value!r}"))
    return number
