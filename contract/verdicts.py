"""What the rule pack says of one vehicle, and what bars that from enforcement."""

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from contract.canonical import CanonicalModel, canonical_part
from contract.units import PPM

Kilograms = Annotated[int, Field(ge=0, le=1_000_000)]


class _Part(CanonicalModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Outcome(StrEnum):
    """The four things a weighing can mean in law."""

    WITHIN_LIMITS = "within-limits"
    INSIDE_GUARD_BAND = "inside-guard-band"
    """Above the limit, but by less than the decision rule's guard band: not an overload."""
    OVERLOAD = "overload"
    NOT_ASSESSABLE = "not-assessable"
    """No rule fits, or the vehicle was not weighed whole."""


class DecisionRule(StrEnum):
    """How the uncertainty enters the decision (JCGM 106:2012, clause 8): guard band of zero, of U, or of the legal error limit."""

    NONE = "none"
    EXPANDED_UNCERTAINTY = "expanded-uncertainty"
    MAXIMUM_PERMISSIBLE_ERROR = "maximum-permissible-error"


class Standing(StrEnum):
    """Whether a rule decides or only advises."""

    ENFORCED = "enforced"
    ADVISORY = "advisory"


@canonical_part
class Finding:
    """One limit held against one load.

    `subject` is the gross weight, an axle group or consecutive axles counted from 1 at the front, the gross weight against the sum of the
    axles' own limits, or the gross weight against what the driven axles' share of it allows.
    """

    article: str
    exceeded: bool
    guard_kg: Kilograms
    limit_kg: Kilograms
    measured_kg: Kilograms
    over_kg: Kilograms
    """Measured minus limit, not below 0; the guard band decides whether it counts, it is not taken off."""
    standing: Standing
    subject: Annotated[
        str, Field(pattern=r"^(gross|axle limits|drive share|group [1-9][0-9]?|axle [1-9][0-9]?|axles [1-9][0-9]?-[1-9][0-9]?)$")
    ]


class Bar(StrEnum):
    """Reasons for which a result may not be enforced, whatever it weighs."""

    SPEED = "speed-outside-verified-range"
    ACCELERATION = "acceleration"
    STOPPED = "stopped-on-array"
    OFF_SENSORS = "wheel-off-the-sensors"
    SIGNAL = "signal-fault"
    ROWS = "rows-disagree"
    INCOMPLETE = "incomplete"
    CLASS = "unclassified"
    FLAGGED = "flagged"
    """A behaviour or quality flag that the rule pack does not name: what nobody has cleared bars."""
    RULES = "rules-not-in-force"
    CLOCK = "clock-not-synchronised"
    PLAYBACK = "line-plays-faster-than-real-time"
    CALIBRATION = "no-valid-calibration"
    VERIFICATION = "verification-not-in-force"
    """The institute's verification certificate of the scale does not cover the moment of passage, or there is none."""
    NO_PLATE = "no-plate"
    PLATE = "plate-uncertain"
    PICTURES = "pictures-missing"


class Gate(_Part):
    """One bar that fell, with the figure that made it fall and what is allowed."""

    bar: Bar
    detail: Annotated[str, Field(min_length=1, max_length=300)]


class Verdict(_Part):
    """The whole judgement: outcome, findings with their arithmetic, the decision rule, assumptions and bars.

    `mpe_share_ppm` is the in-service maximum permissible error in parts per million of the load, with that decision rule only.
    `overload_probability_ppm` is the probability, in parts per million, that the true gross weight exceeds its limit, given the measured
    one and its uncertainty taken as normal (JCGM 106:2012, clause 7.2).
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    decision_rule: DecisionRule
    mpe_share_ppm: Annotated[int, Field(ge=0, lt=PPM)] | None = None
    overload_probability_ppm: Annotated[int, Field(ge=0, le=PPM)]
    assumptions: tuple[str, ...] = ()
    barred_by: tuple[Gate, ...] = ()

    @property
    def enforceable(self) -> bool:
        """Whether this is an overload that nothing bars from enforcement."""
        return self.outcome is Outcome.OVERLOAD and not self.barred_by

    @property
    def is_evidence(self) -> bool:
        """Whether this is an overload, barred or not: its clip is kept, and its pictures and plate outlive the deletion of the others'."""
        return self.outcome is Outcome.OVERLOAD

    @property
    def gross(self) -> Finding | None:
        """The finding on the gross weight, None where no limit fits."""
        return next((finding for finding in self.findings if finding.subject == "gross"), None)

    @property
    def deciding(self) -> Finding | None:
        """The finding that the outcome rests on: the enforced gross limit where it bears the outcome, else the enforced one most over."""
        enforced = [finding for finding in self.findings if finding.standing is Standing.ENFORCED]
        bearing = {
            Outcome.OVERLOAD: [finding for finding in enforced if finding.exceeded],
            Outcome.INSIDE_GUARD_BAND: [finding for finding in enforced if finding.over_kg],
        }.get(self.outcome, [])
        if self.gross is None or not bearing or self.gross in bearing:
            return self.gross
        return max(bearing, key=lambda finding: finding.over_kg / max(1, finding.limit_kg))
