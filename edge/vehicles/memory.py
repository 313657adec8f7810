"""What the grouping of a lane carries on: axles and presences that wait, whom the loops are believed, and who passed last."""

from __future__ import annotations

from dataclasses import dataclass

from contract.axles import Crossing


@dataclass(frozen=True, slots=True)
class Ahead:
    """The vehicle that passed last, as far as the next one is held against it."""

    direction: int
    entry: Crossing | None
    exit: Crossing | None


@dataclass(frozen=True, slots=True)
class GroupMemory:
    """Counter at which the last crossing was heard, waiting axles by row (the crossings of each in order), and presences by loop."""

    heard: int
    axles: tuple[tuple[tuple[Crossing, ...], ...], ...]
    waiting: dict[str, tuple[Crossing, ...]]
    believed: dict[str, bool]


@dataclass(frozen=True, slots=True)
class VehicleMemory:
    """All of it; `timer` is the counter up to which waiting axles have been looked at, None before the first look."""

    timer: int | None
    group: GroupMemory
    ahead: Ahead | None
