"""``kill -9`` at every step of a session: what was confirmed is there, nothing is there by half, and it goes on to the same end."""

import subprocess
import sys
import time
from contextlib import closing

from calibration.sessions.evidence import CaptureFolder
from calibration.sessions.store import SessionStore
from contract.media import sha256_hex
from tests.calibration.sessions.technician import RUNS

STEPS = 1 + 2 + 1 + 2 * (RUNS + 1) + 2
"""Opening, two trucks, plan, each pass seen and decided on, fit, close."""


def run_and_kill(folder, after, extra_s):
    """Let the technician confirm so many steps and begin another, wait a moment, kill; give every step that was confirmed."""
    command = [sys.executable, "-m", "tests.calibration.sessions.technician", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write("go on\n" * (after + 1))
        process.stdin.flush()
        confirmed = [line for line in (process.stdout.readline() for _ in range(after)) if line]
        time.sleep(extra_s)
        process.kill()
        confirmed += [line for line in process.stdout if line.endswith("\n")]
    return [line.strip() for line in confirmed]


def happened(state):
    """Give what a state shows to have been done, in the words of the technician's steps."""
    steps = ["open", *(f"truck {name}" for name in state.trucks)]
    if state.plan:
        steps.append("plan")
    for one in state.passes.values():
        steps.append(f"pass {one.seen.seq}")
        if one.standing != "waiting":
            steps.append(f"{'accept' if one.standing == 'accepted' else 'reject'} {one.seen.seq}")
    if state.fitted:
        steps.append("fit")
    if state.closed:
        steps.append("close")
    return steps


def test_nothing_is_lost_and_nothing_is_half_done(tmp_path):
    confirmed, kills = [], 0
    while True:
        # One step, two, three … and at instants between: while a step is being written too.
        confirmed += run_and_kill(tmp_path, 1 + kills % 3, (kills % 7) * 0.002)
        kills += 1
        with closing(SessionStore(tmp_path / "sessions.db")) as store:
            states = store.sessions()
            if not states:
                assert confirmed == []
                continue
            (state,) = states
        found = happened(state)
        assert found[: len(confirmed)] == confirmed, "a confirmed step is lost, or out of order"
        assert len(found) <= len(confirmed) + 1, "more than the step under way was done"
        confirmed = found  # the step under way was done, though nobody was told
        captures = CaptureFolder(tmp_path / "captures")
        for one in state.passes.values():
            assert sha256_hex(captures.path_of(one.seen.capture_sha256).read_bytes()) == one.seen.capture_sha256
        if state.closed:
            break
    assert confirmed == happened(state)
    assert len(confirmed) == STEPS
    assert kills >= 6
    assert [run.number for run in state.runs] == list(range(1, RUNS + 1))
