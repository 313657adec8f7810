"""Power cuts amid a session, and amid proposing, approving and applying: nothing acknowledged is lost, nothing is there by half."""

import json
import os
import subprocess
import sys

import pytest

from tests.faults.power import available

CUTS = int(os.environ.get("WIM_POWER_CUTS", "6"))
"""In each combination; 50 of them make the 200 that the figures quote."""

pytestmark = pytest.mark.xdist_group("power")
KINDS = [pytest.param(kind, marks=pytest.mark.system(kind)) for kind in ("ext4", "xfs")]


@pytest.fixture(autouse=True)
def _may_mount():
    if not available():
        pytest.skip("only root with loop devices can cut the power of a disk")


def cut(folder, *arguments):
    command = [sys.executable, "-m", "tests.faults.power_cuts", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("what", ["session", "ledger"])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_acknowledged_is_lost_and_nothing_half_applied(tmp_path, kind, what):
    found = cut(tmp_path, kind, what, str(CUTS), "1")
    assert found["breaches"] == []
    assert found["left"] >= found["acknowledged"] >= CUTS


@pytest.mark.parametrize("what", ["session", "ledger"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_cut_finds_out_who_does_not_wait_for_the_disk(tmp_path, kind, what):
    found = cut(tmp_path, kind, what, "3", "1", "careless")
    assert found["acknowledged"] > 0
    assert found["breaches"]
    assert not [breach for breach in found["breaches"] if "nothing was done" in breach]
