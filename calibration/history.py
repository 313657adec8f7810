"""A station's own traffic at crossing level (CSV): what each sensor alone gave of each axle, with nominal constants.

Columns: ``vehicle``, ``time_s``, ``speed_kmh``, ``pavement_c``, ``axle`` (1 at the front), ``spacing_m`` (to the axle before) and
``<sensor>_kg`` for every weighing sensor of the lane; one line per axle, a vehicle's axles together and in order.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from calibration.told import told
from contract.faults import RejectError
from contract.station import Lane

FIXED = ("vehicle", "time_s", "speed_kmh", "pavement_c", "axle", "spacing_m")


@dataclass(frozen=True)
class Passage:
    """One vehicle of the history.

    Attributes
    ----------
    time_s
        Since the history's beginning.
    speed_kmh
        Measured speed.
    pavement_c
        Pavement temperature, NaN where nobody measured it.
    behind_m
        (axles,) distance of each axle behind the first.
    nominal_kg
        (axles, sensors) in the order of the lane's weighing sensors, NaN where a sensor did not weigh the axle.
    """

    time_s: float
    speed_kmh: float
    pavement_c: float
    behind_m: NDArray[np.float64]
    nominal_kg: NDArray[np.float64]


def parse_history(text: str, lane: Lane, source: str) -> list[Passage]:
    """Read a history.

    Raises
    ------
    RejectError
        If a column is missing or a value is no number; the error names file, line and column.
    """
    reader = csv.DictReader(io.StringIO(text))
    columns = [f"{sensor.name}_kg" for sensor in lane.weighing_sensors]
    missing = [column for column in (*FIXED, *columns) if column not in (reader.fieldnames or ())]
    if missing:
        what = told("has no column %(missing)s; needed are %(needed)s", missing=f"{missing[0]!r}", needed=", ".join((*FIXED, *columns)))
        raise RejectError("history-columns", source, what)
    lines = enumerate(reader, start=2)
    return [_passage(list(group), columns, source) for _, group in groupby(lines, key=lambda numbered: numbered[1]["vehicle"])]


def _passage(lines: Sequence[tuple[int, Mapping[str, str | None]]], columns: Sequence[str], source: str) -> Passage:
    number, first = lines[0]
    where = told("%(source)s line %(number)s", source=source, number=number)
    for place, (line_number, line) in enumerate(lines, start=1):
        if line["axle"] != str(place):
            what = told(
                "axle = %(given)s where axle %(place)s of vehicle %(vehicle)s is due; a vehicle's axles stand together, in order",
                given=f"{line['axle']!r}",
                place=place,
                vehicle=line["vehicle"],
            )
            raise RejectError("history-order", told("%(source)s line %(line_number)s", source=source, line_number=line_number), what)
    spacings = [_number(line, "spacing_m", f"{source} line {at}") for at, line in lines]
    return Passage(
        time_s=_number(first, "time_s", where),
        speed_kmh=_number(first, "speed_kmh", where),
        pavement_c=_number(first, "pavement_c", where) if first["pavement_c"] else math.nan,
        behind_m=np.cumsum([0.0, *spacings[1:]]),
        nominal_kg=np.array([list(_loads(line, columns, f"{source} line {at}")) for at, line in lines]),
    )


def _loads(line: Mapping[str, str | None], columns: Sequence[str], where: str) -> Iterator[float]:
    for column in columns:
        yield _number(line, column, where) if line[column] else math.nan


def _number(line: Mapping[str, str | None], column: str, where: str) -> float:
    try:
        value = float(line[column] or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise RejectError("history-value", where, told("%(column)s = %(line)s is no number", column=column, line=f"{line[column]!r}"))
    return value
