"""MQTT topics (v5, QoS 1): ``wim/v1/<station>/records`` up, ``…/status`` retained with a last will, ``…/receipts`` down."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from contract.faults import RejectError
from contract.station import Name

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
    faults: dict[str, int] = Field(default_factory=dict)
    """Counts since start, by the fault's code."""
