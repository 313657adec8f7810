"""Run as a program: cuts a disk's power while a session or the ledger is worked on, again and again, and looks at what is left.

``python -m tests.faults.power_cuts FOLDER ext4|xfs session|ledger CUTS SEED [careless]`` prints as JSON how many cuts there were, how many
steps were acknowledged, and every breach. *careless* commits with synchronous=NORMAL, which must be found out.
"""

import contextlib
import functools
import json
import os
import random
import sqlite3
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import structlog

from calibration.certificate import Ledger
from calibration.sessions.evidence import CaptureFolder
from calibration.sessions.store import SessionStore
from contract.media import sha256_hex
from edge.certificates import CertificateDesk
from edge.outbox import Outbox
from tests.calibration.certificate.office import KEYS, NOW, Office
from tests.calibration.sessions.material import OPENED
from tests.calibration.sessions.technician import next_step
from tests.calibration.sessions.test_kill import happened
from tests.faults.power import Disk

DEVICE = "digitiser"


class Careless(sqlite3.Connection):
    """A mutant: what is committed reaches the disk whenever the kernel likes."""

    def execute(self, statement, *parameters):
        return super().execute(statement.replace("synchronous = FULL", "synchronous = NORMAL"), *parameters)


class Lane:
    """What the edge's desk of certificates needs of a lane."""

    def __init__(self, lane):
        self.lane, self.next_boundary, self.in_force = lane, (1, 1_000), None

    def change(self, switch):
        self.in_force = switch.in_force


class Session:
    """A technician who closes one session and opens the next."""

    def __init__(self, folder):
        self.folder = folder

    def work(self, told):
        store, captures = SessionStore(self.folder / "sessions.db"), CaptureFolder(self.folder / "captures")
        while True:
            states = [state for state in store.sessions() if state.closed is None]
            if not states:
                store.open(f"s{len(store.sessions()) + 1}", OPENED, "Li")
                told("open")
                continue
            name, decide = next_step(states[0], captures)
            store.act(states[0].name, "Li", decide)
            told(name)

    def left(self):
        """Give every step that is there, in order, and see that each signal a session names is the one it names."""
        captures = CaptureFolder(self.folder / "captures")
        with closing(SessionStore(self.folder / "sessions.db")) as store:
            states = store.sessions()[::-1]
        for one in [one for state in states for one in state.passes.values()]:
            data = captures.path_of(one.seen.capture_sha256).read_bytes()
            assert sha256_hex(data) == one.seen.capture_sha256, f"the signal of pass {one.seen.seq} is not whole"
        return [step for state in states for step in happened(state)]


class Certificates:
    """One who proposes, one who approves, and the edge that applies."""

    def __init__(self, folder):
        self.folder = folder

    def _office(self):
        office = Office(self.folder)
        counter = office.ledger.verify().book.counter if office.path.exists() else 0
        office.now = NOW + timedelta(hours=counter)
        return office

    def _edge(self, office, outbox):
        lane = Lane(office.station.lane[0])
        faults = []
        desk = CertificateDesk(Ledger(office.path, office.station), office.station, outbox, _Clock(office), faults.append)
        for switch in desk.switches(DEVICE):
            lane.change(switch)
        return desk, lane, faults

    def work(self, told):
        office = self._office()
        outbox = Outbox(self.folder / "outbox", 16)
        desk, lane, _ = self._edge(office, outbox)
        applied = lane.in_force and lane.in_force.certificate.number
        while True:
            desk.turn({DEVICE: lane})
            if (number := lane.in_force and lane.in_force.certificate.number) != applied:
                applied = number
                told(f"applied {number}")
            pending = office.ledger.pending()
            if not pending:
                done = office.propose("wang", 1.0 + office.ledger.verify().book.counter / 10_000)
                told(f"entry {done.counter}")
                continue
            office.ledger.approve(pending[0].counter, key=KEYS["li"])
            told(f"entry {pending[0].counter + 1}")

    def left(self):
        """Give entries and applied certificates in the order in which they come about, and see that ledger and edge agree."""
        office = self._office()
        audit = office.ledger.verify()
        assert audit.fault is None, f"the ledger is not whole: {audit.fault}"
        with closing(Outbox(self.folder / "outbox", 16)) as outbox:
            desk, lane, faults = self._edge(office, outbox)
            assert not faults, f"the edge keeps a certificate that it cannot open: {faults[0].what}"
            number = lane.in_force.certificate.number if lane.in_force else 0
            desk.turn({})
            assert desk.state()["fault"] is None, f"the edge has seen what the ledger lacks: {desk.state()['fault']}"
        steps = []
        for entry in range(1, audit.book.counter + 1):
            steps.append(f"entry {entry}")
            if entry % 2 == 0 and entry // 2 <= number:
                steps.append(f"applied {entry // 2}")
        return steps


class _Clock:
    """The office's wall clock, vouched for; its monotonic one always lets the desk look again."""

    def __init__(self, office):
        self._office, self._turns = office, 0.0

    def monotonic_s(self):
        self._turns += 60.0
        return self._turns

    def utc_us(self):
        return round(self._office.now.timestamp() * 1e6)

    def host_error_us(self):
        return 1_000


WORKS = {"session": Session, "ledger": Certificates}


def live(work, disk, chance, *, careless):
    """Let one life go on in a child until the power is cut at some instant; give what was acknowledged before it, and how much later.

    An fsync that is under way while the file system is shut down may still return success, for the machine runs on. With the power gone
    nobody would be told, so what is told after the shutdown has begun may be there or not.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        if careless:
            sqlite3.connect = functools.partial(sqlite3.connect, factory=Careless)
        with contextlib.suppress(BaseException):
            work.work(lambda step: os.write(write, f"{time.monotonic_ns()} {step}\n".encode()))
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        lines = [pipe.readline() for _ in range(chance.randint(1, 5))]
        time.sleep(chance.uniform(0.0, 0.04))
        cut_ns = time.monotonic_ns()
        disk.cut()
        lines += pipe.readlines()
    os.waitpid(child, 0)
    disk.come_back()
    told = [line.decode().strip().partition(" ") for line in lines if line.endswith(b"\n")]
    before = [step for at_ns, _, step in told if int(at_ns) < cut_ns]
    return before, len(told) - len(before)


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    root, kind, what, cuts, seed = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
    chance, disk = random.Random(seed), Disk(root, kind)
    breaches, before, told_in_all = [], [], 0
    try:
        for cut in range(1, cuts + 1):
            work = WORKS[what](disk.folder)
            told, later = live(work, disk, chance, careless="careless" in sys.argv)
            told_in_all += len(told)
            if not told:
                breaches.append(f"cut {cut}: nothing was done")
            try:
                after = work.left()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what the cut has left
                breaches.append(f"cut {cut}: {error!r}")
                break
            wanted = before + told
            if after[: len(wanted)] != wanted:
                breaches.append(f"cut {cut}: acknowledged were … {wanted[-4:]}, left are … {after[-4:]}, {len(wanted)} and {len(after)}")
            elif len(after) > len(wanted) + later + 1:
                breaches.append(f"cut {cut}: {len(after) - len(wanted)} steps that nobody was told of")
            before = after
    finally:
        disk.remove()
    sys.stdout.write(json.dumps({"cuts": cuts, "acknowledged": told_in_all, "left": len(before), "breaches": breaches}) + "\n")


if __name__ == "__main__":
    main()
