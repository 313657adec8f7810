"""Brakes on guessing: wrong pairs are counted by address and by notice number, and too many make both wait."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from central.evidence.models import QueryBrake
from contract.media import sha256_hex
from contract.units import US_PER_S

_MINUTE_US: Final = 60 * US_PER_S


@dataclass(frozen=True, slots=True)
class Brake:
    """After `failures_max` wrong pairs within `forget_us` of each other nothing is answered for `lasts_us`."""

    failures_max: int
    lasts_us: int
    forget_us: int


BY_ADDRESS: Final = Brake(10, 15 * _MINUTE_US, 60 * _MINUTE_US)
"""Whoever mistypes finds his way within ten; 960 tries a day are left to one address."""
BY_NOTICE: Final = Brake(10, 6 * 60 * _MINUTE_US, 24 * 60 * _MINUTE_US)
"""However many addresses try: at most 40 plates a day of one notice, of more than a million that fit a published masked one."""
KEPT_US: Final = 24 * 60 * _MINUTE_US
"""A count is deleted after a day without another."""


def braked_until_us(session: Session, address: str, number: str, now_us: int) -> int | None:
    """Give until when nothing is answered to this address or of this number, None if neither waits."""
    rows = [session.get(QueryBrake, key) for key, _ in _keys(address, number)]
    until_us = max((row.braked_until_us for row in rows if row is not None), default=0)
    return until_us if until_us > now_us else None


def count_failure(session: Session, address: str, number: str, now_us: int) -> None:
    """Count a wrong pair, whether its number exists or not: brakes must not tell which ones do."""
    session.execute(delete(QueryBrake).where(QueryBrake.last_us < now_us - KEPT_US, QueryBrake.braked_until_us < now_us))
    for key, brake in _keys(address, number):
        row = session.get(QueryBrake, key)
        if row is None:
            row = QueryBrake(key=key, failures=0, braked_until_us=0, last_us=now_us)
            session.add(row)
        row.failures = 1 if row.last_us < now_us - brake.forget_us else row.failures + 1
        row.last_us = now_us
        if row.failures >= brake.failures_max:
            row.failures, row.braked_until_us = 0, now_us + brake.lasts_us


def forgive(session: Session, address: str, now_us: int) -> None:
    """Forget the wrong pairs of an address that has found its own; those of the number stay, for they may be another's."""
    row = session.get(QueryBrake, _address_key(address))
    if row is not None and row.braked_until_us <= now_us:
        session.delete(row)


def _keys(address: str, number: str) -> tuple[tuple[str, Brake], tuple[str, Brake]]:
    return (_address_key(address), BY_ADDRESS), (sha256_hex(f"notice {number}".encode()), BY_NOTICE)


def _address_key(address: str) -> str:
    return sha256_hex(f"address {network(address)}".encode())


def network(address: str) -> str:
    """Give what one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 one (RFC 6177)."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
