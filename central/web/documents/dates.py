"""How a document is dated."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def date_of(time_us: int, zone: tzinfo) -> datetime:
    """Give a moment, UTC in µs, as a document's date."""
    return (_EPOCH + timedelta(microseconds=time_us)).astimezone(zone)
