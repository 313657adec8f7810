"""Brings certificates of calibrations from the ledger to the lanes: between vehicles, without a restart, and never backwards.

What is refused changes nothing: each lane goes on with the last good certificate, which is kept with the outbox and so survives a ledger
that is damaged, cut back or gone.
"""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import structlog

from calibration.certificate import Book, Certificate, Ledger, parse_sealed
from calibration.certificate.entries import from_us
from contract.faults import Fault, RejectError, RetryError, WimError
from contract.station import Station
from edge.clock import Clock
from edge.lane import LaneRun, Switch
from edge.outbox import Applied, LedgerHead, Outbox

LOOK_S: Final = 1.0
"""How often the ledger's file is looked at; read and verified only when it has changed."""

_log = structlog.get_logger("edge")


class CertificateDesk:
    """Applies the certificates of one station's ledger.

    Parameters
    ----------
    ledger
        The ledger.
    station
        The station file.
    outbox
        Where it is kept, durably, what was applied and how far the ledger was.
    clock
        Says when a certificate's moment has come.
    note
        Told of every fault.
    """

    def __init__(self, ledger: Ledger, station: Station, outbox: Outbox, clock: Clock, note: Callable[[Fault], None]) -> None:
        self._ledger = ledger
        self._station = station
        self._outbox = outbox
        self._clock = clock
        self._note = note
        self._look_at_s = 0.0
        self._seen: tuple[Any, ...] | None = None
        self._book: Book | None = None
        self._fault: WimError | None = None
        self._refused: set[tuple[str, int]] = set()

    def switches(self, device: str) -> list[Switch]:
        """Give what was applied to a device's lane before this start; what no longer verifies is left out and noted."""
        found = []
        for applied in self._outbox.applied(device):
            where = f"certificate kept for {device}"
            try:
                in_force = parse_sealed(applied.sealed, where).open(self._station, where)
            except WimError as error:
                self._note(error.fault())
                continue
            found.append(Switch(applied.epoch, applied.from_counter, in_force))
        return found

    def turn(self, lanes: Mapping[str, LaneRun]) -> None:
        """Look at the ledger, if it is time to, and apply to each lane what has come into force.

        Raises
        ------
        StopError
            If the outbox's disk failed.
        """
        now_s = self._clock.monotonic_s()
        if now_s < self._look_at_s:
            return
        self._look_at_s = now_s + LOOK_S
        self._read()
        if self._book is None:
            return
        for device, lane in lanes.items():
            due = self._book.in_force(self._moment(self._book), lane.lane.id)
            if due is not None and due.number > _number(lane):
                self._apply(self._book, due, device, lane)

    def state(self) -> dict[str, Any]:
        """Give what the station's health says of the ledger."""
        head = self._outbox.ledger_head()
        return {
            "counter": 0 if head is None else head.counter,
            "sha256": None if head is None else head.sha256,
            "fault": None if self._fault is None else str(self._fault),
        }

    def _read(self) -> None:
        seen = self._signature()
        if seen == self._seen:
            return
        try:
            book = self._ledger.book()
            self._check_not_cut(book)
        except WimError as error:
            self._note(error.fault())
            self._fault, self._book = error, None
            self._seen = None if error.code == "ledger-in-use" else seen
            return
        self._fault, self._book, self._seen = None, book, seen

    def _signature(self) -> tuple[Any, ...]:
        """Give what changes when the ledger does."""
        found: list[Any] = []
        for path in (str(self._ledger.path), f"{self._ledger.path}-wal"):
            try:
                status = os.stat(path)
                found.append((status.st_ino, status.st_size, status.st_mtime_ns))
            except OSError as error:
                found.append(error.errno)
        return tuple(found)

    def _check_not_cut(self, book: Book) -> None:
        """Refuse a ledger that lacks what was seen in it before: the counter is never reset."""
        last = self._outbox.ledger_head()
        if last is not None and (book.counter < last.counter or book.signed[last.counter - 1].sha256 != last.sha256):
            what = (
                f"has {book.counter} entries and not the one numbered {last.counter} ({last.sha256[:16]}) that the station has seen: "
                "entries were removed or replaced; restore it from a copy"
            )
            raise RejectError("ledger-cut", str(self._ledger.path), what)
        if book.counter and (last is None or book.counter > last.counter):
            try:
                self._outbox.keep_ledger_head(LedgerHead(book.counter, book.head_sha256))
            except RetryError as error:
                raise RejectError(error.code, error.where, error.what) from error

    def _moment(self, book: Book) -> datetime:
        """Give the moment that counts: a clock that nobody vouches for brings nothing into force before the ledger itself shows it due."""
        if self._clock.host_error_us() is not None or not book.counter:
            return from_us(self._clock.utc_us())
        return book.signed[-1].entry.time

    def _apply(self, book: Book, due: Certificate, device: str, lane: LaneRun) -> None:
        boundary = lane.next_boundary
        if boundary is None or (device, due.number) in self._refused:
            return
        epoch, counter = boundary
        sealed = book.sealed(due)
        try:
            switch = Switch(epoch, counter, sealed.open(self._station, f"certificate {due.number}"))
            self._outbox.keep_applied(Applied(device, epoch, counter, sealed.model_dump_json()))
        except RetryError as error:
            self._note(error.fault())
            return
        except RejectError as error:
            self._refused.add((device, due.number))
            self._note(error.fault())
            return
        lane.change(switch)
        _log.info(
            "certificate-applied",
            number=due.number,
            lane=lane.lane.id,
            calibration=due.calibration.id,
            sha256=due.calibration.sha256[:16],
            from_sample=counter,
        )


def _number(lane: LaneRun) -> int:
    """Give the number of the certificate that a lane goes by, 0 for none."""
    certificate = lane.in_force and lane.in_force.certificate
    return certificate.number if certificate else 0
