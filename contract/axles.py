"""One wheel over one sensor, and one presence over one loop: what the signal processing hands to the grouping."""

from dataclasses import dataclass
from enum import StrEnum

from contract.station import SensorKind


class CrossingFlag(StrEnum):
    """Why a crossing's load may not be trusted."""

    GAP = "gap"
    CUT_OFF = "cut-off"
    SATURATED = "saturated"
    DEAD_CHANNEL = "dead-channel"
    STUCK_CHANNEL = "stuck-channel"
    SPIKE = "spike"
    BASELINE = "baseline"
    TWO_WHEELS = "two-wheels"
    TOO_LONG = "too-long"
    NO_FLAT_TOP = "no-flat-top"
    STOOD = "stood"


@dataclass(frozen=True, slots=True)
class Crossing:
    """One wheel (strip, plate, axle switch) or one vehicle (loop) over one sensor.

    Attributes
    ----------
    sensor, kind
        Name and kind of the sensor, from the station file.
    start, stop
        Device counter of the first and just after the last sample above the threshold.
    centre
        Device counter, with fraction, at which the wheel stood on the middle of the sensor (for a loop: the middle of the presence).
    area_counts
        Integral of the signal above the baseline, in counts times samples.
    level_counts
        Flat top of a plate, or peak of a strip, above the baseline, in counts.
    noise_counts
        Standard deviation of the channel's noise when idle, in counts.
    flags
        Why the load may not be trusted; empty when nothing is wrong.
    width_samples
        Full width at half height in samples: for a plate the time the wheel took over its length, for a strip over the footprint, for a
        loop the vehicle's length and the loop's; None where it was not measured.
    settled
        Device counter from which the measurement was complete: no later sample changes it. None counts as `stop`.
    u_share
        Relative standard uncertainty (k = 1) of the load signal, the area of a strip or the level of a plate: noise, hum, zero, sampling,
        what was lost, and a plate's ring; 1 where it says nothing. None where it was not estimated (loops).
    """

    sensor: str
    kind: SensorKind
    start: int
    stop: int
    centre: float
    area_counts: float
    level_counts: float
    noise_counts: float
    flags: frozenset[CrossingFlag] = frozenset()
    width_samples: float | None = None
    settled: int | None = None
    u_share: float | None = None
