"""What the demo's supervisor does about a program that ended: the one page of its restart policy.

The same rules stand in the systemd units of deploy/; the demo keeps them itself because it must run without systemd.

| how it ended | restarted |
|---|---|
| by a signal nobody of the demo sent (a crash, the kernel, ``kill -9``) | yes |
| ``EXIT_RESTART`` (75) | yes: the program asks for it |
| 0 or any other code, unasked | yes: a service has no reason to end |
| ``EXIT_USAGE`` (2), ``EXIT_REJECTED`` (3) | no: the same input would be refused again; the demo ends and shows the log |
| the simulators, however | no: they are the road, not a service; the demo ends and shows the log |
| more than `BURST` restarts within `BURST_S` | no: the demo ends and shows the log |
"""

from typing import Final

from contract.faults import EXIT_REJECTED, EXIT_USAGE

FINAL_EXITS: Final = frozenset({EXIT_USAGE, EXIT_REJECTED})

DELAYS_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Pause before the first, second, … restart within `BURST_S`, so that a broken program does not eat the processor."""

BURST: Final = len(DELAYS_S)
BURST_S: Final = 60.0

STOP_S: Final = 10.0
"""How long a program may take to end after SIGTERM; then SIGKILL, and the demo says so."""
