"""Which faults a simulated scale can have."""

from __future__ import annotations

from enum import StrEnum


class FaultName(StrEnum):
    """Faults of the load, which last, and of the line, which strike single frames."""

    MOTION = "motion"
    OVERLOAD = "overload"
    UNDERLOAD = "underload"
    NET = "net"
    GARBAGE = "garbage"
    CUT = "cut"
    CORRUPT = "corrupt"
    SWAP = "swap"
    SILENT = "silent"
    REFUSE = "refuse"


MEANING = {
    FaultName.MOTION: "the load never comes to rest",
    FaultName.OVERLOAD: "the scale says overload",
    FaultName.UNDERLOAD: "the scale says underload",
    FaultName.NET: "a tare is active",
    FaultName.GARBAGE: "random bytes stand before a frame",
    FaultName.CUT: "a frame is cut short",
    FaultName.CORRUPT: "one bit of a frame is flipped; behind Modbus, the registers are random",
    FaultName.SWAP: "two neighbouring digits of a frame change places; the checksum, where there is one, is made to fit",
    FaultName.SILENT: "nothing is sent",
    FaultName.REFUSE: "questions are refused",
}
LINE = frozenset({FaultName.GARBAGE, FaultName.CUT, FaultName.CORRUPT, FaultName.SWAP})
