"""Toledo continuous: STX, three status bytes, weight, tare, CR, and what makes the sum 0 modulo 128."""

from __future__ import annotations

from firmware_sims.scales.platform import Shown

INCREMENT_BITS = {1: 0b01, 2: 0b10, 5: 0b11}


def frame(shown: Shown) -> bytes:
    """Give the frame. Trailing zeros that the interval makes fixed are left to the exponent, as the display does."""
    zeros = 0
    interval = shown.interval
    while interval % 10 == 0 and zeros < 2 and shown.decimals == 0:
        zeros, interval = zeros + 1, interval // 10
    status_a = 0x20 | (2 - zeros + shown.decimals) | INCREMENT_BITS.get(interval, 0) << 3
    status_b = 0x20 | (shown.net and 0x01) | (shown.value < 0 and 0x02) | (shown.moving and 0x08) | (shown.unit == "kg" and 0x10)
    if shown.over or shown.under:
        status_b |= 0x04 | (shown.under and 0x02)
    weight, tare = (f"{abs(number) // 10**zeros:6d}".encode("ascii") for number in (shown.value, shown.tare))
    body = bytes((0x02, status_a, status_b, 0x20)) + weight + tare + b"\r"
    return body + bytes((-sum(body) % 128,))
