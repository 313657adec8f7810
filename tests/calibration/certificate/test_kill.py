"""kill -9 at every step of a proposal, an approval and a rejection: each is there whole or not at all, and the next one works."""

import subprocess
import sys
from datetime import timedelta

import pytest

from tests.calibration.certificate.office import KEYS, NOW, Office


@pytest.mark.parametrize(("what", "is_first"), [("propose", True), ("propose", False), ("approve", False), ("reject", False)])
def test_nothing_is_half_done(tmp_path, what, is_first):
    whole, copies = tmp_path / "whole", tmp_path / "copies"
    whole.mkdir()
    copies.mkdir()
    office = Office(whole)
    if not is_first:
        office.certify(1.0)
        if what != "propose":
            office.propose("wang", 1.01)
    before = office.ledger.verify().book.counter
    arguments = [what, whole, copies, (NOW + timedelta(hours=1)).isoformat()]
    command = [sys.executable, "-m", "tests.calibration.certificate.mortal", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    folders = sorted(copies.iterdir())
    counters = [see(Office(folder), what, before, is_first=is_first) for folder in folders]
    assert len(folders) > 15, "the steps were not hit"
    assert counters == sorted(counters), "once it is kept it stays"
    assert set(counters) == {before, before + 1}, "some step lost it, some step kept it"


def see(office, what, before, *, is_first):
    """Look at what a kill has left, go on from there, and give how many entries were left."""
    audit = office.ledger.verify()
    assert audit.fault is None, f"{office.path}: {audit.fault}"
    if not is_first:
        number = 2 if what == "approve" and audit.book.counter > before else 1
        assert office.ledger.in_force(NOW + timedelta(days=1), lane=1).number == number
    office.now = NOW + timedelta(hours=2)
    for proposal in office.ledger.pending():
        office.ledger.reject(proposal.counter, key=KEYS["li"], reason="begin anew")
    assert office.certify(1.05).number == len(audit.book.certificates) + 1
    return audit.book.counter


def test_a_disk_that_takes_no_more_changes_nothing(tmp_path):
    """The process may write files of no more than what the ledger already has (RLIMIT_FSIZE): every write beyond fails."""
    office = Office(tmp_path)
    office.certify()
    limit = office.path.stat().st_size
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from contract.faults import WimError\n"
        "from tests.calibration.certificate.office import Office\n"
        f"office = Office(Path({str(tmp_path)!r}))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit} // 8, {limit} // 8))\n"
        "try:\n    office.propose('wang', 1.01)\nexcept WimError as error:\n    print(error.code, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] in {"disk-failing", "ledger-full", "ledger-unreadable", "ledger-unwritable"}
    assert "Traceback" not in done.stderr
    assert office.ledger.verify().fault is None
    assert office.ledger.verify().book.counter == 2
    assert office.certify(1.01).number == 2
