"""Yaohua XK3190, continuous: 12 bytes, XOR of bytes 1 to 8 as two hexadecimal digits."""

from __future__ import annotations

from firmware_sims.scales.platform import Shown


def encode(value: int, decimals: int) -> bytes:
    """Give the frame of a display value in last digits."""
    body = f"{'-' if value < 0 else '+'}{abs(value):06d}{decimals}".encode("ascii")
    check = 0
    for byte in body:
        check ^= byte
    return b"\x02" + body + f"{check:02X}".encode("ascii") + b"\x03"


def frame(shown: Shown) -> bytes:
    """Give the frame; the protocol has no word for overload: the indicator then sends nothing."""
    return b"" if shown.over or shown.under else encode(shown.value, shown.decimals)
