"""`wim-central run` as a process that is killed, and central's commands beside it."""

import signal
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

READY_S = 90.0
END_S = 30.0
COMMAND_S = 300
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that speak to 127.0.0.1 in plain: reading the certificates of all authorities would cost each of them 50 ms."""


@dataclass(frozen=True)
class Run:
    """How the service is run: its settings file, where it answers, and the file to which all that it says is added."""

    config: Path
    port: int
    log: Path

    @property
    def base_url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"


class Service:
    """One life of the service, from its start to its end."""

    def __init__(self, run: Run) -> None:
        self._run = run
        command = [sys.executable, "-m", "central", "run", "--config", str(run.config), "--listen", f"127.0.0.1:{run.port}"]
        with run.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self.started_s = time.monotonic()

    def wait_until_ready(self) -> float:
        """Wait until it answers, and give how long that took in s."""
        with httpx.Client(base_url=self._run.base_url, verify=NO_TLS) as client:
            while not self._answers(client):
                assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.said()}"
                assert time.monotonic() < self.started_s + READY_S, f"it does not answer: {self.said()}"
                time.sleep(0.05)
        return time.monotonic() - self.started_s

    def _answers(self, client: httpx.Client) -> bool:
        try:
            return client.get("/health").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def said(self) -> str:
        """Give the last lines of what it has said."""
        return "\n".join(self._run.log.read_text(errors="replace").splitlines()[-15:])

    def kill(self) -> None:
        """End it as a power cut would, but for what the disk holds: nothing of it runs on."""
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """Ask it to end, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self, within_s: float = END_S) -> int:
        """Give its exit code once it has ended."""
        return self.process.wait(within_s)


def command(*arguments: str, stdin: str | None = None) -> tuple[int, str]:
    """Run a command of central's; give its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "central", *arguments], input=stdin, capture_output=True, text=True, timeout=COMMAND_S, check=False
    )
    return done.returncode, done.stdout + done.stderr
