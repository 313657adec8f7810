"""Which faults exist: all of docs/protocols/simulator-control.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Value = float | str
DURATION_S = 5.0
"""How long a fault lasts if nothing is said."""
FOREVER_S = 0.0
"""`for_s` of a fault that lasts until cleared."""


@dataclass(frozen=True)
class FaultKind:
    """One kind of fault: its name, where it acts, and its own arguments with their defaults (None = required)."""

    name: str
    where: str
    arguments: dict[str, Value | None] = field(default_factory=dict)
    p: float = 1.0
    times: int = 0


KINDS = {
    kind.name: kind
    for kind in (
        FaultKind("drop", "line"),
        FaultKind("corrupt", "line", {"bits": 1.0}),
        FaultKind("duplicate", "line"),
        FaultKind("truncate", "line"),
        FaultKind("half_frame", "line", {"pause_s": 0.5}, times=1),
        FaultKind("garbled", "line", {"bytes": 64.0}),
        FaultKind("hang_up", "line", {"pause_s": 1.0}, times=1),
        FaultKind("stall", "line"),
        FaultKind("dead", "converter", {"channel": None}),
        FaultKind("stuck", "converter", {"channel": None}),
        FaultKind("saturated", "converter", {"channel": None}),
        FaultKind("spikes", "converter", {"channel": None, "counts": 200_000.0}, p=0.001),
        FaultKind("drift", "converter", {"channel": None, "counts_per_s": 1000.0}),
        FaultKind("adc_fault", "converter"),
        FaultKind("reset", "converter", times=1),
        FaultKind("modbus_exception", "modbus", {"code": 4.0, "target": "digitiser"}),
        FaultKind("modbus_silence", "modbus", {"target": "digitiser"}),
        FaultKind("temperature_fault", "site"),
        FaultKind("door", "site"),
        FaultKind("mains", "site"),
        FaultKind("tamper", "site"),
        FaultKind("dead_camera", "camera", {"camera": ""}),
        FaultKind("clock_jump", "camera", {"camera": "", "ms": 5000.0}, times=1),
        FaultKind("malformed_push", "camera", {"camera": ""}),
        FaultKind("oversize_push", "camera", {"camera": "", "mb": 20.0}),
        FaultKind("garbled_push", "camera", {"camera": ""}),
        FaultKind("half_push", "camera", {"camera": ""}),
        FaultKind("duplicate_push", "camera", {"camera": ""}),
        FaultKind("misread", "camera", {"camera": ""}),
        FaultKind("missed_vehicle", "camera", {"camera": ""}),
        FaultKind("late_push", "camera", {"camera": "", "s": 10.0}),
        FaultKind("double_event", "camera", {"camera": "", "ms": 120.0}),
        FaultKind("clock_drift", "camera", {"camera": "", "ppm": 500.0}),
        FaultKind("night", "camera", {"camera": ""}),
        FaultKind("rain", "camera", {"camera": "", "share": 0.5}),
        FaultKind("dirty_plate", "camera", {"camera": "", "share": 0.3}),
        FaultKind("slow_shutter", "camera", {"camera": "", "ms": 8.0}),
        FaultKind("tailgated", "camera", {"camera": "", "gap_m": 2.0}),
        FaultKind("lane_change", "camera", {"camera": "", "lanes": 1.0}),
        FaultKind("stream_stall", "stream", {"camera": ""}),
        FaultKind("stream_garbage", "stream", {"camera": ""}),
        FaultKind("stream_cut", "stream", {"camera": ""}, times=1),
    )
}

BOUNDS = {
    "p": (0.0, 1.0),
    "for_s": (0.0, 1e6),
    "times": (0.0, 1e9),
    "bits": (1.0, 1000.0),
    "bytes": (1.0, 4096.0),
    "pause_s": (0.0, 60.0),
    "counts": (1.0, 8_388_607.0),
    "counts_per_s": (-1e6, 1e6),
    "code": (1.0, 11.0),
    "ms": (-1e9, 1e9),
    "mb": (0.1, 64.0),
    "s": (0.0, 86_400.0),
    "ppm": (-1e5, 1e5),
    "share": (0.0, 1.0),
    "gap_m": (0.5, 30.0),
    "lanes": (-2.0, 2.0),
}
"""Least and greatest value of each number given to a fault."""


def list_kinds() -> list[dict[str, Any]]:
    """Give every kind of fault with its arguments and defaults (null = required)."""
    return [
        {"name": kind.name, "where": kind.where, "p": kind.p, "for_s": DURATION_S, "times": kind.times, **kind.arguments}
        for kind in KINDS.values()
    ]
