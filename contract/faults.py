"""The one fault tree, split by what the catcher does about it: retry, reject or stop.

A `Fault` is what a program counts, logs and shows; a `WimError` is what it raises. Every error says what was given, what is allowed and
what to do, so that its text may be shown to the person who can mend it.
"""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field


class Reaction(StrEnum):
    """What the program does about a fault."""

    RETRY = "retry"
    REJECT = "reject"
    STOP = "stop"


class WimError(Exception):
    """Root of every error this project raises on purpose.

    Parameters
    ----------
    code
        Short kebab-case name of the fault, counted and shown: ``bad-crc``.
    where
        The thing that is at fault: a device, a file and its key, a topic.
    what
        One sentence: what was given, what is allowed, what to do.
    """

    reaction: Reaction = Reaction.STOP

    def __init__(self, code: str, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.code = code
        self.where = where
        self.what = what

    def fault(self) -> "Fault":
        """Give the fault to count, log and show."""
        return Fault(code=self.code, where=self.where, what=self.what, reaction=self.reaction)


class RetryError(WimError):
    """The same attempt may succeed later: a line that hung up, a broker that is away."""

    reaction = Reaction.RETRY


class RejectError(WimError):
    """One input is refused, kept or counted; the next may be good: a bad frame, a forged record."""

    reaction = Reaction.REJECT


class StopError(WimError):
    """Going on would do harm: a wrong station file, a disk that fails its fsync, a broken chain."""

    reaction = Reaction.STOP


class Fault(BaseModel):
    """One observed fault, as counted in metrics, written to the log and shown in the station's status."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    where: str = Field(min_length=1, max_length=400)
    what: str = Field(min_length=1, max_length=2000)
    reaction: Reaction


EXIT_OK: Final = 0
EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_REJECTED: Final = 3
"""The input was refused (bad capture, failed verification); starting again with the same input will fail again."""
EXIT_RESTART: Final = 75
"""A fault that a fresh start may cure (EX_TEMPFAIL of sysexits.h): the service manager restarts the process."""
