"""One figure of a check: its value, its limit, and the verdict in words."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from calibration.statics.words import N_, Language

NAMES = {
    "zero": N_("zero"),
    "noise": N_("noise of the zero (one standard deviation)"),
    "zero_per_hour": N_("drift of the zero per hour"),
    "zero_per_k": N_("drift of the zero per kelvin"),
    "linearity_best": N_("linearity, against the best straight line"),
    "linearity_terminal": N_("linearity, against the terminal line"),
    "hysteresis": N_("hysteresis"),
    "repeatability": N_("repeatability"),
    "uniformity": N_("uniformity across the lane"),
    "creep": N_("creep"),
    "zero_return": N_("return to zero"),
    "shunt": N_("shunt, found against expected"),
}
"""What each figure is called; the words are translated."""


class Figure(BaseModel):
    """One figure, in per cent of the rated load (shunt: of the expected value).

    `value` is None where the data do not give it, and `why_not` says what is missing: that is no pass. `doubt` is the expanded uncertainty
    (k = 2) of the value where the data give it; `at` says where the largest departure was.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    limit: float
    value: float | None = None
    doubt: float | None = None
    at: str = ""
    why_not: str = ""

    @property
    def verdict(self) -> Literal["pass", "fail", "not-found"]:
        """``pass`` within the limit, ``fail`` beyond it; its doubt does not widen the limit."""
        if self.value is None:
            return "not-found"
        return "pass" if abs(self.value) <= self.limit else "fail"

    def words(self, language: Language) -> str:
        """Give the figure and its verdict as a sentence."""
        name = language.say(NAMES[self.name])
        if self.value is None:
            return language.say(N_("%(name)s: not found, %(why)s"), name=name, why=language.say(self.why_not))
        found = f"{self.value:+.4f} %" + ("" if self.doubt is None else f" ± {self.doubt:.4f} %")
        told = N_("%(name)s: %(found)s, allowed ± %(limit)s %%: within the limit")
        if self.verdict == "fail":
            told = N_("%(name)s: %(found)s, allowed ± %(limit)s %%: BEYOND THE LIMIT")
        return language.say(told, name=name, found=found, limit=f"{self.limit:g}") + (f" ({self.at})" if self.at else "")


def passed(figures: Sequence[Figure]) -> bool:
    """Tell whether no figure is beyond its limit and at least one was found."""
    verdicts = {figure.verdict for figure in figures}
    return "fail" not in verdicts and "pass" in verdicts
