"""Plate reads from the loopback door to the matching: durable before they are acknowledged, matched by the main loop."""

import queue
from collections.abc import Callable, Iterator

from contract.faults import RejectError
from contract.plates import PlateRead
from edge.matching.matcher import Matcher
from edge.outbox import Outbox
from edge.record_queue import LatePlate


class PlateReads:
    """The reads that the main loop has not yet given to the matching.

    Parameters
    ----------
    matcher
        Knows the station's cameras; touched by the main loop alone, but for their names.
    outbox
        Keeps each read until a record uses it.
    now_us
        UTC in microseconds.
    """

    def __init__(self, matcher: Matcher, outbox: Outbox, now_us: Callable[[], int]) -> None:
        self._matcher = matcher
        self._outbox = outbox
        self._now_us = now_us
        self._come: queue.SimpleQueue[tuple[PlateRead, int]] = queue.SimpleQueue()

    def resume(self) -> None:
        """Take up the reads that no record had used when the process last ended."""
        for read in self._outbox.unused_reads():
            self._come.put((read, self._now_us()))

    def take(self, read: PlateRead) -> None:
        """Keep a read durably, then hand it to the main loop; called by the loopback server's thread.

        Raises
        ------
        RejectError
            If the station has no such camera.
        """
        if read.camera not in self._matcher.cameras:
            known = ", ".join(self._matcher.cameras) or "none"
            raise RejectError("plate-read-camera", read.camera, f"is no camera of this station; the station file has: {known}")
        if self._outbox.keep_read(read):
            self._come.put((read, self._now_us()))

    def matched(self) -> Iterator[LatePlate]:
        """Give what has come to the matching, and the plates that belong to vehicles decided before."""
        while not self._come.empty():
            read, arrived_us = self._come.get_nowait()
            self._matcher.add_read(read, arrived_us)
            for match in self._matcher.late_matches():
                yield LatePlate(match, arrived_us)
