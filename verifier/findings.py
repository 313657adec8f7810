"""What the checks have found, step by step."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from contract.faults import RejectError


class State(StrEnum):
    """What became of a step."""

    OK = "ok"
    OPEN = "open"
    """Nothing is wrong, and something could not be checked with what is at hand; the findings say what."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or open, with one object of the bundle; `code` names the kind, `what` tells the particulars in English."""

    code: str
    object: str
    what: str
    fails: bool = True

    @classmethod
    def of(cls, error: RejectError) -> "Finding":
        """Give what an error of the contract says."""
        return cls(error.code, error.where, error.what)


def note(code: str, thing: str, what: str) -> Finding:
    """Give a finding that leaves a step open."""
    return Finding(code, thing, what, fails=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step: what it is about, how many objects were looked at, and the findings."""

    number: int
    name: str
    objects: int
    findings: tuple[Finding, ...]

    @property
    def state(self) -> State:
        """What became of it."""
        if any(finding.fails for finding in self.findings):
            return State.FAILED
        return State.OPEN if self.findings else State.OK


@dataclass
class Report:
    """All steps in order; `facts` are what the bundle proves, by name, as far as the steps went."""

    steps: list[Step] = field(default_factory=list)
    facts: dict[str, str | int] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether no step failed."""
        return all(step.state is not State.FAILED for step in self.steps)

    def take(self, name: str, findings: Iterator[Finding | int]) -> bool:
        """Do a step: take its findings, and the numbers of objects it has looked at; False if it failed."""
        objects, found = 0, []
        try:
            for one in findings:
                if isinstance(one, int):
                    objects += one
                else:
                    found.append(one)
        except RejectError as error:
            found.append(Finding.of(error))
        step = Step(len(self.steps) + 1, name, objects, tuple(found))
        self.steps.append(step)
        return step.state is not State.FAILED
