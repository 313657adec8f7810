"""Instants as cameras write them, turned into UTC in whole microseconds.

A camera's clock is taken as it is: matching estimates its error. Only what cannot be an instant is refused.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from contract.faults import RejectError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR_FIRST, _YEAR_LAST = 2000, 2199
"""Years a camera's clock may claim: a battery that died gives 1970 or 2000, a damaged number anything."""

_ZONE: Final = re.compile(r"(?:GMT|UTC)?\s*([+-])?(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_ZONE_MAX: Final = timedelta(hours=14)


def to_us(instant: datetime) -> int:
    """Give UTC in µs of an instant that has an offset."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def in_range(instant: datetime) -> bool:
    """Say whether a camera's clock may claim that year."""
    return _YEAR_FIRST <= instant.year <= _YEAR_LAST


def parse_zone(text: str) -> timezone | None:
    """Read an offset to UTC: ``+08:00``, ``8``, ``-3.5``, ``GMT+8``, ``Z``; None where it is none."""
    plain = text.strip()
    if plain.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    whole, _, fraction = plain.partition(".")
    halves = {"": 0, "0": 0, "00": 0, "5": 30, "50": 30, "25": 15, "75": 45}.get(fraction)
    found = _ZONE.fullmatch(whole)
    if found is None or halves is None or not plain.isascii():
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0) + halves)
    return timezone(-offset if found[1] == "-" else offset) if offset <= _ZONE_MAX else None


def iso_us(text: str, camera: str, what: str) -> int:
    """Read ISO 8601 with its offset to UTC.

    Raises
    ------
    RejectError
        If it is none, or has no offset.
    """
    return to_us(iso(text, camera, what))


def iso(text: str, camera: str, what: str) -> datetime:
    """Read ISO 8601 with its offset to UTC; raises `RejectError` if it is none, or has no offset."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        value = None
    if value is None or value.tzinfo is None or not in_range(value):
        raise RejectError("event-time", camera, f"{what} = {text[:60]!r}; ISO 8601 with offset is expected: 2026-03-02T16:00:05+08:00")
    return value


def local_us(text: str, layout: str, zone: timezone, camera: str, what: str) -> int:
    """Read local time of a known offset by a layout of `strptime`; raises `RejectError` if it does not follow it to the digit."""
    try:
        value = datetime.strptime(text, layout).replace(tzinfo=zone)
    except ValueError:
        value = None
    if value is None or not in_range(value) or not _is_written_so(value, text, layout):
        raise RejectError("event-time", camera, f"{what} = {text[:60]!r}; local time as {layout} is expected")
    return to_us(value)


def _is_written_so(value: datetime, text: str, layout: str) -> bool:
    """Say whether an instant is written as this text: `strptime` takes 1 for 01, and so reads month 13 as January the 3rd."""
    digits = len(text) - len(value.strftime(layout.replace("%f", "")))
    return value.strftime(layout.replace("%f", f"{value.microsecond:06d}"[: max(0, digits)])) == text


def epoch_ms_us(text: str, camera: str, what: str) -> int:
    """Read milliseconds since 1970 UTC; raises `RejectError` if it is none."""
    if text.isascii() and text.isdigit() and len(text) <= 13:
        value_us = int(text) * 1_000
        if in_range(_EPOCH + timedelta(microseconds=value_us)):
            return value_us
    raise RejectError("event-time", camera, f"{what} = {text[:60]!r}; milliseconds since 1970 UTC are expected, as 1772438405123")
