"""What the signal processing of a lane carries from one stretch to the next: with it and the signal from here on, all that follows can be
found again to the bit.

Taken at the borders of stretches, where no hop is pending. Tuples run over the channels in the order of `lane.channels`.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.axles.record import OpenRecord

RingFigures = tuple[float, float, tuple[float, float, float, float]]
"""Frequency and decay of a plate's ring per sample, and their covariance row by row."""


@dataclass(frozen=True, slots=True)
class BaselineMemory:
    """Level and drift at the border, noise, how often each was renewed, and whether the last hop was quiet."""

    level: tuple[float, ...]
    drift: tuple[float, ...]
    noise: tuple[float, ...]
    renewals: tuple[float, ...]
    quiet: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class HumMemory:
    """Power of each line of mains hum, how often it was looked at, and the lines that are taken out (Hz, counts²)."""

    power: tuple[tuple[float, ...], ...]
    looks: tuple[float, ...]
    present: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class AxleMemory:
    """All of it.

    Attributes
    ----------
    first_sample
        Counter of the oldest sample that is still needed; those from it up to the border belong to this memory.
    baseline, hum
        Zero, noise and hum of the channels.
    idle_since
        Counter from which each idle channel has been quiet.
    lost_hops, looked
        Hops lost in a row, and the counter up to which loops have been looked at.
    open
        By channel, what had not come to rest.
    rings
        What was learnt of each plate's ring.
    """

    first_sample: int
    baseline: BaselineMemory
    hum: HumMemory
    idle_since: tuple[int, ...]
    lost_hops: int
    looked: int
    open: dict[int, OpenRecord]
    rings: tuple[RingFigures | None, ...]

    def fits(self, channels: int, lines: int) -> bool:
        """Whether it is of a lane of so many channels, at a rate that shows so many lines of hum."""
        base, hum = self.baseline, self.hum
        of_channels = (base.level, base.drift, base.noise, base.renewals, base.quiet, hum.power, hum.looks, hum.present, self.idle_since)
        sizes = {len(one) for one in (*of_channels, self.rings)}
        return sizes == {channels} and {len(one) for one in hum.power} == {lines} and all(0 <= one < channels for one in self.open)
