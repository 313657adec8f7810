"""Where a webhook may go: https, or http on this machine; and never into a private network unless the settings allow it.

A name is resolved at each try and the connection goes to the very address that was checked, so that a name which answers differently the
second time (DNS rebinding) leads nowhere else.
"""

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from contract.faults import RejectError

URL_MAX: Final = 500
_NAT64: Final = IPv6Network("64:ff9b::/96")
"""RFC 6052, 2.1: translated to the IPv4 address in its last 32 bits."""
Resolve = Callable[[str, int], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a try goes: `address` is what is connected to, `host` what certificate and Host header name."""

    url: SplitResult
    address: str
    host: str
    port: int


def resolve(host: str, port: int) -> list[str]:
    """Give the addresses of a name, as the system knows them."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def checked_url(url: str) -> SplitResult:
    """Check an address as far as it can be without asking anybody.

    Raises
    ------
    RejectError
        ``bad-webhook-url``.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _bad(url, f"is no address: {error}") from error
    if not parts.hostname or len(url) > URL_MAX or not url.isascii() or not url.isprintable() or " " in url:
        raise _bad(url, f"names no host, or is not plain ASCII of at most {URL_MAX} characters")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _bad(url, "holds a user, a password or a fragment; leave it out")
    if port == 0:
        raise _bad(url, "has port 0; leave it out or give a real one")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback_name(parts.hostname)):
        raise _bad(url, "is neither https nor http on 127.0.0.1, ::1 or localhost")
    return parts


def target_of(url: str, *, allow_private: bool, resolver: Resolve = resolve) -> Target:
    """Resolve an address and give where to connect; every address of the name must be allowed.

    Raises
    ------
    RejectError
        ``bad-webhook-url``, ``private-address``, or ``host-unknown`` where the name has no address now.
    """
    parts = checked_url(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = [ip_address(text.partition("%")[0]) for text in resolver(host, port)]
    except (OSError, UnicodeError) as error:
        raise RejectError("host-unknown", url, f"has no address now: {error}") from error
    if not found:
        raise RejectError("host-unknown", url, "has no address now")
    for address in found:
        if not (_is_public(address) or allow_private or (address.is_loopback and _is_loopback_name(host))):
            raise RejectError("private-address", url, f"is at {address}, inside a private network; `webhooks.allow_private` allows that")
    return Target(parts, str(found[0]), host, port)


def refuse_private(url: str, *, allow_private: bool) -> None:
    """Refuse at once what no try would be allowed to reach; a name without an address today may have one tomorrow.

    Raises
    ------
    RejectError
        ``bad-webhook-url`` or ``private-address``.
    """
    try:
        target_of(url, allow_private=allow_private)
    except RejectError as error:
        if error.code != "host-unknown":
            raise


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the Internet, also inside IPv6 forms that carry an IPv4 address."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return _is_public(inner)
        if address in _NAT64:
            return _is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address.is_global and not address.is_multicast


def _is_loopback_name(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _bad(url: str, what: str) -> RejectError:
    return RejectError("bad-webhook-url", f"webhook address {url[:80]!r}", what)
