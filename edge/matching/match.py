"""What matching says about one vehicle: the plates that belong to it, how surely, and why."""

from dataclasses import dataclass
from typing import Literal

from contract.plates import PlateRead, names_trailer
from edge.matching.vote import vote


@dataclass(frozen=True, slots=True)
class MatchedRead:
    """One read that belongs to the vehicle, with how sure and why.

    `probability` that it does; `residual_us` from the instant at which the camera must have seen the vehicle, its clock corrected;
    `support` what else speaks for or against it, in words.
    """

    read: PlateRead
    facing: Literal["front", "rear"]
    probability: float
    residual_us: int
    support: tuple[str, ...] = ()

    @property
    def certainty(self) -> float:
        """How sure it is that this vehicle carries the text read; 0 where none was."""
        return self.probability * self.read.confidence if self.read.text else 0.0

    @property
    def reason(self) -> str:
        """The same in words."""
        where = f"{self.residual_us / 1_000:+.0f} ms from the expected time, pairing {self.probability:.3f}"
        support = "".join(f", {one}" for one in self.support)
        if not self.read.text:
            return f"{self.read.camera} saw the vehicle but read no plate, {where}{support}"
        return f"{self.read.camera} read {self.read.text}, {where}, confidence {self.read.confidence:.2f}{support}"


@dataclass(frozen=True, slots=True)
class Found:
    """What one side's cameras gave of the vehicle: repeated reads of one plate, what they amount to first.

    `text` is what they say together and `confidence` how sure that is; empty and 0 where they found no plate.
    """

    reads: tuple[MatchedRead, ...]
    text: str
    confidence: float

    @property
    def certainty(self) -> float:
        """How sure it is that this vehicle carries this text; cameras of one side that repeat themselves are not the surer for it."""
        return self.reads[0].probability * self.confidence

    @property
    def is_trailer(self) -> bool:
        """Whether this is the plate of a trailer, which stands on the vehicle's rear beside the tractor's plate on its front."""
        return names_trailer(self.text, self.reads[0].facing)

    @property
    def reason(self) -> str:
        """How it was found, in words."""
        first = self.reads[0].reason
        others = {one.read.text for one in self.reads if one.read.text != self.text}
        if len(self.reads) == 1:
            return first
        also = f", also read as {', '.join(sorted(others))}" if others else ""
        return f"{first}; {len(self.reads)} reads of it{also}"


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
    said = [*reasons, *(one.reason for one in found)]
    trailers = [one for one in found if one.is_trailer]
    plates = [(one.text, one.certainty) for one in found if one.text and not one.is_trailer]
    text, certainty = vote(plates)
    trailer_text, trailer_certainty = vote((one.text, one.certainty) for one in trailers)
    for texts in ({text for text, _ in plates}, {one.text for one in trailers}):
        if len(texts) > 1:
            said.append(f"the cameras read different plates: {', '.join(sorted(texts))}")
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
