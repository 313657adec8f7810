"""The simulators' control interface (docs/protocols/simulator-control.md), as a client of it."""

import json
import socket
from typing import Any, Final

from demo.errors import DemoError
from demo.ports import LOOPBACK

ANSWER_S: Final = 5.0
"""How long the simulators may take to answer a line."""


class Road:
    """The simulators, reached at their control port."""

    def __init__(self, control_port: int) -> None:
        self._port = control_port

    def ask(self, request: str) -> dict[str, Any]:
        """Send one request and give its answer.

        Raises
        ------
        DemoError
            If the simulators refuse it or do not answer.
        """
        try:
            with socket.create_connection((LOOPBACK, self._port), timeout=ANSWER_S) as line:
                line.sendall(f"{request}\n".encode())
                with line.makefile("r", encoding="utf-8") as answers:
                    answer: dict[str, Any] = json.loads(answers.readline())
        except (OSError, ValueError) as error:
            raise DemoError(f"the simulators did not answer {request!r}: {error}") from error
        if not answer.get("ok"):
            raise DemoError(f"the simulators refused {request!r}: {answer.get('error')}")
        return answer
