"""Weighing again in the background, for pages: one at a time in this process, each vehicle once at a time."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from contract.faults import RetryError, WimError

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """How the last request for a vehicle stands: since when it waits or runs (UTC, µs), None when it is over, and why it failed."""

    since_us: int | None = None
    fault: WimError | None = None


class ReweighDesk:
    """Starts what is asked for; its results are kept in the database, only what runs now is kept here."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._standing: dict[Key, Standing] = {}

    def start(self, key: Key, work: Callable[[], object], now_us: int) -> bool:
        """Start the work for a vehicle; False if it waits or runs already."""
        with self._lock:
            if self.standing(key).since_us is not None:
                return False
            self._standing[key] = Standing(now_us)
        threading.Thread(target=self._run, args=(key, work), name=f"reweigh {key[0]}/{key[1]}", daemon=True).start()
        return True

    def standing(self, key: Key) -> Standing:
        """Say how a vehicle's stands."""
        return self._standing.get(key, Standing())

    def _run(self, key: Key, work: Callable[[], object]) -> None:
        done = Standing()
        try:
            with self._turn:
                work()
        except WimError as error:
            done = Standing(fault=error)
        except Exception as error:  # noqa: BLE001 - a thread's last word must reach the page
            done = Standing(fault=RetryError("reweighing-failed", f"{key[0]}/{key[1]}", f"{type(error).__name__}: {error}"))
        with self._lock:
            self._standing[key] = done
