"""Runs with known truth, from a file: the list of reference runs (CSV), or the truth of recorded traffic (JSON)."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError

from calibration.acceptance.sample import Lateral, Reference
from calibration.told import told
from contract.faults import RejectError

COLUMNS = ("run", "truck", "first_axle_sample")
AXLES_MOST = 20
TRUTH_KEYS = ("gvw_kg", "axle_kg", "left_kg", "spacings_m", "speed_kmh", "first_axle_sample")


@dataclass(frozen=True)
class RunLine:
    """One run of a file: number, truth, device counter at which the first axle stood at position 0, and where in the lane it was driven."""

    run: int
    reference: Reference
    first_axle_sample: float
    lateral: Lateral = "unknown"


def read_runs(text: str, source: str) -> list[RunLine]:
    """Read a file of runs, CSV or JSON by its first character.

    CSV: ``run``, ``truck``, ``first_axle_sample``; the static truth as ``axle1_kg`` ..., as ``gross_kg``, or both; where known
    ``gross_u_kg`` and ``axle_u_kg`` (expanded, k = 2), ``left1_kg`` ..., ``spacing1_m`` ..., ``speed_kmh``, ``groups`` (``1+2+3``) and
    ``lateral`` (centre, left, right, unknown). Other columns are ignored. JSON: a list of vehicles as in a capture's ``truth.json``.

    Raises
    ------
    RejectError
        If a column is missing or a value impossible; the error names file, line and column.
    """
    return _truth(text, source) if text.lstrip()[:1] == "[" else _csv(text, source)


def _csv(text: str, source: str) -> list[RunLine]:
    reader = csv.DictReader(io.StringIO(text))
    columns = reader.fieldnames or ()
    missing = [column for column in COLUMNS if column not in columns]
    if "axle1_kg" not in columns and "gross_kg" not in columns:
        missing.append("axle1_kg")
    if missing:
        what = told(
            "has no column %(missing)s; needed are %(columns)s and axle1_kg, axle2_kg ... or gross_kg",
            missing=f"{missing[0]!r}",
            columns=", ".join(COLUMNS),
        )
        raise RejectError("runs-columns", source, what)
    runs = [_csv_line(line, f"{source} line {number}") for number, line in enumerate(reader, start=2)]
    if not runs:
        raise RejectError("runs-empty", source, told("holds no run; give one line per run"))
    return runs


def _csv_line(line: Mapping[str, str | None], where: str) -> RunLine:
    axle_kg = _row(line, "axle", "_kg", where)
    gross_kg = _optional(line, "gross_kg", where)
    if axle_kg is None and gross_kg is None:
        raise RejectError("runs-value", where, told("gives no static weight; fill axle1_kg and on, or gross_kg"))
    lateral = (line.get("lateral") or "unknown").strip()
    if lateral not in get_args(Lateral):
        raise RejectError(
            "runs-value",
            where,
            told("lateral = %(lateral)s; allowed are %(Lateral)s", lateral=f"{lateral!r}", Lateral=", ".join(get_args(Lateral))),
        )
    groups = (line.get("groups") or "").strip()
    if groups and not all(part.isdigit() for part in groups.split("+")):
        raise RejectError(
            "runs-value", where, told("groups = %(groups)s; write the axles per group from the front, as 1+2+3", groups=f"{groups!r}")
        )
    number = _required(line, "run", where)
    if not number.is_integer():
        raise RejectError(
            "runs-value", where, told("run = %(line)s is no whole number; number the runs 1, 2, 3 ...", line=f"{line['run']!r}")
        )
    fields = {
        "vehicle": line["truck"] or "",
        "gross_kg": gross_kg if gross_kg is not None else sum(axle_kg or ()),
        "gross_u_kg": _optional(line, "gross_u_kg", where),
        "axle_kg": axle_kg,
        "axle_u_kg": _optional(line, "axle_u_kg", where),
        "left_kg": _row(line, "left", "_kg", where),
        "spacings_m": _row(line, "spacing", "_m", where),
        "speed_kmh": _optional(line, "speed_kmh", where),
        "groups": tuple(int(part) for part in groups.split("+")) if groups else None,
    }
    return RunLine(int(number), _reference(fields, where), _required(line, "first_axle_sample", where), lateral)  # type: ignore[arg-type]


def _truth(text: str, source: str) -> list[RunLine]:
    try:
        vehicles: Sequence[Any] = json.loads(text)
    except ValueError as error:
        raise RejectError("runs-invalid", source, told("is neither CSV nor JSON: %(error)s", error=error)) from error
    if not vehicles:
        raise RejectError("runs-empty", source, told("holds no vehicle"))
    return [_truth_line(number, vehicle, f"{source}, vehicle {number}") for number, vehicle in enumerate(vehicles, start=1)]


def _truth_line(number: int, vehicle: object, where: str) -> RunLine:
    """Read a vehicle of traffic, whose name is its number; one that stopped or changed its speed has no true speed to compare with."""
    if not isinstance(vehicle, Mapping):
        raise RejectError("runs-invalid", where, told("is no table of a vehicle's truth"))
    missing = [key for key in TRUTH_KEYS if key not in vehicle]
    if missing:
        raise RejectError(
            "runs-columns",
            where,
            told("has no %(missing)s; needed are %(truth_keys)s", missing=f"{missing[0]!r}", truth_keys=", ".join(TRUTH_KEYS)),
        )
    steady = not vehicle.get("stop") and not vehicle.get("accel_ms2")
    fields = {
        "vehicle": f"{number}",
        "gross_kg": vehicle["gvw_kg"],
        **{key: vehicle[key] for key in ("axle_kg", "left_kg", "spacings_m")},
        "speed_kmh": vehicle["speed_kmh"] if steady else None,
    }
    sample = vehicle["first_axle_sample"]
    if not isinstance(sample, int | float) or not math.isfinite(sample):
        raise RejectError("runs-value", where, told("first_axle_sample = %(sample)s is no number", sample=f"{sample!r}"))
    return RunLine(number, _reference(fields, where), float(sample))


def _reference(fields: Mapping[str, object], where: str) -> Reference:
    try:
        return Reference.model_validate(fields)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        what = "; ".join(
            f"{'.'.join(map(str, fault['loc']))} = {fault['input']!r}: {fault['msg']}" if fault["loc"] else fault["msg"] for fault in faults
        )
        raise RejectError("runs-value", where, what) from error


def _row(line: Mapping[str, str | None], name: str, unit: str, where: str) -> tuple[float, ...] | None:
    """Read name1_unit, name2_unit ...; an empty one ends the row, and what follows it is refused."""
    values: list[float] = []
    for index in range(1, AXLES_MOST + 1):
        value = _optional(line, f"{name}{index}{unit}", where)
        if value is None:
            continue
        if len(values) != index - 1:
            what = told(
                "%(name)s%(index)s%(unit)s is given but %(name)s%(n)s%(unit)s is empty; fill from the front",
                name=name,
                index=index,
                unit=unit,
                n=len(values) + 1,
            )
            raise RejectError("runs-value", where, what)
        values.append(value)
    return tuple(values) or None


def _optional(line: Mapping[str, str | None], column: str, where: str) -> float | None:
    return _required(line, column, where) if (line.get(column) or "").strip() else None


def _required(line: Mapping[str, str | None], column: str, where: str) -> float:
    try:
        number = float(line[column] or "")
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RejectError("runs-value", where, told("%(column)s = %(line)s is no number", column=column, line=f"{line[column]!r}"))
    return number
