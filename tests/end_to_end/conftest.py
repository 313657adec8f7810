"""Runs `wim-demo` as a person would, in an empty folder, and sees that nothing of it is left behind."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.ports import free_ports
from tests.end_to_end.postgres import postgres_server

MARK = "WIM_DEMO_TEST"
"""Environment variable by which every process of one demo is found, however far it is from the one that was started."""

END_S = 150
"""A run of eight vehicles takes some 20 s on two processors; a machine under load may take longer."""


def processes_marked(mark: str) -> list[str]:
    """Give the command lines of all living processes that carry the mark."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@dataclass
class Terminal:
    """What a person at the terminal sees and types."""

    outer: int
    shown: str = ""

    def read(self) -> str:
        """Give everything that was shown so far."""
        try:
            while data := os.read(self.outer, 65_536):
                self.shown += data.decode(errors="replace")
        except (BlockingIOError, OSError):  # nothing new, or the other end is closed
            pass
        return self.shown

    def press_ctrl_c(self) -> None:
        """Press it."""
        os.write(self.outer, b"\x03")


@dataclass
class Demo:
    """One demo under test: where it runs, how to start it, and what it left."""

    folder: Path
    mark: str

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start it."""
        environment = os.environ | {MARK: self.mark, "COLUMNS": "200"}
        # Two demos at once would both find 8080 free and one of them lose it.
        command = [sys.executable, "-m", "demo", "--port", str(free_ports(1)[0]), *arguments]
        return subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    @contextmanager
    def in_terminal(self, *arguments: str):
        """Start it in a terminal of its own; give the process and the terminal's other end."""
        outer, inner = pty.openpty()
        os.set_blocking(outer, False)
        environment = os.environ | {MARK: self.mark, "TERM": "xterm", "COLUMNS": "140", "LINES": "40"}
        begin = "import os, runpy; os.login_tty(0); runpy.run_module('demo', run_name='__main__', alter_sys=True)"
        process = subprocess.Popen([sys.executable, "-c", begin, *arguments], cwd=self.folder, env=environment, stdin=inner)
        os.close(inner)
        try:
            with ending(process):
                yield process, Terminal(outer)
        finally:
            os.close(outer)

    def run(self, *arguments: str) -> dict[str, Any]:
        """Run it to its end, which has to be a good one; give its summary."""
        with ending(self.start("--headless", "--json", *arguments)) as process:
            output, messages = process.communicate(timeout=END_S)
        told = f"exit code {process.returncode}\n{output}\n{messages}\n{self.logs()}"
        assert process.returncode == 0, told
        assert self.left() == [], told
        return json.loads(output)

    def left(self) -> list[str]:
        """Give what is left: processes and files, except what was asked to be kept."""
        return [*processes_marked(self.mark), *(str(path) for path in self.folder.iterdir() if path.name != "kept")]

    def logs(self) -> str:
        """Give the ends of the programs' logs, if they are still there."""
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-1_500:]}" for path in sorted(self.folder.glob("*/logs/*.log"))
        )


@contextmanager
def ending(process: subprocess.Popen[str]):
    """Give the process, and end it if the test does not."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.communicate(timeout=40)
            except subprocess.TimeoutExpired:
                process.kill()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        process.wait()


@pytest.fixture
def demo(tmp_path) -> Demo:
    """Give a demo in a folder of its own."""
    return Demo(tmp_path, uuid.uuid4().hex)


@pytest.fixture
def wait_for() -> Callable[[Callable[[], Any], str, float], Any]:
    """Give a function that waits until a condition holds, and gives what it gave."""

    def wait(condition: Callable[[], Any], what: str, within_s: float = 120.0) -> Any:
        deadline = time.monotonic() + within_s
        while not (found := condition()):
            assert time.monotonic() < deadline, f"waited {within_s} s for {what}"
            time.sleep(0.05)
        return found

    return wait


@pytest.fixture
def postgres_url():
    """Give the URL of an empty PostgreSQL database."""
    with postgres_server() as url:
        yield url
