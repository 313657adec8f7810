"""A vehicle's axles in one line of text: to scale along, the load as the height of each bar."""

from typing import Final

from contract.records import AxleEntry
from contract.units import MM_PER_M

CHARACTERS_PER_M: Final = 1.4
"""So that a tandem's 1.3 m is two characters, and an 18 m combination fits a terminal."""

FULL_KG: Final = 13_000
"""Load drawn as a full bar: just above the heaviest single axle that GB 1589-2016 allows (11.5 t)."""

BARS: Final = "▁▂▃▄▅▆▇█"
BEAM: Final = "─"


def axle_picture(axles: tuple[AxleEntry, ...]) -> str:
    """Draw the axles, front at the left: a bar each, as far apart as they are."""
    picture = ""
    position_m = 0.0
    for axle in axles:
        position_m += (axle.spacing_mm or 0) / MM_PER_M
        gap = round(position_m * CHARACTERS_PER_M) - len(picture)
        picture += BEAM * max(gap, 0) + BARS[min(axle.load_kg * len(BARS) // FULL_KG, len(BARS) - 1)]
    return picture
