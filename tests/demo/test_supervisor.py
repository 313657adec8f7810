"""What dies is restarted by the policy, what is stopped leaves nothing behind. Real processes, each ended by the test that started it."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo import policy
from demo.errors import DemoError
from demo.supervisor import Program, Supervisor, module, on_leash

WAIT_S = 20.0


@pytest.fixture
def supervise(tmp_path, monkeypatch):
    """Give a supervisor of small Python programs found in `tmp_path`, and what it reported; everything is stopped at the end."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(policy, "DELAYS_S", (0.0, 0.0, 0.0))
    monkeypatch.setattr(policy, "BURST", 3)
    reported: list[str] = []
    supervisor = Supervisor(tmp_path, reported.append)

    def start(name, source, **options):
        (tmp_path / f"{name}_program.py").write_text(source)
        supervisor.start(Program(name, module(f"{name}_program"), **options))
        return supervisor

    yield start, reported
    supervisor.stop(impatient=lambda: True)


@contextmanager
def patience(what):
    """Give a check that fails once it takes too long."""
    deadline = time.monotonic() + WAIT_S

    def check():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)

    yield check


def wait_for(condition, what, watch=lambda: None):
    with patience(what) as check:
        while not condition():
            watch()
            check()


def alive(pid):
    """Tell whether a process runs; one that has ended and waits for its parent does not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


SLEEPER = "import time\ntime.sleep(600)\n"


def test_a_killed_program_runs_again_with_another_id(supervise):
    start, reported = supervise
    supervisor = start("sleeper", SLEEPER)
    first = supervisor.process_ids()["sleeper"]
    supervisor.kill("sleeper")
    wait_for(lambda: supervisor.process_ids().get("sleeper", first) != first, "no restart", supervisor.watch)
    assert supervisor.restarts() == {"sleeper": 1}
    assert any("SIGKILL" in line for line in reported)


def test_a_program_that_asks_for_a_restart_gets_one(supervise):
    start, reported = supervise
    supervisor = start("asker", "import sys\nsys.exit(75)\n")
    wait_for(lambda: supervisor.restarts().get("asker", 0) >= 1, "no restart", supervisor.watch)
    assert any("exit code 75" in line for line in reported)


@pytest.mark.parametrize("code", [2, 3])
def test_a_refused_input_is_not_tried_again(supervise, code):
    start, _ = supervise
    supervisor = start("refuser", f"import sys\nprint('the station file has no lane')\nsys.exit({code})\n")
    with pytest.raises(DemoError, match=r"(?s)not restarted.*has no lane"):
        wait_for(lambda: False, "no end", supervisor.watch)


def test_the_road_is_not_restarted(supervise):
    start, _ = supervise
    supervisor = start("road", "raise SystemExit(1)\n", restart=False)
    with pytest.raises(DemoError, match="exit code 1"):
        wait_for(lambda: False, "no end", supervisor.watch)


def test_a_program_that_dies_again_and_again_ends_the_demo(supervise):
    start, _ = supervise
    supervisor = start("dying", "raise SystemExit(1)\n")
    with pytest.raises(DemoError, match="dying ended with exit code 1 and is not restarted"):
        wait_for(lambda: False, "no end", supervisor.watch)
    assert supervisor.restarts() == {"dying": 3}


def test_stop_ends_programs_that_ignore_sigterm_and_their_children(supervise, tmp_path, monkeypatch):
    monkeypatch.setattr(policy, "STOP_S", 0.3)
    start, reported = supervise
    source = f"""
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path({str(tmp_path)!r}, "child").write_text(f"{{child.pid}}\\n")
time.sleep(600)
"""
    supervisor = start("stubborn", source)
    written = tmp_path / "child"
    wait_for(lambda: written.is_file() and written.read_text().endswith("\n"), "no child")
    pids = [supervisor.process_ids()["stubborn"], int(written.read_text())]
    supervisor.stop()
    wait_for(lambda: not any(alive(pid) for pid in pids), "something stayed")
    assert any("did not end" in line for line in reported)


def test_the_last_started_is_stopped_first(supervise, tmp_path):
    start, _ = supervise
    for name in ("first", "second"):
        order = tmp_path / "order"
        source = (
            "import signal, sys, time\n"
            f"def end(*_):\n    open({str(order)!r}, 'a').write('{name} ')\n    sys.exit(0)\n"
            f"signal.signal(signal.SIGTERM, end)\nopen({str(tmp_path / name)!r}, 'w').close()\ntime.sleep(600)\n"
        )
        supervisor = start(name, source)
        wait_for((tmp_path / name).exists, f"{name} did not start")
    supervisor.stop()
    assert order.read_text().split() == ["second", "first"]


def test_a_program_does_not_outlive_a_parent_that_was_killed(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "sleeper_program.py").write_text(SLEEPER)
    parent = """
import subprocess, sys, time
from demo.supervisor import module, on_leash
process = subprocess.Popen(on_leash(module("sleeper_program")), start_new_session=True)
print(process.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        child = int(process.stdout.readline())
        command = Path(f"/proc/{child}/cmdline")
        wait_for(lambda: b"leash" not in command.read_bytes(), "the program did not start")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        wait_for(lambda: not alive(child), "the program outlived its parent")


def test_a_leash_to_a_parent_that_is_gone_starts_nothing():
    command = on_leash(module("this"))
    command[4] = "1"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is gone" in done.stderr
