"""How fresh a station's word is: what the list and the stations' page say of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from central.evidence.stations import StationView
from contract.topics import StationState
from contract.units import US_PER_S

STALE_US: Final = 60 * US_PER_S
"""A station speaks every few seconds; after a minute of silence the line is taken to be down."""


class Pulse(StrEnum):
    """Whether a station is heard."""

    ALIVE = "alive"
    STALE = "stale"
    OFFLINE = "offline"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A station with its pulse."""

    station: StationView
    pulse: Pulse


def heartbeats(stations: tuple[StationView, ...], now_us: int) -> tuple[Heartbeat, ...]:
    """Give every station's pulse."""
    return tuple(Heartbeat(station, _pulse(station, now_us)) for station in stations)


def _pulse(station: StationView, now_us: int) -> Pulse:
    if station.status is None or station.status_received_us is None:
        return Pulse.NEVER
    if station.status.state is StationState.OFFLINE:
        return Pulse.OFFLINE
    return Pulse.STALE if now_us - station.status_received_us > STALE_US else Pulse.ALIVE
