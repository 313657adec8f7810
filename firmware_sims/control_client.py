"""The other end of the control interface."""

from __future__ import annotations

import json
import socket
from typing import Any

from firmware_sims.control_server import TCP, split_tcp
from firmware_sims.errors import SimulationError

TIMEOUT_S = 5.0


def request(address: str, *words: str) -> dict[str, Any]:
    """Send one request to running simulators and give their answer.

    Raises
    ------
    SimulationError
        If nobody answers at the address, or the request was refused.
    """
    try:
        with _connect(address) as connection:
            connection.sendall(" ".join(words).encode() + b"\n")
            line = connection.makefile("rb").readline()
    except OSError as error:
        raise SimulationError(f"--control {address}: no simulators answer there ({error})") from error
    answer: dict[str, Any] = json.loads(line or b'{"ok": false, "error": "the simulators hung up"}')
    if not answer["ok"]:
        raise SimulationError(str(answer["error"]))
    return answer


def _connect(address: str) -> socket.socket:
    if address.startswith(TCP):
        return socket.create_connection(split_tcp(address), timeout=TIMEOUT_S)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(TIMEOUT_S)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection
