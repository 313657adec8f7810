"""What the days say of one subject, and whether it is an alarm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from calibration.drift.change import RAMP, Change
from calibration.drift.subjects import Subject

SURE: Final = 0.9
"""Probability from which a change is told; `bench/drift.py` counts how often falsely."""


@dataclass(frozen=True)
class Finding:
    """One subject with its change; relative for gains, in kg for zeros."""

    subject: Subject
    change: Change
    alarm: bool

    @property
    def per_week(self) -> tuple[float, float] | None:
        """Rate per week and its standard uncertainty; None where it changed at once."""
        return None if self.change.course != RAMP else (7.0 * self.change.size, 7.0 * self.change.size_u)
