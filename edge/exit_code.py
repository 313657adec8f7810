"""What the service manager is told when the station cannot go on."""

from typing import Final

from contract.faults import EXIT_REJECTED, EXIT_RESTART, StopError

CURED_BY_RESTART: Final = frozenset(
    {"disk-full", "disk-failing", "outbox-in-use", "outbox-unopenable", "outbox-full", "thread-ended", "outbox-read-only"}
)
"""Codes of errors that a fresh start may cure; any other asks for a person."""


def exit_code_of(error: StopError) -> int:
    """Give the exit code that tells the service manager whether to start again."""
    return EXIT_RESTART if error.code in CURED_BY_RESTART else EXIT_REJECTED
