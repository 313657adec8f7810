"""How much each thing that is known speaks for a sighting and a vehicle belonging together.

Each factor is a likelihood ratio: how many times likelier this is to be seen when the two belong together than when the read is of any
other vehicle; 1 where nothing is known. All shares are judged, not measured, and set towards doubt.
"""

import math
from typing import Final, Literal

from contract.plates import PlateColour, PlateRead, names_trailer
from contract.station import Camera
from contract.units import US_PER_S
from edge.matching.lookalikes import FAR, distance
from edge.matching.passage import Passage, Size

TAIL: Final = 0.01
TAIL_WIDTH: Final = 3.0
"""Share of right pairs that lie wider than the scatter tells (braking, a late shutter), and how much wider."""

PLATES_OF: Final = {
    "yellow": (0.88, 0.02),
    "blue": (0.04, 0.80),
    "new-energy-large": (0.06, 0.005),
    "new-energy-small": (0.01, 0.16),
}
"""Share of large and of small vehicles seen with each kind of plate. GA 36-2018, table 1: yellow for large vehicles, blue for small ones,
new energy with its letter last (large) or third (small); the small shares are cameras that see a wrong colour, and light lorries."""

TRAILER: Final = {True: 2.0, None: 1.0, False: 0.02}
"""For a trailer's plate on the rear, by whether the weighed vehicle is articulated; a rigid lorry that draws a trailer is weighed as one
combination, so it counts as such."""

TRAILER_IN_FRONT: Final = 0.02
WRONG_WAY: Final = 0.05
"""A vehicle of the opposite lane, seen from behind by a front camera; some cameras tell the direction wrongly."""

WRONG_LANE: Final = 0.1
"""Share of reads whose camera names another of its lanes."""

LINKS: Final = ((0.0, 50.0), (FAR, 5.0), (FAR + 1e-9, 1.0))
"""For front and rear of one vehicle, up to a distance of their texts (see `lookalikes`): equal, lookalike, one character different."""

UNLINKED: Final = 0.02
"""For front and rear texts that have nothing in common: two vehicles, or a thorough misread."""


def density_hz(residual_us: float, sigma_us: float) -> float:
    """Give the probability density of a right pair's residual, per second."""
    sigma_s, scaled = sigma_us / US_PER_S, residual_us / sigma_us
    core = (1 - TAIL) * math.exp(-0.5 * scaled**2)
    tail = TAIL / TAIL_WIDTH * math.exp(-0.5 * (scaled / TAIL_WIDTH) ** 2)
    return (core + tail) / (sigma_s * math.sqrt(2 * math.pi))


def plate_kind(text: str, read: PlateRead) -> str:
    """Give the kind of plate in the words of `PLATES_OF`, by our own reading, else by text and colour; another word where nothing tells."""
    own, colour = read.own_reading, read.colour
    if own is not None and own.kind in PLATES_OF:
        return own.kind
    if len(text) == 8:
        return "new-energy-large" if text[-1].isalpha() else "new-energy-small"
    return {PlateColour.YELLOW_GREEN: "new-energy-large", PlateColour.GREEN: "new-energy-small"}.get(colour, colour.value)


def kind_ratio(passage: Passage, text: str, read: PlateRead, facing: Literal["front", "rear"]) -> float:
    """Give how much the plate's kind speaks for the vehicle's size and build."""
    if text and names_trailer(text, "rear"):
        return TRAILER[passage.articulated] if facing == "rear" else TRAILER_IN_FRONT
    shares = PLATES_OF.get(plate_kind(text, read))
    if shares is None or passage.size is Size.UNKNOWN:
        return 1.0
    return shares[passage.size is Size.SMALL] / (sum(shares) / len(shares))


def direction_ratio(camera: Camera, read: PlateRead) -> float:
    """Give how much the direction that the camera saw speaks for traffic of this side."""
    against = "leaving" if camera.facing == "front" else "approaching"
    return WRONG_WAY if read.direction == against else 1.0


def lane_ratio(camera: Camera, read: PlateRead, lane: int, change_share: float) -> float:
    """Give how much the lane in which a camera saw a vehicle speaks for one that was weighed in `lane`; 0 where it cannot have come there.

    `change_share` is the share of vehicles that change to each neighbouring lane between scale and camera.
    """
    named = None if read.camera_lane is None else camera.lane_numbers.get(str(read.camera_lane))
    places = camera.lanes
    ratio = 0.0
    for place in places:
        moved = 1.0 if place == lane else change_share if abs(place - lane) == 1 else 0.0
        told = 1.0 if named is None or len(places) == 1 else 1 - WRONG_LANE if place == named else WRONG_LANE / (len(places) - 1)
        ratio += moved * told
    return min(ratio, 1.0)


def link_ratio(one: str, other: str) -> float:
    """Give how much the texts read in front and behind speak for one vehicle."""
    if not one or not other or names_trailer(one, "rear") or names_trailer(other, "rear"):
        return 1.0
    apart = distance(one, other)
    if apart == 0:
        return LINKS[0][1]
    return next((ratio for most, ratio in LINKS[1:] if apart < most), UNLINKED)
