"""A vehicle's axles to scale: a wheel where each axle stands, a bar with its load, a line where the static scale had it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 330.0
BAR_PX: Final = 56.0
ROAD_Y: Final = 86.0
EDGE_PX: Final = 22.0
LONGEST_M: Final = 18.0
"""A longer vehicle is drawn smaller; a shorter one is not stretched, so that a car looks like one."""


@dataclass(frozen=True, slots=True)
class DrawnAxle:
    """One axle of the drawing: where it stands, how high its bar is, what is written over it, and where the static load is."""

    x: float
    top: float
    height: float
    label: str
    static_y: float | None


def draw_axles(axle_kg: Sequence[float], spacings_m: Sequence[float], static_kg: Sequence[float] | None = None) -> list[DrawnAxle]:
    """Place the axles of a vehicle that drives to the left; its front is where a reader begins."""
    positions = [0.0]
    for spacing in spacings_m[: len(axle_kg) - 1]:
        positions.append(positions[-1] + spacing)
    scale = (WIDTH - 2 * EDGE_PX) / max(LONGEST_M, positions[-1])
    heaviest = max(*axle_kg, *(static_kg or ()), 1.0)
    drawn = []
    for index, (load, position) in enumerate(zip(axle_kg, positions, strict=False)):
        height = BAR_PX * max(load, 0.0) / heaviest
        static = None if static_kg is None or len(static_kg) != len(axle_kg) else ROAD_Y - 12 - BAR_PX * static_kg[index] / heaviest
        drawn.append(DrawnAxle(EDGE_PX + position * scale, ROAD_Y - 12 - height, height, f"{load / 1000:.1f}", static))
    return drawn
