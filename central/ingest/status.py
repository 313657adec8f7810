"""Station status: unsigned, for display only, so it is checked for shape and sender's topic, and never becomes evidence."""

from typing import Final

from pydantic import ValidationError

from central.context import Central
from central.evidence.quarantine import Refused, keep
from central.evidence.stations import store_status
from contract.faults import RejectError
from contract.topics import StationStatus, station_of

STATUS_MAX_BYTES: Final = 64 * 1024
"""Largest status: a few hundred fault codes with their counts need 20 kB."""
_BYTES_PER_MB = 1_000_000


def receive_status(central: Central, topic: str, data: bytes) -> None:
    """Keep a station's status, or quarantine what is none. An empty message only clears the broker's retained one.

    Raises
    ------
    RetryError
        ``database-away``.
    """
    if not data:
        return
    now_us = central.now_us()
    try:
        status = _parse(topic, data)
        with central.database.write() as session:
            if not store_status(session, status, data, now_us):
                raise RejectError("not-enrolled", topic, f"station {status.station} is not enrolled; enrol it with `wim-central enrol`")
    except RejectError as fault:
        bound = central.settings.unsigned_quarantine_mb_per_day * _BYTES_PER_MB
        with central.database.write() as session:
            keep(session, Refused.unsigned(topic, data, fault), now_us=now_us, unsigned_max_bytes_per_day=bound)
        central.count(fault)


def _parse(topic: str, data: bytes) -> StationStatus:
    if len(data) > STATUS_MAX_BYTES:
        raise RejectError("oversize", topic, f"has {len(data)} bytes; a status has at most {STATUS_MAX_BYTES}")
    try:
        status = StationStatus.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RejectError("not-a-status", topic, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if status.station != station_of(topic):
        raise RejectError("wrong-station", topic, f"holds a status of station {status.station}; a station sends its own only")
    return status
