"""What was wrong with the samples of a wheel: lost, spiked, saturated, frozen, cut off, on a zero that moved."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from contract.axles import CrossingFlag
from contract.samples import COUNT_MAX
from edge.axles.pulse import Pulse
from edge.axles.record import Record
from edge.axles.wheels import Signal, runs

TOUCH_SAMPLES: Final = 3
"""A loss or a spike this close to a wheel's edge touches the wheel."""

CHANCE: Final = 1e-12
"""Chance at which a run of equal samples is still taken for chance: a false alarm in a year of a lane of ten channels at 4 kHz."""

STEP_SHARE: Final = 0.03
"""A zero that moved by more than this share of the level while a wheel was on the sensor is unsure."""


def damage_of(record: Record, signal: Signal, pulse: Pulse) -> frozenset[CrossingFlag]:
    """Give the flags of what touches one wheel of a record."""
    around = slice(max(0, pulse.start - TOUCH_SAMPLES), pulse.stop + TOUCH_SAMPLES)
    counts, flags = record.counts[around], set()
    if not (signal.whole or signal.valid[around].all()):
        flags.add(CrossingFlag.GAP)
    if any(around.start <= at < around.stop for at in signal.spikes):
        flags.add(CrossingFlag.SPIKE)
    if max(int(counts.max()), -int(counts.min())) >= COUNT_MAX:
        flags.add(CrossingFlag.SATURATED)
    elif (frozen := _frozen(record, around)) is not None:
        flags.add(CrossingFlag.DEAD_CHANNEL if frozen == 0 else CrossingFlag.STUCK_CHANNEL)
    if record.cut and pulse.stop >= signal.above.size - TOUCH_SAMPLES:
        flags.add(CrossingFlag.CUT_OFF)
    if record.overlong:
        flags.add(CrossingFlag.TOO_LONG)
    if pulse.u_share is not None and abs(signal.zero.step) > max(STEP_SHARE * abs(pulse.level), record.noise):
        flags.add(CrossingFlag.BASELINE)
    return frozenset(flags)


def _frozen(record: Record, around: slice) -> int | None:
    """Give the count at which a channel stood still for longer than its noise allows, None where it did not.

    Two neighbours under normal noise of standard deviation s are equal with a chance of 0.28 / s.
    """
    if record.noise <= 1.0:
        return None  # an ideal channel: quantised without noise
    least = 2 + math.ceil(math.log(CHANCE) / math.log(0.2821 / record.noise))
    part = record.counts[around]
    same = part[1:] == part[:-1]
    if np.count_nonzero(same) < least:
        return None
    same &= record.valid[around][1:]
    start, stop = max(runs(same), key=lambda run: run[1] - run[0], default=(0, 0))
    return int(part[start]) if stop - start >= least else None
