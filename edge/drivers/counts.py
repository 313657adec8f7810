"""24-bit counts of a converter, as they travel."""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from contract.faults import RejectError

COUNT_BYTES: Final = 3
"""Bytes of one count."""


def unpack_i24(data: bytes, samples: int, channels: int, order: Literal["little", "big"], source: str) -> NDArray[np.int32]:
    """Unpack 24-bit two's complement counts, all channels of the first sample first, into an int32 array (channels, samples).

    Parameters
    ----------
    data
        The packed bytes.
    samples, channels
        How many there are.
    order
        Byte order of one count.
    source
        Name of the device, for the error.

    Raises
    ------
    RejectError
        If there are not exactly samples · channels counts.
    """
    if len(data) != COUNT_BYTES * samples * channels:
        what = f"{len(data)} bytes of counts where {channels} channels of {samples} samples need {COUNT_BYTES * samples * channels}"
        raise RejectError("frame-contradicts-itself", source, f"{what}; they are left out")
    # The three bytes go to the upper end of an int32, and an arithmetic shift brings the sign along.
    wide = np.zeros((samples * channels, 4), dtype=np.uint8)
    first, kind = (1, "<i4") if order == "little" else (0, ">i4")
    wide[:, first : first + COUNT_BYTES] = np.frombuffer(data, dtype=np.uint8).reshape(-1, COUNT_BYTES)
    return np.ascontiguousarray((wide.view(kind)[:, 0] >> 8).astype(np.int32).reshape(samples, channels).T)
