"""Free TCP ports on the loopback interface."""

import socket
from contextlib import ExitStack
from typing import Final

LOOPBACK: Final = "127.0.0.1"
WEB_PORT: Final = 8080
"""Port of the page that people try first."""


def free_ports(count: int) -> list[int]:
    """Give `count` different ports that nothing listens on now.

    All are held until the last is found, so that none is given twice. Another program may still take one before it is used; the program
    that was meant to have it then says so and ends.
    """
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]


def web_port() -> int:
    """Give 8080 where it is free, otherwise any free port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, WEB_PORT))
        except OSError:
            return free_ports(1)[0]
    return WEB_PORT


def listening(port: int) -> bool:
    """Tell whether something takes connections on the port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.5):
            return True
    except OSError:
        return False
