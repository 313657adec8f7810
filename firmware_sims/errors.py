"""Errors of the simulators."""

from __future__ import annotations


class SimulationError(Exception):
    """A wrong input to the simulators: says what was given, what is allowed, and what to do."""
