"""The watchdog ends a process whose main loop hangs, and leaves a turning one alone."""

import subprocess
import sys
import threading
import time

from contract.faults import EXIT_RESTART
from edge.watchdog import Watchdog

HANGS = """
import time
from edge.watchdog import Watchdog
Watchdog(patience_s=0.2).start()
time.sleep(60)
"""


def test_a_hanging_process_is_ended_with_the_code_that_restarts_it():
    done = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == EXIT_RESTART
    assert "main loop hangs" in done.stdout + done.stderr


def test_a_turning_loop_is_left_alone():
    bitten = threading.Event()
    watchdog = Watchdog(patience_s=0.3, bite=bitten.set)
    watchdog.start()
    until = time.monotonic() + 0.9
    while time.monotonic() < until:
        watchdog.pat()
        time.sleep(0.01)
    watchdog.stop()
    assert not bitten.is_set()
