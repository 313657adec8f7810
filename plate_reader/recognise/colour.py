"""The colour of a plate's ground, from its pixels: which in China tells the kind of vehicle.

Ground and characters are parted by brightness (Otsu, A threshold selection method from gray-level histograms, 1979). Light characters on
darker ground mean blue or black, and are themselves white: what colour they have is the lamp's, and is taken off. Under dark ones lies
yellow, green, white, or yellow on the left and green on the right; there the lamp is unknown, and only its usual range (daylight to sodium)
is allowed for. What is too grey to tell is shared out between the colours that it may be.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter
from scipy.special import softmax

from contract.plates import PlateColour
from plate_reader.recognise.rectify import Pixels

EDGE_SHARE: Final = 0.12
"""Left out all round: the corners are never found exactly, and the edge line has the characters' colour."""

LEFT_SHARE, RIGHT_SHARE = 0.27, 0.36
"""Up to where a large new-energy plate is yellow, and from where it is green."""

EVENED_SHARE: Final = 0.9
"""Width of what is averaged, as a share of the height, to take uneven light off before ground and characters are parted."""

BINS: Final = 64

DARK: Final = 6.0
"""Added to all channels (0 … 255): where there is no light, noise has no colour."""

ON_LIGHT: Final = {
    PlateColour.YELLOW: (0.12, 0.60, 0.12, 0.60),
    PlateColour.GREEN: (-0.18, 0.08, -0.18, 0.08),
    PlateColour.YELLOW_GREEN: (0.12, 0.60, -0.45, 0.15),
    PlateColour.WHITE: (0.04, 0.04, 0.04, 0.04),
}
"""Under dark characters: ln(red / green) and ln(green / blue) of the ground on the left, and both on the right."""

ON_DARK: Final = {PlateColour.BLUE: (-0.35, -0.35), PlateColour.BLACK: (0.0, -0.04)}
"""Under light characters, the lamp's colour taken off: ln(red / green) and ln(green / blue) of the ground."""

COLOURED: Final = 0.1
"""From this size on, such a logarithm is a colour, and more of it is no less that colour."""

SPREAD: Final = 0.18
"""Standard deviation of these logarithms between plates, lamps and cameras."""

LIGHT_SHARE_SOFT: Final = 0.06
"""How sharply the share of light pixels tells ground from characters: characters cover a quarter to two fifths of a plate."""


def colour_probabilities(crop: Pixels) -> dict[PlateColour, float]:
    """Say how well the pixels of a straightened plate fit each colour.

    Returns
    -------
    The probability of each colour where all are equally likely beforehand; they add up to 1.
    """
    height, width = crop.shape[:2]
    top, side = int(height * EDGE_SHARE), int(width * EDGE_SHARE / 3)
    inside = crop[top : height - top or None, side : width - side or None].astype(np.float64) + DARK
    light = inside.mean(axis=2)
    even = light / uniform_filter(light, size=max(3, int(light.shape[0] * EVENED_SHARE)), mode="reflect")
    bright = even > _threshold(even)
    share = float(bright.mean())
    dark_characters = 1 / (1 + np.exp(-(share - 0.5) / LIGHT_SHARE_SOFT))
    chances = {colour: float(p * dark_characters) for colour, p in _on_light(inside, bright).items()}
    return chances | {colour: float(p * (1 - dark_characters)) for colour, p in _on_dark(inside, bright).items()}


def _on_light(inside: NDArray[np.float64], bright: NDArray[np.bool_]) -> dict[PlateColour, float]:
    width = inside.shape[1]
    parts = (slice(0, round(width * LEFT_SHARE)), slice(round(width * RIGHT_SHARE), None))
    return _fit(ON_LIGHT, np.concatenate([_chroma(inside[:, part], bright[:, part]) for part in parts]))


def _on_dark(inside: NDArray[np.float64], bright: NDArray[np.bool_]) -> dict[PlateColour, float]:
    return _fit(ON_DARK, _chroma(inside, ~bright) - _chroma(inside, bright))


def _fit(means: Mapping[PlateColour, tuple[float, ...]], seen: NDArray[np.float64]) -> dict[PlateColour, float]:
    """Share out by distance, where a stronger colour than the mean lies no further away."""
    expected = np.array(list(means.values()))
    off = expected - seen
    off = np.where(np.abs(expected) >= COLOURED, np.maximum(off * np.sign(expected), 0), off)
    return dict(zip(means, softmax(-(off**2).sum(axis=1) / (2 * SPREAD**2)).tolist(), strict=True))


def _chroma(part: NDArray[np.float64], where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give ln(red / green) and ln(green / blue) of the median pixel."""
    red, green, blue = np.log(np.median(part[where], axis=0)) if where.any() else np.zeros(3)
    return np.array([red - green, green - blue])


def _threshold(light: NDArray[np.float64]) -> float:
    """Find the brightness that parts the pixels into two classes with the greatest variance between them."""
    counts, edges = np.histogram(light, bins=BINS)
    below = np.cumsum(counts)[:-1]
    sums = np.cumsum(counts * (edges[:-1] + edges[1:]) / 2)
    above = counts.sum() - below
    between = (sums[-1] * below - sums[:-1] * counts.sum()) ** 2 / np.maximum(below * above, 1)
    return float(edges[1 + int(np.argmax(between))])
