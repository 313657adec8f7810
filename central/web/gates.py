"""The gates as a checklist: which held, which fell and why, and which had nothing to judge."""

from dataclasses import dataclass
from enum import StrEnum

from contract.verdicts import Bar, Verdict


class GateState(StrEnum):
    """What became of a gate."""

    HELD = "held"
    FELL = "fell"
    MOOT = "moot"
    """There is nothing to judge: a plate that was not read is neither certain nor uncertain."""


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate with the reasons for its fall, as the station wrote them."""

    bar: Bar
    state: GateState
    details: tuple[str, ...]


def gate_rows(verdict: Verdict, *, certified: bool) -> tuple[GateRow, ...]:
    """Give every gate in the contract's order; without a certificate (`certified`) nobody has said when the scale's verification holds."""
    fallen = {gate.bar for gate in verdict.barred_by}
    moot = {Bar.PLATE} if Bar.NO_PLATE in fallen else set()
    moot |= set() if certified else {Bar.VERIFICATION}

    def row(bar: Bar) -> GateRow:
        state = GateState.FELL if bar in fallen else GateState.MOOT if bar in moot else GateState.HELD
        return GateRow(bar, state, tuple(gate.detail for gate in verdict.barred_by if gate.bar is bar))

    return tuple(row(bar) for bar in Bar)
