"""The analogue-to-digital converter with its faults: road signal in, counts and status bits out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_sims.faults import Fault, FaultBoard
from firmware_sims.status_bits import ADC_FAULT, SATURATED

COUNT_MIN = -(1 << 23)
COUNT_MAX = (1 << 23) - 1


class Converter:
    """Converts blocks of the road's signal.

    Parameters
    ----------
    channels
        Names in order.
    rate_hz
        Samples per simulated second.
    faults
        The board commanded over the control interface.
    """

    def __init__(self, channels: tuple[str, ...], rate_hz: float, faults: FaultBoard) -> None:
        self._channels = channels
        self._rate_hz = rate_hz
        self._faults = faults
        self._rng = np.random.default_rng(faults.rng.getrandbits(64))
        self._offset = np.zeros(len(channels), np.int64)
        self._drift = np.zeros(len(channels))
        self._last = np.zeros(len(channels), np.int32)

    def zero(self, columns: list[int], amount: int) -> None:
        """Subtract `amount` counts from all later counts of these channels, on top of what was subtracted before."""
        self._offset[columns] += amount

    def convert(self, block: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Give counts int32 (n, channels) and status uint8 (n,) of a block of signal."""
        counts = block.astype(np.int64) - self._offset + np.rint(self._drift).astype(np.int64)
        if len(block):
            self._shift(counts)
        clipped = np.clip(counts, COUNT_MIN, COUNT_MAX).astype(np.int32)
        if len(block):
            self._hold(clipped)
            self._last = clipped[-1].copy()
        at_end = (clipped == COUNT_MIN) | (clipped == COUNT_MAX)
        status = np.where(at_end.any(axis=1), SATURATED, 0).astype(np.uint8)
        for fault in self._faults.active("adc_fault"):
            status |= np.uint8(ADC_FAULT)
            self._faults.count(fault, len(block))
        return clipped, status

    def _shift(self, counts: NDArray[np.int64]) -> None:
        """Let drift and spikes move the counts of a block."""
        for fault in self._faults.active("drift"):
            column = self._column(fault)
            ramp = fault.number("counts_per_s") / self._rate_hz * np.arange(1, len(counts) + 1)
            counts[:, column] += np.rint(ramp).astype(np.int64)
            self._drift[column] += ramp[-1]
            self._faults.count(fault, len(counts))
        for fault in self._faults.active("spikes"):
            hit = np.flatnonzero(self._rng.random(len(counts)) < fault.p)
            signs = self._rng.choice((-1, 1), len(hit))
            counts[hit, self._column(fault)] += (signs * fault.number("counts")).astype(np.int64)
            self._faults.count(fault, len(hit))

    def _hold(self, counts: NDArray[np.int32]) -> None:
        """Let dead, stuck and saturated channels override their counts."""
        for name, value in (("dead", 0), ("stuck", None), ("saturated", COUNT_MAX)):
            for fault in self._faults.active(name):
                column = self._column(fault)
                counts[:, column] = self._last[column] if value is None else value
                self._faults.count(fault, len(counts))

    def _column(self, fault: Fault) -> int:
        return self._channels.index(fault.text("channel"))
