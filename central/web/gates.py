"""The gates as a checklist: which held, which fell and why, and which had nothing to judge."""

from dataclasses import dataclass
from enum import StrEnum

from contract.verdicts import Bar, Verdict


class GateState(StrEnum):
    """What became of a gate."""

    HELD = "held"
    FELL = "fell"
    MOOT = "moot"
    """Another gate's fall left it nothing to judge: a plate that was not read is neither certain nor uncertain."""


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate with the reasons for its fall, as the station wrote them."""

    bar: Bar
    state: GateState
    details: tuple[str, ...]


def gate_rows(verdict: Verdict) -> tuple[GateRow, ...]:
    """Give every gate in the contract's order."""
    fallen = {gate.bar for gate in verdict.barred_by}
    return tuple(GateRow(bar, _state(bar, fallen), tuple(gate.detail for gate in verdict.barred_by if gate.bar is bar)) for bar in Bar)


def _state(bar: Bar, fallen: set[Bar]) -> GateState:
    if bar in fallen:
        return GateState.FELL
    return GateState.MOOT if bar is Bar.PLATE and Bar.NO_PLATE in fallen else GateState.HELD
