"""Passages of a capture with nominal loads, as the edge itself measures them.

Calibration stands below the edge and may not import it, and a second detector would calibrate something else than what weighs. So the
edge's own program is run as a process and its JSON lines are read.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from calibration.told import told
from contract.faults import RejectError

REPLAY_LIMIT_S = 1_800.0
"""A day's capture is replayed in a few minutes; what takes longer hangs."""

NEEDED = ("first_axle_sample", "speed_kmh", "spacings_m", "axle_kg", "nominal_kg")


def replay_passages(station: Path, capture: Path, calibration: Path | None = None) -> list[dict[str, Any]]:
    """Run `wim-edge replay --crossings --json` on a capture, without a calibration unless one is given, and give its vehicles.

    Raises
    ------
    RejectError
        If the program fails or answers something else than vehicles; its own message is passed on.
    """
    return replay_captures(station, [capture], calibration)


def replay_captures(station: Path, captures: Sequence[Path], calibration: Path | None = None) -> list[dict[str, Any]]:
    """Do the same for several captures in one run of the program; each vehicle says in `capture` which file it was in."""
    command = [sys.executable, "-m", "edge", "replay", "--station", str(station), "--crossings", "--json", *map(str, captures)]
    if calibration is not None:
        command += ["--calibration", str(calibration)]
    what = str(captures[0]) if len(captures) == 1 else told("%(n)s captures", n=len(captures))
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=REPLAY_LIMIT_S, check=False)  # noqa: S603 (our own program)
    except subprocess.TimeoutExpired as error:
        raise RejectError(
            "replay-slow",
            what,
            told("was not replayed within %(replay_limit_s)s s; cut it into pieces", replay_limit_s=f"{REPLAY_LIMIT_S:g}"),
        ) from error
    if done.returncode != 0:
        message = done.stderr.strip() or told("no message")
        raise RejectError(
            "replay-failed",
            what,
            told("could not be replayed (exit code %(returncode)s): %(message)s", returncode=done.returncode, message=message),
        )
    return parse_passages(done.stdout, what)


def parse_passages(text: str, source: str) -> list[dict[str, Any]]:
    """Read the JSON lines of `wim-edge replay --crossings --json`.

    Raises
    ------
    RejectError
        If a line is no vehicle with nominal loads.
    """
    vehicles = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            vehicle = json.loads(line)
        except ValueError as error:
            raise RejectError(
                "replay-answer",
                told("%(source)s, vehicle %(number)s", source=source, number=number),
                told("is no JSON: %(error)s", error=error),
            ) from error
        missing = [key for key in NEEDED if not isinstance(vehicle, dict) or key not in vehicle]
        if missing:
            raise RejectError(
                "replay-answer",
                told("%(source)s, vehicle %(number)s", source=source, number=number),
                told("has no %(missing)s; replay it with this version", missing=missing[0]),
            )
        vehicles.append(vehicle)
    return vehicles
