"""A scale at its end of a serial line: sends by itself, or answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from firmware_sims.pseudo_terminal import PseudoTerminal
from firmware_sims.scales.line_damage import LineDamage
from firmware_sims.scales.platform import Shown

TX_BYTES = 4096
"""What the line does not take is lost beyond this much, as on a wire."""


class Answers(Protocol):
    """A protocol in which the host asks."""

    def answer(self, data: bytes, shown: Shown) -> list[bytes]:
        """Give the answers to the requests that `data` completes."""
        ...


class SerialScale:
    """One scale on one pseudo-terminal.

    Parameters
    ----------
    port
        The line, opened here.
    show
        Gives the display of this moment.
    talk
        Gives a frame of the display (a scale that sends by itself, `rate_hz` times a second), or answers requests.
    damage
        What happens to frames.
    now_s
        Clock.
    silent
        Whether nothing is ever sent.
    """

    def __init__(
        self,
        port: PseudoTerminal,
        show: Callable[[], Shown],
        talk: Callable[[Shown], bytes] | Answers,
        damage: LineDamage,
        now_s: Callable[[], float],
        *,
        rate_hz: float = 10.0,
        silent: bool = False,
    ) -> None:
        self._port = port
        self._show = show
        self._talk = talk
        self._damage = damage
        self._now_s = now_s
        self._period_s = 1.0 / rate_hz
        self._due_s = now_s()
        self._silent = silent
        self._tx = b""
        port.open()

    def tick(self) -> None:
        """Do what is due; called every few milliseconds."""
        self._port.watch()
        data = self._port.read()
        if not self._port.connected:
            self._tx = b""
            return
        for frame in self._frames(data):
            self._tx += self._damage.frame(frame)
        if self._silent:
            self._tx = b""
        self._tx = self._tx[self._port.write(self._tx) :][-TX_BYTES:]

    def close(self) -> None:
        """Hang up and remove the link."""
        self._port.close()

    def _frames(self, data: bytes) -> list[bytes]:
        if not callable(self._talk):
            return self._talk.answer(data, self._show()) if data else []
        if self._now_s() < self._due_s:
            return []
        self._due_s = self._now_s() + self._period_s
        return [self._talk(self._show())]
