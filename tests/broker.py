"""Brokers for the tests, each a process of its own on a free port of 127.0.0.1: the embedded one, and Mosquitto where installed."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_S = 15
BROKERS = ("embedded", "mosquitto")


@dataclass
class RunningBroker:
    """A broker and how to end it; `kill` is ``kill -9``, after which `start` brings it up on the same port."""

    port: int
    command: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline_s = time.monotonic() + READY_S
        while not is_open(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline_s:
                self.stop()
                raise RuntimeError(f"the broker {self.command[0]} did not listen on port {self.port}")
            time.sleep(0.05)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def running_broker(kind: str, folder: Path) -> Iterator[RunningBroker]:
    """Run a broker of that kind (`BROKERS`) until the block ends."""
    port = free_port()
    if kind == "mosquitto":
        configuration = folder / "mosquitto.conf"
        configuration.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages 0\n")
        command: tuple[str, ...] = ("/usr/sbin/mosquitto", "-c", str(configuration))
    else:
        command = (sys.executable, "-m", "demo.broker", "--port", str(port))
    broker = RunningBroker(port, command)
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


def free_port() -> int:
    """Give a port of 127.0.0.1 that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def is_open(port: int) -> bool:
    """Whether something listens on that port of 127.0.0.1."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return True
    except OSError:
        return False
