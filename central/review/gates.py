"""The gates before a person sees a case: which held, which fell and why. Codes and figures; the pages have the words."""

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field


class GateName(StrEnum):
    """The gates in the order in which they are judged and shown."""

    SIGNATURE = "signature"
    CHAIN = "chain"
    ENROLLED = "enrolled"
    PUBLISHED = "published"
    VERIFICATION = "verification"
    CALIBRATION = "calibration"
    SPEED = "speed"
    CLASS = "class"
    BEHAVIOUR = "behaviour"
    QUALITY = "quality"
    CLOCK = "clock"
    RULES = "rules"
    VERDICT = "verdict"
    PICTURES = "pictures"
    PLATE = "plate"
    UNIQUE = "unique"
    PLAYBACK = "playback"


class GateState(StrEnum):
    """What became of a gate."""

    HELD = "held"
    FELL = "fell"
    MOOT = "moot"
    """There is nothing to judge, because an earlier gate fell that it rests on."""


class Why(StrEnum):
    """Why a gate fell."""

    SIGNATURE_BAD = "signature-bad"
    PREDECESSOR_MISSING = "predecessor-missing"
    KEY_NOT_IN_FORCE = "key-not-in-force"
    STATION_NOT_PUBLISHED = "station-not-published"
    NO_CERTIFICATE = "no-certificate"
    VERIFICATION_NOT_IN_FORCE = "verification-not-in-force"
    NO_CALIBRATION = "no-calibration"
    BARRED = "barred"
    """The station itself barred it; the figure `bar` names the bar, `detail` is the station's word."""
    CLASS_UNKNOWN = "class-unknown"
    CLOCK_NOT_SYNCHRONISED = "clock-not-synchronised"
    RULES_UNKNOWN = "rules-unknown"
    RULES_NOT_IN_FORCE = "rules-not-in-force"
    VERDICT_DIFFERS = "verdict-differs"
    PICTURES_FEW = "pictures-few"
    PICTURES_NOT_HERE = "pictures-not-here"
    PICTURE_UNREADABLE = "picture-unreadable"
    PICTURE_SMALL = "picture-small"
    NO_PLATE = "no-plate"
    PLATE_UNCERTAIN = "plate-uncertain"
    TOO_FAST = "too-fast"
    """Another passage of the plate is so far away and so near in time that no lorry drove from one to the other."""
    OTHER_AXLES = "other-axles"
    OTHER_COLOUR = "other-colour"
    PLATE_CONTRADICTED = "plate-contradicted"
    """A reading that arrived later, sure enough to count by itself, names another vehicle."""
    PLAYBACK = "playback"


MENDABLE: Final = frozenset(
    {
        Why.PREDECESSOR_MISSING,
        Why.STATION_NOT_PUBLISHED,
        Why.PICTURES_FEW,
        Why.PICTURES_NOT_HERE,
        Why.PICTURE_UNREADABLE,
        Why.PICTURE_SMALL,
        Why.NO_PLATE,
        Why.PLATE_UNCERTAIN,
    }
)
"""What something that arrives later may mend: a record, a picture, a plate, a publication that is entered late."""

DOUBTED: Final = frozenset({Why.TOO_FAST, Why.OTHER_AXLES, Why.OTHER_COLOUR})
"""What stands until a person has found out whose the plate is: each names another passage of it, which may be ruled out."""


class Reason(BaseModel):
    """Why a gate fell, with its figures; never a plate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    why: Why
    figures: dict[str, int | str] = {}


class GateResult(BaseModel):
    """One gate with the reasons for its fall."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gate: GateName
    state: GateState
    reasons: tuple[Reason, ...] = ()

    @property
    def told(self) -> tuple[Reason, ...]:
        """The reasons that a reader needs: where central found one itself, the station's own bar on the same gate says it again."""
        own = tuple(reason for reason in self.reasons if reason.why is not Why.BARRED)
        return own or self.reasons


class Checklist(BaseModel):
    """Every gate in order; empty before the first screening."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gates: Annotated[tuple[GateResult, ...], Field(max_length=len(GateName))] = ()

    @property
    def cleared(self) -> bool:
        """Whether a screening found every gate held."""
        return bool(self.gates) and all(one.state is GateState.HELD for one in self.gates)

    @property
    def fallen(self) -> tuple[GateResult, ...]:
        """The gates that fell."""
        return tuple(one for one in self.gates if one.state is GateState.FELL)

    @property
    def may_mend(self) -> bool:
        """Whether all that fell may still be mended, by what arrives later or by what a person finds."""
        reasons = [reason for one in self.fallen for reason in one.reasons]
        return bool(reasons) and all(reason.why in MENDABLE | DOUBTED for reason in reasons)

    @property
    def doubted(self) -> tuple[Reason, ...]:
        """Why the plate may be another vehicle's, one or more for each passage that speaks for it."""
        return tuple(reason for one in self.fallen for reason in one.reasons if reason.why in DOUBTED)

    @property
    def doubted_passages(self) -> tuple[str, ...]:
        """The passages that a person may rule out, each once."""
        return tuple(dict.fromkeys(str(reason.figures["passage"]) for reason in self.doubted))

    @classmethod
    def of(cls, stored: bytes) -> Self:
        """Read the checklist of a case's row."""
        return cls.model_validate_json(stored)
