"""Status bits of the digitiser (docs/protocols/serial-digitiser.md)."""

SATURATED = 1 << 0
ADC_FAULT = 1 << 1
RING_OVERFLOW = 1 << 2
RESENT = 1 << 3
AFTER_RESET = 1 << 4
TIME_SYNCED = 1 << 5
