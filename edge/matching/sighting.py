"""What one or more reads say of one passing: a camera often reads a plate twice, and neighbours read the one between them."""

from collections.abc import Iterable
from dataclasses import dataclass

from contract.plates import PlateRead
from edge.matching.lookalikes import same_plate
from edge.matching.vote import vote


@dataclass(frozen=True, slots=True)
class Timed:
    """A read and its time on the station's clock as if its vehicle had been at position 0, roughly: to order and to group by."""

    read: PlateRead
    at_us: float


def texts_of(read: PlateRead) -> dict[str, float]:
    """Give every text that a read can mean, with its confidence: what it says first, then the camera's word, our own and its alternatives.

    None of the others has more than what the first leaves of certainty.
    """
    said: dict[str, float] = {read.text: read.confidence} if read.text else {}
    own = read.own_reading
    others = () if own is None else ((own.text, own.confidence), *((one.text, one.confidence) for one in own.alternatives))
    camera = () if read.camera_reading is None else ((read.camera_reading.text, read.camera_reading.confidence),)
    for text, confidence in (*camera, *others):
        if text and text != read.text:
            said[text] = max(said.get(text, 0.0), min(confidence, 1.0 - read.confidence))
    return said


def same_vehicles(one: PlateRead, other: PlateRead) -> bool:
    """Whether two reads may be of one plate: they look alike, or one is among what the other can mean."""
    if not one.text or not other.text:
        return False
    return same_plate(one.text, other.text) or one.text in texts_of(other) or other.text in texts_of(one)


@dataclass(frozen=True, slots=True)
class Sighting:
    """Reads of one vehicle in one direction, in order of time, and the text they amount to.

    A camera that repeats itself is not the surer for it: `confidence` is at most that of its surest read with this text.
    """

    reads: tuple[PlateRead, ...]
    at_us: float
    text: str
    confidence: float

    @property
    def key(self) -> tuple[str, str]:
        """Camera and event of the first read, which no other sighting has."""
        return self.reads[0].camera, self.reads[0].event_id


def group(reads: Iterable[Timed], apart_us: float) -> list[Sighting]:
    """Put repeated reads of one plate together; in order of time, whatever the order in which they are given.

    Reads belong together where they look like one plate and lie no further than `apart_us` from the first. One without a text stands alone.
    """
    groups: list[list[Timed]] = []
    open_from = 0
    for timed in sorted(reads, key=lambda one: (one.at_us, one.read.camera, one.read.event_id)):
        while open_from < len(groups) and timed.at_us - groups[open_from][0].at_us > apart_us:
            open_from += 1
        same = (known for known in groups[open_from:] if same_vehicles(known[0].read, timed.read))
        found = next(same, None)
        if found is None:
            groups.append([timed])
        else:
            found.append(timed)
    return [_sighting(members) for members in groups]


def _sighting(members: list[Timed]) -> Sighting:
    reads = tuple(timed.read for timed in members)
    first = reads[0]
    if len(reads) == 1:
        return Sighting(reads, members[0].at_us, first.text, first.confidence if first.text else 0.0)
    text, certainty = vote(said for read in reads for said in texts_of(read).items())
    surest = max(texts_of(read).get(text, 0.0) for read in reads)
    return Sighting(reads, members[0].at_us, text, min(certainty, surest))
