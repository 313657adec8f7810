"""What matching says about one vehicle: the plates that belong to it, how surely, and why."""

import math
from dataclasses import dataclass
from typing import Final, Literal

from contract.plates import PlateRead

TRAILER_MARK: Final = "挂"
"""Last character of a Chinese trailer's plate (GA 36-2018)."""

DOUBT_MIN: Final = 1e-6
"""Doubt that always remains of a plate, however many cameras agree."""


@dataclass(frozen=True, slots=True)
class MatchedRead:
    """One read that belongs to the vehicle, with how sure and why.

    `probability` that it does; `residual_us` from the instant at which the camera must have seen the vehicle, its clock corrected.
    """

    read: PlateRead
    facing: Literal["front", "rear"]
    probability: float
    residual_us: int

    @property
    def certainty(self) -> float:
        """How sure it is that this vehicle carries the text read; 0 where none was."""
        return self.probability * self.read.confidence if self.read.text else 0.0

    @property
    def reason(self) -> str:
        """The same in words."""
        where = f"{self.residual_us / 1_000:+.0f} ms from the expected time, pairing {self.probability:.3f}"
        if not self.read.text:
            return f"{self.read.camera} saw the vehicle but read no plate, {where}"
        return f"{self.read.camera} read {self.read.text}, {where}, confidence {self.read.confidence:.2f}"


@dataclass(frozen=True, slots=True)
class Found:
    """What one camera gave of the vehicle: repeated reads of one plate, the most confident first."""

    reads: tuple[MatchedRead, ...]

    @property
    def text(self) -> str:
        """The plate as read; empty where the camera found none."""
        return self.reads[0].read.text

    @property
    def certainty(self) -> float:
        """How sure it is that this vehicle carries this text; a camera that repeats itself is not the surer for it."""
        return self.reads[0].certainty

    @property
    def is_trailer(self) -> bool:
        """Whether this is the plate of a trailer, which stands on the vehicle's rear beside the tractor's plate on its front."""
        return self.reads[0].facing == "rear" and self.text.endswith(TRAILER_MARK)


@dataclass(frozen=True, slots=True)
class Match:
    """The plates of one vehicle.

    Attributes
    ----------
    key
        The vehicle, as the caller named it.
    matched
        Every read that belongs to it, none of which is given to any other vehicle.
    text, certainty
        The vehicle's plate and how sure it is, 0 to 1; empty and 0 where it is not known.
    trailer_text, trailer_certainty
        The trailer's plate, from a rear camera, likewise.
    reasons
        Per camera, in words, what was found or why nothing was.
    """

    key: str
    matched: tuple[MatchedRead, ...]
    text: str
    certainty: float
    trailer_text: str
    trailer_certainty: float
    reasons: tuple[str, ...]

    @property
    def reads(self) -> tuple[PlateRead, ...]:
        """The reads alone."""
        return tuple(one.read for one in self.matched)


def combine(key: str, found: list[Found], reasons: list[str]) -> Match:
    """Weigh what the cameras say about one vehicle against each other; `reasons` comes from the cameras that found nothing."""
    said = [*reasons, *(one.reads[0].reason for one in found)]
    trailers = [one for one in found if one.is_trailer]
    text, certainty = _vote([one for one in found if one.text and not one.is_trailer], said)
    trailer_text, trailer_certainty = _vote(trailers, said)
    if trailers and not text:
        said.append("only the trailer's plate was read, not the vehicle's own")
    return Match(
        key=key,
        matched=tuple(read for one in found for read in one.reads),
        text=text,
        certainty=certainty,
        trailer_text=trailer_text,
        trailer_certainty=trailer_certainty,
        reasons=tuple(said),
    )


def _vote(found: list[Found], said: list[str]) -> tuple[str, float]:
    """Give the surest text and how sure it is: equal texts strengthen, differing ones weaken each other (Bayes, independent reads)."""
    doubt: dict[str, float] = {}
    for one in found:
        doubt[one.text] = max(DOUBT_MIN, doubt.get(one.text, 1.0) * (1.0 - one.certainty))
    if not doubt:
        return "", 0.0
    best = min(doubt, key=lambda text: (doubt[text], text))
    if len(doubt) == 1:
        return best, 1.0 - doubt[best]
    said.append(f"the cameras read different plates: {', '.join(sorted(doubt))}")
    return best, _alone(best, doubt)


def _alone(best: str, doubt: dict[str, float]) -> float:
    """Give the probability that `best` is right and all others wrong, among the cases in which at most one is right."""
    wrong_all = math.prod(doubt.values())
    shares = {text: wrong_all * (1.0 - value) / value for text, value in doubt.items()}
    return shares[best] / (wrong_all + sum(shares.values()))
