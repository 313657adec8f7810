"""Where the sensors of a lane lie, as the simulators need it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_sims.errors import SimulationError

KINDS = ("strip", "plate", "loop", "axle")
MAX_CHANNELS = 32
"""Bound of the serial REPORT frame (docs/protocols/serial-digitiser.md)."""


@dataclass(frozen=True)
class Sensor:
    """One sensor of a lane.

    Attributes
    ----------
    channel
        Name of its digitiser channel, at most 12 printable ASCII characters.
    kind
        ``strip``, ``plate``, ``loop`` or ``axle``.
    position_m, width_m
        Centre and active width along travel.
    lateral_m
        Active range across the lane, from the lane's left edge.
    newton_per_count
        Nominal sensitivity; 1 for sensors that do not weigh.
    """

    channel: str
    kind: str
    position_m: float
    width_m: float
    lateral_m: tuple[float, float]
    newton_per_count: float


@dataclass(frozen=True)
class Layout:
    """One lane of a station: identity, rate in Hz, and its sensors in the order of their channels."""

    station: str
    lane: int
    lane_width_m: float
    rate_hz: float
    sensors: tuple[Sensor, ...]

    @property
    def channels(self) -> tuple[str, ...]:
        """Channel names in order."""
        return tuple(sensor.channel for sensor in self.sensors)

    @property
    def loop_columns(self) -> tuple[int, ...]:
        """Columns of the loop channels, in driving direction."""
        loops = [k for k, sensor in enumerate(self.sensors) if sensor.kind == "loop"]
        return tuple(sorted(loops, key=lambda k: self.sensors[k].position_m))

    @property
    def end_m(self) -> float:
        """Position where the last active area ends."""
        return max(sensor.position_m + sensor.width_m / 2 for sensor in self.sensors)


def _sensor(table: dict[str, Any]) -> Sensor:
    kind = table["kind"]
    if kind not in KINDS:
        raise ValueError(f"sensor kind {kind!r}; allowed are {', '.join(KINDS)}")
    channel = str(table["channel"])
    if not (1 <= len(channel) <= 12 and channel.isascii() and channel.isprintable() and " " not in channel):
        raise ValueError(f"channel {channel!r}; allowed are 1 to 12 printable ASCII characters without blanks")
    left_m, right_m = table["lateral_m"]
    return Sensor(
        channel=channel,
        kind=kind,
        position_m=float(table["position_m"]),
        width_m=float(table["width_m"]),
        lateral_m=(float(left_m), float(right_m)),
        newton_per_count=float(table.get("newton_per_count", 1.0)),
    )


def read_layout(path: Path, lane: int | None = None) -> Layout:
    """Read the geometry of one lane from a station file; every other table of the file is passed over.

    Parameters
    ----------
    path
        The station file (TOML).
    lane
        The lane's id; the file's first lane if not given.

    Raises
    ------
    SimulationError
        If the file is missing, no TOML, has no such lane, or a sensor of it is impossible.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        lanes = document["lane"]
        chosen = next((entry for entry in lanes if lane is None or entry["id"] == lane), None)
        if chosen is None:
            raise SimulationError(f"{path}: no lane {lane}; it has {[entry['id'] for entry in lanes]}")
        layout = Layout(
            station=str(document["station"]["id"]),
            lane=int(chosen["id"]),
            lane_width_m=float(chosen.get("width_m", 3.5)),
            rate_hz=float(chosen["rate_hz"]),
            sensors=tuple(_sensor(table) for table in chosen["sensor"]),
        )
    except OSError as error:
        raise SimulationError(f"{path}: cannot be read ({error.strerror}); give a station file") from error
    except tomllib.TOMLDecodeError as error:
        raise SimulationError(f"{path}: not TOML: {error}") from error
    except KeyError as error:
        raise SimulationError(f"{path}: key {error} is missing; see docs/design.md, station file") from error
    except (TypeError, ValueError) as error:
        raise SimulationError(f"{path}: {error}") from error
    if not 1 <= len(layout.sensors) <= MAX_CHANNELS:
        raise SimulationError(f"{path}: {len(layout.sensors)} sensors in lane {layout.lane}; 1 to {MAX_CHANNELS} allowed")
    return layout
