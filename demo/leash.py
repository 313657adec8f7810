"""Start a program that cannot outlive its parent: ``python -m demo.leash PARENT_PID PROGRAM ARGUMENT…``.

The kernel sends the program SIGTERM when the parent is gone, even if that was by SIGKILL and could not clean up
(prctl(2), PR_SET_PDEATHSIG). The setting survives execve, so the program itself knows nothing of it and keeps this process's id.
Only Linux has the call; elsewhere the program simply runs without a leash.
"""

import ctypes
import os
import signal
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1
"""Option number of prctl(2), from linux/prctl.h."""


def main() -> None:
    """Tie this process to the parent named first, then become the program named after it."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(f"{program[0]}: the process that asked for it is gone")
    os.execv(program[0], program)  # noqa: S606 - becoming the program, without a shell, is the purpose


if __name__ == "__main__":
    main()
