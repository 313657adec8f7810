"""What is to happen at which sample of the recording."""

from __future__ import annotations

from collections.abc import Callable


class Timetable:
    """Runs actions in the order of their samples as playback goes on."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, Callable[[], None]]] = []
        self._next = 0
        self._sorted = True

    def add(self, sample: int, action: Callable[[], None]) -> None:
        """Enter an action; all are entered before the first one runs."""
        self._entries.append((sample, len(self._entries), action))
        self._sorted = False

    def run_to(self, sample: int) -> None:
        """Run every action due at or before `sample` that has not run."""
        if not self._sorted:
            self._entries.sort(key=lambda entry: entry[:2])
            self._sorted = True
        while self._next < len(self._entries) and self._entries[self._next][0] <= sample:
            self._entries[self._next][2]()
            self._next += 1

    @property
    def finished(self) -> bool:
        """Whether every action has run."""
        return self._next == len(self._entries)
