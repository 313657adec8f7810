"""The clock that central runs by, and moments as dates; everything below takes its time as an argument."""

import time
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def now_us() -> int:
    """Give the system's clock, UTC in µs."""
    return time.time_ns() // 1_000


def local_time(time_us: int, zone: tzinfo) -> datetime:
    """Give a moment, UTC in µs, as date and time in a zone, exactly."""
    return (_EPOCH + timedelta(microseconds=time_us)).astimezone(zone)


def utc_text(time_us: int) -> str:
    """Give a moment in UTC to the microsecond, as the record means it: 2026-03-02T08:00:08.123456Z."""
    return local_time(time_us, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
