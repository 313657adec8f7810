"""Run as a program: does one thing to copies of a ledger in children of its own, of which each is killed (SIGKILL) at the next step.

Steps are every SQL statement that the ledger runs, every call that opens or locks a file, and the end. Nothing in the product knows of it.
"""

import fcntl
import os
import shutil
import signal
import sqlite3
import sys
from datetime import datetime
from pathlib import Path

from calibration.certificate import Ledger, storage
from tests.calibration.certificate.office import KEYS, Office

STEPS_MAX = 80
"""More steps than any of them takes."""


class Reaper:
    """Counts steps, and kills this process at one of them."""

    def __init__(self, at: int) -> None:
        self.left = at

    def step(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Give one child per step, until one of them lives to its end; write which steps there were."""
    what, whole, folder, now = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), datetime.fromisoformat(sys.argv[4])
    for at in range(1, STEPS_MAX):
        copy = folder / f"{at:03}"
        shutil.copytree(whole, copy)
        child = os.fork()
        if child == 0:
            act(what, copy, at, now)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            sys.exit(os.WEXITSTATUS(status))
        assert os.WTERMSIG(status) == signal.SIGKILL
    sys.exit(f"{STEPS_MAX} steps were not enough")


def act(what: str, folder: Path, at: int, now: datetime) -> None:
    office = Office(folder)
    office.now = now
    reaper = Reaper(at)
    connect, flock = sqlite3.connect, fcntl.flock

    def watched(*arguments, **keywords):
        reaper.step()
        connection = connect(*arguments, **keywords)
        connection.set_trace_callback(reaper.step)
        return connection

    storage.sqlite3.connect = watched
    storage.fcntl.flock = lambda *arguments: (reaper.step(), flock(*arguments))
    ledger = Ledger(office.path, office.station, now=office.time)
    if what == "propose":
        ledger.propose(office.calibration(1.01), key=KEYS["wang"], reason="the one that may be cut off")
    elif what == "approve":
        ledger.approve(ledger.pending()[0].counter, key=KEYS["li"])
    else:
        ledger.reject(ledger.pending()[0].counter, key=KEYS["li"], reason="the one that may be cut off")
    reaper.step()


if __name__ == "__main__":
    main()
