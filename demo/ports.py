"""Free TCP ports on the loopback interface."""

import socket
from itertools import islice
from random import SystemRandom
from typing import Final

from demo.errors import DemoError

LOOPBACK: Final = "127.0.0.1"
WEB_PORT: Final = 8080
"""Port of the page that people try first."""

FIRST_PORT: Final = 20_000
LAST_PORT: Final = 32_000
"""Below 32 768, where Linux begins to give ports to outgoing connections (net.ipv4.ip_local_port_range)."""


def free_ports(count: int) -> list[int]:
    """Give `count` different ports that nothing listens on now.

    They are drawn from below the range that the kernel gives to outgoing connections, because one of those would take a port again before
    the program that is to listen on it has started. Each is tried; another program may still be faster, then the one that was meant to have
    it says so and ends.
    """
    drawn = SystemRandom().sample(range(FIRST_PORT, LAST_PORT + 1), k=LAST_PORT + 1 - FIRST_PORT)
    free = list(islice((port for port in drawn if _is_free(port)), count))
    if len(free) < count:
        raise DemoError(f"fewer than {count} ports between {FIRST_PORT} and {LAST_PORT} are free on {LOOPBACK}")
    return free


def web_port() -> int:
    """Give 8080 where it is free, otherwise any free port."""
    return WEB_PORT if _is_free(WEB_PORT) else free_ports(1)[0]


def listening(port: int) -> bool:
    """Tell whether something takes connections on the port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.5):
            return True
    except OSError:
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
