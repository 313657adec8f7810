"""A quiet stretch of a capture as readings of one channel."""

from typing import BinaryIO, Final

import numpy as np

from calibration.statics.readings_file import Readings
from calibration.told import told
from contract.captures import CaptureReader
from contract.faults import RejectError

MEAN_S: Final = 0.4
"""Samples are averaged over this: whole periods of 50 and 60 Hz, so that hum falls out."""


def quiet_stretch(stream: BinaryIO, source: str, channel: str, begin_s: float, end_s: float | None) -> Readings:
    """Give means of `MEAN_S` of a channel between two times from the capture's begin; means that a gap touches are left out.

    The capture's pavement temperature is one figure for the whole: no drift per kelvin comes from it.

    Raises
    ------
    RejectError
        If the capture is none, lacks the channel, or the stretch holds fewer than two means.
    """
    reader = CaptureReader(stream, source)
    rate_hz = reader.header.rate_hz
    per_mean = max(1, round(MEAN_S * rate_hz))
    first = reader.header.first_sample
    start = first + round(begin_s * rate_hz)
    stop = first + (reader.samples if end_s is None else min(reader.samples, round(end_s * rate_hz)))
    times, values = [], []
    for block in reader.blocks((channel,), samples_per_block=per_mean):
        ends = block.start + block.counts.shape[1]
        if block.start >= start and ends <= stop and block.counts.shape[1] == per_mean and not block.gaps:
            times.append((block.start - first + per_mean / 2) / rate_hz)
            values.append(float(block.counts[0].mean()))
    if len(values) < 2:
        what = told(
            "%(n)s whole means of %(mean_s)s s without gap lie between %(begin_s)s s and the end asked for; give a longer stretch",
            n=len(values),
            mean_s=MEAN_S,
            begin_s=f"{begin_s:g}",
        )
        raise RejectError("stretch-short", source, what)
    return Readings(np.array(times), np.array(values))
