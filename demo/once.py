"""Commands of the project that end by themselves: making keys, fitting, enrolling, verifying."""

import shlex
import subprocess
import tempfile
from collections.abc import Callable
from typing import Final

from demo.errors import DemoError
from demo.supervisor import on_leash

POLL_S: Final = 0.05
SHOWN_CHARACTERS: Final = 2_000


def run_once(command: tuple[str, ...], pause: Callable[[float], None], allowed: tuple[int, ...] = (0,)) -> str:
    """Run a command to its end and give what it wrote to standard output.

    Parameters
    ----------
    command
        Program, with its whole path, and its arguments.
    pause
        Waits that many seconds; may raise to interrupt, and then the command is ended too.
    allowed
        Exit codes that are no failure.

    Raises
    ------
    DemoError
        If it ends with another exit code; its messages are in the text.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(on_leash(command), stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True)
        try:
            while process.poll() is None:
                pause(POLL_S)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        out.seek(0)
        err.seek(0)
        output, messages = out.read().decode(), err.read().decode(errors="replace")
    if process.returncode not in allowed:
        told = (messages or output).strip()[-SHOWN_CHARACTERS:]
        raise DemoError(f"{shlex.join(command)} ended with exit code {process.returncode}:\n{told}")
    return output
