"""One thread per device: opens the line, hands its events on, and opens it again when it is lost."""

import queue
import threading
from collections.abc import Callable
from typing import Final

from contract.faults import Fault, RetryError
from edge.drivers.base import DeviceEvent, Driver

READ_S: Final = 0.1
"""How long one read may wait; also how soon the thread sees that it shall stop."""

BACK_OFF_S: Final = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Pauses before opening a lost line again, the last one for ever: a line that is back is used within 5 s."""

Delivery = tuple[str, list[DeviceEvent] | BaseException]
"""A device's name with what it said, or with the error that ended its thread."""


class DeviceThread:
    """Runs one driver.

    Parameters
    ----------
    driver
        Used by this thread alone, except for its commands.
    deliver
        Bounded queue to the main loop; when it is full the device's own ring keeps what comes.
    note
        Told of every fault of the line.
    """

    def __init__(self, driver: Driver, deliver: queue.Queue[Delivery], note: Callable[[Fault], None]) -> None:
        self.driver = driver
        self._deliver = deliver
        self._note = note
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"device-{driver.name}", daemon=True)
        self.connected = False

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stopping.set()

    def join(self) -> None:
        """Wait for its end, at most 3 s: a read that hangs longer ends with the process."""
        self._thread.join(timeout=3)

    def _run(self) -> None:
        try:
            failures = 0
            while not self._stopping.is_set():
                try:
                    failures = self._session(failures)
                except RetryError as error:
                    self.connected = False
                    self._note(error.fault())
                    self._stopping.wait(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])
                    failures += 1
        except BaseException as error:  # noqa: BLE001 - the main loop raises it again; a thread must not die unseen
            self._deliver.put((self.driver.name, error))

    def _session(self, failures: int) -> int:
        with self.driver:
            self.driver.start()
            while not self._stopping.is_set():
                events = self.driver.read(READ_S)
                if events:
                    failures = 0
                    self.connected = True
                    self._hand_on(events)
        return failures

    def _hand_on(self, events: list[DeviceEvent]) -> None:
        while not self._stopping.is_set():
            try:
                self._deliver.put((self.driver.name, events), timeout=READ_S)
            except queue.Full:
                continue
            return
