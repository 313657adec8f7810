"""Readings of one sensor as a technician notes or exports them (CSV)."""

import csv
import io
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.told import told
from contract.faults import RejectError

ROWS_MAX: Final = 1_000_000
"""A day of readings at 10 Hz; more is not what these checks are for."""


@dataclass(frozen=True)
class Readings:
    """Readings of one sensor in the order taken.

    Attributes
    ----------
    time_s
        float64 (n,), seconds, never going back.
    value
        float64 (n,), as the sensor gives it (counts, mV/V, kg).
    pavement_c
        float64 (n,) °C, or None where the file has no such column.
    mass_kg
        float64 (n,), the known mass on the sensor, or None.
    lateral_m
        float64 (n,), where across the lane the mass stood, or None.
    """

    time_s: NDArray[np.float64]
    value: NDArray[np.float64]
    pavement_c: NDArray[np.float64] | None = None
    mass_kg: NDArray[np.float64] | None = None
    lateral_m: NDArray[np.float64] | None = None


def parse_readings(text: str, source: str, *, masses: bool = False) -> Readings:
    """Read columns ``time_s`` and ``value``, optional ``pavement_c`` and ``lateral_m``, and with `masses` also ``mass_kg``.

    Other columns are ignored.

    Raises
    ------
    RejectError
        ``readings-columns``, ``readings-value``, ``readings-time`` or ``readings-empty`` with file and line.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    needed = ("time_s", "value", *(("mass_kg",) if masses else ()))
    held = reader.fieldnames or ()
    missing = [column for column in needed if column not in held]
    if missing:
        raise RejectError(
            "readings-columns",
            source,
            told(
                "has no column %(missing)s; needed are %(needed)s, optional pavement_c", missing=f"{missing[0]!r}", needed=", ".join(needed)
            ),
        )
    wanted = [column for column in (*needed, "pavement_c", "lateral_m") if column in held]
    rows: list[list[float]] = []
    for number, line in enumerate(reader, start=2):
        if len(rows) == ROWS_MAX:
            raise RejectError(
                "readings-empty",
                told("%(source)s line %(number)s", source=source, number=number),
                told("more than %(rows_max)s readings; give a shorter stretch", rows_max=ROWS_MAX),
            )
        rows.append([_number(line[column], f"{source} line {number}", column) for column in wanted])
    if len(rows) < 2:
        raise RejectError("readings-empty", source, told("holds %(n)s readings; at least 2 are needed", n=len(rows)))
    columns = dict(zip(wanted, np.array(rows, dtype=np.float64).T, strict=True))
    back = np.flatnonzero(np.diff(columns["time_s"]) < 0)
    if back.size:
        raise RejectError(
            "readings-time",
            told("%(source)s line %(back)s", source=source, back=int(back[0]) + 3),
            told("time_s goes back; sort the readings, or did a clock jump?"),
        )
    return Readings(columns["time_s"], columns["value"], columns.get("pavement_c"), columns.get("mass_kg"), columns.get("lateral_m"))


def _number(text: str | None, where: str, column: str) -> float:
    try:
        number = float(text or "")
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RejectError("readings-value", where, told("%(column)s = %(text)s is no number", column=column, text=f"{text!r}"))
    return number
