"""Remote display of Keli and Yaohua: reversed digits between equals signs."""

from __future__ import annotations

from firmware_sims.scales.platform import Shown

WIDTH = 8


def encode(value: int) -> bytes:
    """Give the frame of a value that is not negative: last digit first, padded behind with zeros."""
    return b"=" + str(value)[::-1].ljust(WIDTH, "0").encode("ascii") + b"="


def frame(shown: Shown) -> bytes:
    """Give the frame; what has no digits is not sent."""
    return b"" if shown.over or shown.under or shown.value < 0 else encode(shown.value)
