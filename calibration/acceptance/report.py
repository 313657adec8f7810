"""What a test says: class by criterion and of the whole, what is not covered, and why not the next class."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from calibration.acceptance.said import Said, say
from calibration.acceptance.sample import Excluded
from calibration.acceptance.standards.tables import Head

Stage = Literal["initial", "in-service"]


@dataclass(frozen=True)
class ClassTest:
    """One class tried: what it allows, which share of results must keep it and does (%), and whether that is passed."""

    name: str
    allows: str
    required_percent: float
    found_percent: float

    @property
    def passed(self) -> bool:
        """Whether enough results keep it."""
        return self.found_percent >= self.required_percent


@dataclass(frozen=True)
class Criterion:
    """One criterion's result.

    Attributes
    ----------
    name, title
        For programs and for people.
    n, mean, sd, unit
        Size, mean and standard deviation of its errors, NaN where there are too few, and their unit.
    tests
        Every class tried, strictest first.
    beyond
        What is reached where no class is, None if that has no name.
    gaps
        What the sample does not cover: with any of them no class is named.
    why_not_next
        Sentences on the next better class.
    """

    name: str
    title: Said
    n: int
    mean: float
    sd: float
    unit: str
    tests: tuple[ClassTest, ...]
    beyond: str | None = None
    gaps: tuple[Said, ...] = ()
    why_not_next: tuple[Said, ...] = ()

    @property
    def keeps(self) -> str | None:
        """The best class that these results keep, whether or not they suffice to name it; None without results or without a class."""
        return next((test.name for test in self.tests if test.passed), self.beyond if self.tests else None)

    @property
    def reached(self) -> str | None:
        """The class reached, None where the sample does not suffice to name one."""
        return None if self.gaps else self.keeps


@dataclass(frozen=True)
class Overall:
    """The class of the whole, or of one part that a standard classifies by itself; `reached` is None where none may be named."""

    name: str
    title: Said
    reached: str | None
    why: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Report:
    """The result of one standard's test."""

    standard: Head
    stage: Stage
    environment: str | None
    vehicles: int
    runs: int
    overall: tuple[Overall, ...]
    criteria: tuple[Criterion, ...]
    excluded: tuple[Excluded, ...]
    gaps: tuple[Said, ...] = ()
    notes: tuple[Said, ...] = field(default=())

    def criterion(self, name: str) -> Criterion:
        """Give a criterion by name."""
        return next(one for one in self.criteria if one.name == name)

    def document(self, language: str) -> dict[str, Any]:
        """Give the report as JSON with its sentences in a language."""

        def said(sentences: tuple[Said, ...]) -> list[str]:
            return [sentence.text(language) for sentence in sentences]

        return {
            "standard": self.standard.id,
            "edition": self.standard.edition,
            "table_version": self.standard.version,
            "stage": self.stage,
            "environment": self.environment,
            "vehicles": self.vehicles,
            "runs": self.runs,
            "overall": [{"name": one.name, "reached": one.reached, "why": said(one.why)} for one in self.overall],
            "criteria": [
                {
                    "name": one.name,
                    "n": one.n,
                    "mean": _figure(one.mean),
                    "sd": _figure(one.sd),
                    "unit": one.unit,
                    "reached": one.reached,
                    "results_keep": one.keeps,
                    "not_covered": said(one.gaps),
                    "why_not_next": said(one.why_not_next),
                    "tests": [
                        {
                            "class": test.name,
                            "allows": test.allows,
                            "required_percent": round(test.required_percent, 4),
                            "found_percent": round(test.found_percent, 4),
                            "passed": test.passed,
                        }
                        for test in one.tests
                    ],
                }
                for one in self.criteria
            ],
            "not_covered": said(self.gaps),
            "notes": said(self.notes),
            "excluded": [{"run": one.run, "vehicle": one.vehicle, "why": one.why.text(language)} for one in self.excluded],
            "sources": [f"[{source.mark}] {source.text}" for source in self.standard.source],
            "check": self.standard.check_zh if language == "zh" else self.standard.check_en,
            "beyond_scope": [row.text_zh if language == "zh" else row.text_en for row in self.standard.beyond_scope],
        }


def worst_of(criteria: tuple[Criterion, ...], order: tuple[str, ...]) -> tuple[str | None, tuple[Said, ...]]:
    """Give the worst class of criteria that must all be kept, or None and which of them has none."""
    missing = tuple(say("%(criterion)s has no class", criterion=one.title) for one in criteria if one.reached is None)
    if missing:
        return None, missing
    worst = max(criteria, key=lambda one: order.index(one.reached or ""))
    return worst.reached, ()


def _figure(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)
