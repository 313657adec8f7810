"""The fault board: which faults are active, and how often each has acted."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from firmware_sims.errors import SimulationError
from firmware_sims.fault_kinds import BOUNDS, DURATION_S, FOREVER_S, KINDS, FaultKind, Value


@dataclass
class Fault:
    """One fault that has been commanded: `ends_s` on the board's clock (None: until cleared)."""

    id: int
    kind: FaultKind
    p: float
    times: int
    ends_s: float | None
    arguments: dict[str, Value]
    acted: int = 0

    def number(self, name: str) -> float:
        """Give a numeric argument."""
        return float(self.arguments[name])

    def text(self, name: str) -> str:
        """Give a text argument."""
        return str(self.arguments[name])

    def describe(self) -> dict[str, Any]:
        """Give what the control interface says of it."""
        return {"id": self.id, "name": self.kind.name, "p": self.p, "acted": self.acted, **self.arguments}


class FaultBoard:
    """Holds the active faults and decides, occasion by occasion, which strike.

    Parameters
    ----------
    now_s
        Wall clock in seconds; durations run on it.
    rng
        Where probability comes from.
    allowed
        For the arguments ``channel`` and ``camera``, the names that exist.
    """

    def __init__(self, now_s: Callable[[], float], rng: random.Random, allowed: dict[str, tuple[str, ...]] | None = None) -> None:
        self.rng = rng
        self.counts: dict[str, int] = {}
        self._now_s = now_s
        self._allowed = {"target": ("digitiser", "site"), **(allowed or {})}
        self._faults: list[Fault] = []
        self._last_id = 0

    def add(self, name: str, given: dict[str, str]) -> Fault:
        """Start a fault by its name and arguments as text.

        Raises
        ------
        SimulationError
            If the name, an argument or a value is not one that exists.
        """
        if name not in KINDS:
            raise SimulationError(f"fault {name!r} is unknown; known are {', '.join(sorted(KINDS))}")
        kind = KINDS[name]
        values: dict[str, Value | None] = {"p": kind.p, "for_s": DURATION_S, "times": float(kind.times), **kind.arguments}
        for key, text in given.items():
            if key not in values:
                raise SimulationError(f"{name}: no argument {key!r}; allowed are {', '.join(values)}")
            values[key] = self._value(name, key, text)
        missing = [key for key, value in values.items() if value is None]
        if missing:
            raise SimulationError(f"{name}: {missing[0]} is required; allowed are {', '.join(self._names(missing[0]))}")
        self._last_id += 1
        for_s = float(values.pop("for_s") or 0)
        fault = Fault(
            id=self._last_id,
            kind=kind,
            p=float(values.pop("p") or 0),
            times=int(float(values.pop("times") or 0)),
            ends_s=None if for_s == FOREVER_S else self._now_s() + for_s,
            arguments={key: value for key, value in values.items() if value is not None},
        )
        self._faults.append(fault)
        return fault

    def clear(self, fault_id: int | None = None) -> int:
        """End one fault, or all; give how many ended."""
        before = len(self._faults)
        self._faults = [fault for fault in self._faults if fault_id is not None and fault.id != fault_id]
        return before - len(self._faults)

    def active(self, name: str, **match: str) -> list[Fault]:
        """Give the faults of this name that last, whose arguments match (an empty argument matches all)."""
        if not self._faults:
            return []
        now_s = self._now_s()
        self._faults = [
            fault
            for fault in self._faults
            if (fault.ends_s is None or now_s < fault.ends_s) and not (fault.times and fault.acted >= fault.times)
        ]
        return [
            fault
            for fault in self._faults
            if fault.kind.name == name and all(fault.arguments[key] in ("", value) for key, value in match.items())
        ]

    def strikes(self, name: str, **match: str) -> Fault | None:
        """Roll this occasion's dice; give the fault that strikes, counted, or None."""
        for fault in self.active(name, **match):
            if fault.p >= 1 or self.rng.random() < fault.p:
                self.count(fault)
                return fault
        return None

    def count(self, fault: Fault, actions: int = 1) -> None:
        """Count actions of a fault."""
        fault.acted += actions
        self.counts[fault.kind.name] = self.counts.get(fault.kind.name, 0) + actions

    def describe(self) -> list[dict[str, Any]]:
        """Give all active faults."""
        self.active("")
        return [fault.describe() for fault in self._faults]

    def _names(self, key: str) -> tuple[str, ...]:
        return self._allowed.get(key, ())

    def _value(self, name: str, key: str, text: str) -> Value:
        if key not in BOUNDS:
            if text not in self._names(key):
                raise SimulationError(f"{name}: {key}={text!r}; allowed are {', '.join(self._names(key)) or 'none'}")
            return text
        low, high = BOUNDS[key]
        try:
            value = float(text)
        except ValueError as error:
            raise SimulationError(f"{name}: {key}={text!r} is no number; {low:g} to {high:g} are allowed") from error
        if not low <= value <= high:
            raise SimulationError(f"{name}: {key}={text}; {low:g} to {high:g} are allowed")
        return value
