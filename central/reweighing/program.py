"""Runs `wim-edge reweigh` as a process of its own: central imports nothing of the edge, and what it is given is bounded."""

import json
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from contract.faults import EXIT_OK, EXIT_REJECTED, RejectError, RetryError

COMMAND: Final = (sys.executable, "-m", "edge", "reweigh")
"""The edge of this installation; it says itself by which software it weighs."""
WITHIN_S: Final = 120.0
"""A capture of a minute over ten channels at 20 kHz takes some seconds."""
MEMORY_MAX_BYTES: Final = 4 * 1024**3
ANSWER_MAX_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Documents:
    """Where the capture, the station file and the calibration lie (None: the record names none)."""

    capture: Path
    station: Path
    calibration: Path | None


def weigh_again(payload: bytes, documents: Documents) -> dict[str, Any]:
    """Weigh a record's vehicle again and give what the program says.

    Raises
    ------
    RejectError
        ``reweighing-refused`` with the program's own sentence if a document is not the one that the record names, or cannot be weighed.
    RetryError
        ``reweighing-failed`` if the program cannot be run, does not end in time, or ends otherwise than it should.
    """
    with tempfile.TemporaryDirectory(prefix="wim-reweigh-") as folder:
        record, answer, complaint = (Path(folder) / name for name in ("record.json", "answer.json", "complaint.txt"))
        record.write_bytes(payload)
        options = ["--capture", str(documents.capture), "--station", str(documents.station), "--json"]
        if documents.calibration is not None:
            options += ["--calibration", str(documents.calibration)]
        with answer.open("wb") as said, complaint.open("wb") as complained:
            code = _run([*COMMAND, str(record), *options], said.fileno(), complained.fileno())
        told = complaint.read_bytes()[-2_000:].decode(errors="replace").strip().removeprefix("wim-edge: ")
        if code == EXIT_REJECTED and not answer.stat().st_size:
            raise RejectError("reweighing-refused", "capture and parameters", told or "were refused without a word")
        if code not in {EXIT_OK, EXIT_REJECTED} or answer.stat().st_size > ANSWER_MAX_BYTES:
            raise RetryError(
                "reweighing-failed", COMMAND[0], f"ended with {code}: {told[-500:]}; look whether wim-edge runs on this machine"
            )
        try:
            result: dict[str, Any] = json.loads(answer.read_bytes())
        except ValueError as error:
            raise RetryError("reweighing-failed", COMMAND[0], f"gave no JSON: {error}") from error
        return result


def _run(command: list[str], said: int, complained: int) -> int:
    """Run it, bounded in time and memory; give its exit code."""
    try:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=complained) as process:  # noqa: S603 - our own program
            try:
                resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
                return process.wait(WITHIN_S)
            except ProcessLookupError:  # over already
                return process.wait(WITHIN_S)
            except subprocess.TimeoutExpired as error:
                process.kill()
                raise RetryError("reweighing-failed", command[0], f"did not end within {WITHIN_S:.0f} s") from error
    except OSError as error:
        raise RetryError("reweighing-failed", command[0], f"cannot be run: {error.strerror}") from error
