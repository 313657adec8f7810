"""MQTT topics (v5, QoS 1): ``wim/v1/<station>/records`` up, ``…/status`` retained with a last will, ``…/receipts`` down."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from contract.faults import RejectError
from contract.names import Name

ROOT: Final = "wim/v1"
ALL_RECORDS: Final = f"{ROOT}/+/records"
ALL_STATUS: Final = f"{ROOT}/+/status"


def records_topic(station: str) -> str:
    """Topic on which a station publishes signed records (DSSE envelopes)."""
    return f"{ROOT}/{station}/records"


def status_topic(station: str) -> str:
    """Topic of a station's retained status."""
    return f"{ROOT}/{station}/status"


def receipts_topic(station: str) -> str:
    """Topic on which central publishes signed receipts to a station."""
    return f"{ROOT}/{station}/receipts"


def station_of(topic: str) -> str:
    """Give the station that a topic belongs to.

    Raises
    ------
    RejectError
        If it is no topic of this project.
    """
    parts = topic.split("/")
    if len(parts) != 4 or "/".join(parts[:2]) != ROOT or parts[3] not in {"records", "status", "receipts"}:
        raise RejectError("unknown-topic", topic, f"is no topic of {ROOT}/<station>/records, status or receipts")
    return parts[2]


class StationState(StrEnum):
    """Whether the station's edge service is connected; OFFLINE is also its last will."""

    ONLINE = "online"
    OFFLINE = "offline"


class DriftKind(StrEnum):
    """What drifts: one sensor, all sensors of a row or of a side, all of a lane; the zero of a channel, or one that stands still."""

    SENSOR = "sensor"
    ROW = "row"
    SIDE = "side"
    ALL = "all"
    ZERO = "zero"
    ZERO_STILL = "zero-still"


class DriftNotice(BaseModel):
    """What a station's own traffic says of its scale; it proposes a calibration and changes nothing.

    Parameters
    ----------
    lane, kind, name
        What drifts: a sensor's name, a row's number in order of travel, ``left`` or ``right``, ``all``.
    since
        Day on which it began, UTC.
    change_ppm, change_u_ppm
        What it reads too much since then, relative, and the standard uncertainty; None for a zero.
    per_week_ppm
        Rate, None where it changed at once and for a zero.
    zero_kg
        How far the zero moved, in load by nominal constants; None for a gain and for a zero that stands still.
    sure_permille
        Probability that this is what changed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lane: Annotated[int, Field(ge=1, le=99)]
    kind: DriftKind
    name: Name
    since: date
    change_ppm: int | None = None
    change_u_ppm: Annotated[int, Field(ge=0)] | None = None
    per_week_ppm: int | None = None
    zero_kg: int | None = None
    sure_permille: Annotated[int, Field(ge=0, le=1000)]


class StationStatus(BaseModel):
    """A station's health, published every few seconds and retained; unsigned, for display only, never evidence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    station: Name
    state: StationState
    time_us: Annotated[int, Field(ge=0, lt=2**53)]
    software: str = ""
    last_seq: Annotated[int, Field(ge=0)] = 0
    waiting_records: Annotated[int, Field(ge=0)] = 0
    waiting_blobs: Annotated[int, Field(ge=0)] = 0
    refused_records: Annotated[int, Field(ge=0)] = 0
    clock: str = "unsynchronised"
    pavement_c_milli: int | None = None
    disk_free_mb: Annotated[int, Field(ge=0)] | None = None
    disk_total_mb: Annotated[int, Field(ge=0)] | None = None
    """Of the disk that holds the queue; None from stations that do not tell."""
    faults: dict[str, int] = Field(default_factory=dict)
    """Counts since start, by the fault's code."""
    drift: Annotated[tuple[DriftNotice, ...], Field(max_length=200)] = ()
    """Alarms that hold at the moment, the surest first."""
