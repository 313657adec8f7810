"""Starts the programs of the line as separate processes, restarts what dies by `demo.policy`, and stops all of them.

It has no thread: whoever waits calls `watch` now and then.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from demo import leash, policy
from demo.errors import DemoError
from demo.logs import tail

POLL_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Program:
    """One program of the line; `restart` is False for what is no service."""

    name: str
    command: tuple[str, ...]
    restart: bool = True


@dataclass(slots=True)
class Service:
    """A program and the process that runs it now; `due` is when a dead one is to be started again."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    due: float | None = None
    restarts: list[float] = field(default_factory=list)


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """Give the command that runs a Python module of this installation."""
    return (sys.executable, "-m", name, *arguments)


def on_leash(command: tuple[str, ...]) -> list[str]:
    """Give the command that runs `command` such that it cannot outlive this process."""
    return [sys.executable, "-I", "-S", str(Path(leash.__file__)), str(os.getpid()), *command]


class Supervisor:
    """The processes of one line.

    Parameters
    ----------
    logs
        Folder; standard output and error of each program are appended to ``NAME.log`` in it.
    report
        Called with one line of text for every death and every restart.
    """

    def __init__(self, logs: Path, report: Callable[[str], None]) -> None:
        self._logs = logs
        self._report = report
        self._services: dict[str, Service] = {}

    def start(self, program: Program) -> None:
        """Start a program in a session of its own, so that Ctrl-C in the terminal reaches the demo alone."""
        service = self._services[program.name] = Service(program)
        self._spawn(service)

    def watch(self) -> None:
        """Notice what died, and start again what is due.

        Raises
        ------
        DemoError
            If something died that is not restarted; the end of its log is in the text.
        """
        now = time.monotonic()
        for service in self._services.values():
            if service.process is not None and service.process.poll() is not None:
                self._died(service, service.process.returncode, now)
            elif service.due is not None and now >= service.due:
                self._spawn(service)
                self._report(f"{service.program.name} runs again (restart {len(service.restarts)})")

    def kill(self, name: str) -> None:
        """End a program as a power cut would: SIGKILL to it, without warning."""
        process = self._services[name].process
        if process is not None:
            process.kill()
            self._report(f"kill -9 {name}")

    def restarts(self) -> dict[str, int]:
        """Give how often each program was restarted, those that never were left out."""
        return {name: len(service.restarts) for name, service in self._services.items() if service.restarts}

    def process_ids(self) -> dict[str, int]:
        """Give the process id of each running program."""
        return {name: service.process.pid for name, service in self._services.items() if service.process is not None}

    def stop(self, impatient: Callable[[], bool] = lambda: False) -> None:
        """End every program, the last started first, each within `policy.STOP_S` or at once when `impatient`."""
        for name, service in reversed(self._services.items()):
            service.due = None
            if service.process is not None:
                self._end(name, service.process, impatient)
                service.process = None

    def _spawn(self, service: Service) -> None:
        with self._log(service.program.name) as log:
            service.process = subprocess.Popen(
                on_leash(service.program.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        service.due = None

    def _log(self, name: str) -> IO[bytes]:
        return (self._logs / f"{name}.log").open("ab")

    def _died(self, service: Service, code: int, now: float) -> None:
        name, service.process = service.program.name, None
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        recent = sum(now - restart < policy.BURST_S for restart in service.restarts)
        if not service.program.restart or code in policy.FINAL_EXITS or recent >= policy.BURST:
            raise DemoError(f"{name} {how} and is not restarted; the end of its log:\n{tail(self._logs / f'{name}.log')}")
        delay_s = policy.DELAYS_S[recent]
        service.due = now + delay_s
        service.restarts.append(now)
        self._report(f"{name} {how}; restart in {delay_s:g} s")

    def _end(self, name: str, process: subprocess.Popen[bytes], impatient: Callable[[], bool]) -> None:
        if process.poll() is None:
            process.terminate()
        deadline = time.monotonic() + policy.STOP_S
        while process.poll() is None and time.monotonic() < deadline and not impatient():
            time.sleep(POLL_S)
        if process.poll() is None:
            self._report(f"{name} did not end within {policy.STOP_S:g} s of SIGTERM and was killed")
        self._sweep(process)

    @staticmethod
    def _sweep(process: subprocess.Popen[bytes]) -> None:
        """Kill what is left of the program's session, so that no grandchild stays behind."""
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
