"""A whole station file: its tables together, and reading one.

`parse_station` takes the text, not the path: who reads the file names it in the error.
"""

import tomllib
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from contract.faults import StopError
from contract.names import Name
from contract.station.cameras import Camera, Video
from contract.station.devices import Device
from contract.station.gates import Gates
from contract.station.lane import Lane
from contract.station.signatory import Signatory
from contract.station.table import Table


class StationSite(Table):
    """Who and where the station is; `rules` names the rule pack it decides by."""

    id: Name
    name: Annotated[str, Field(min_length=1, max_length=200)]
    road: Annotated[str, Field(min_length=1, max_length=80)]
    stake: Annotated[str, Field(min_length=1, max_length=80)]
    direction: Annotated[str, Field(min_length=1, max_length=80)]
    position: str | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    rules: Name


class Uplink(Table):
    """Where records and media go. With `ca_file`, the broker is reached over TLS, mutual when `cert_file` and `key_file` are given."""

    broker_host: str = "127.0.0.1"
    broker_port: Annotated[int, Field(ge=1, le=65_535)] = 1883
    username: str | None = None
    password_file: str | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    central_url: str = "http://127.0.0.1:8000"
    central_key_file: str | None = None
    """Public key (PEM) that signs receipts; without it no receipt is believed and nothing ever leaves the outbox."""
    outbox_max_mb: Annotated[int, Field(ge=8, le=1_000_000)] = 2_048


class Retention(Table):
    """How many days the station keeps what central has confirmed, and reads and pictures that no vehicle claimed."""

    media_days: Annotated[float, Field(gt=0, le=365)] = 1.0


class Matching(Table):
    """How plate reads are given to vehicles.

    `certainty_min` is the probability of a pair below which vehicle and read stay apart; `lane_change_share` the share of vehicles that
    change to each neighbouring lane (ids that differ by 1) between scale and camera. At 0 each camera is matched with its own lanes only.
    """

    certainty_min: Annotated[float, Field(ge=0.5, lt=1)] = 0.99
    lane_change_share: Annotated[float, Field(ge=0, le=0.2)] = 0.0


class Station(Table):
    """A whole station file."""

    station: StationSite
    lane: Annotated[tuple[Lane, ...], Field(min_length=1, max_length=16)]
    device: tuple[Device, ...] = ()
    camera: tuple[Camera, ...] = ()
    video: Video | None = None
    uplink: Uplink = Uplink()
    retention: Retention = Retention()
    matching: Matching = Matching()
    gates: Gates = Gates()
    signatory: Annotated[tuple[Signatory, ...], Field(max_length=64)] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        lanes = [lane.id for lane in self.lane]
        if len(set(lanes)) != len(lanes):
            msg = f"two lanes share an id: {lanes}"
            raise ValueError(msg)
        for thing in (*self.device, *self.camera):
            lane = getattr(thing, "lane", None)
            for one in getattr(thing, "lanes", (lane,)):
                if one is not None and one not in lanes:
                    msg = f"{thing.name} belongs to lane {one}, but the file has lanes {lanes}"
                    raise ValueError(msg)
        names = [thing.name for thing in (*self.device, *self.camera)]
        if len(set(names)) != len(names):
            msg = f"devices and cameras need names of their own, not {names}"
            raise ValueError(msg)
        for what, values in (("name", [one.person for one in self.signatory]), ("key", [one.key for one in self.signatory])):
            twice = next((value for value in values if values.count(value) > 1), None)
            if twice is not None:
                msg = f"two signatories share the {what} {twice!r}; each person has one name and one key of their own"
                raise ValueError(msg)
        return self

    def lane_with(self, lane_id: int) -> Lane:
        """Give the lane of that id.

        Raises
        ------
        KeyError
            If the station has no such lane.
        """
        for lane in self.lane:
            if lane.id == lane_id:
                return lane
        raise KeyError(lane_id)


def parse_station(text: str, source: str) -> Station:
    """Read a station file's text.

    Parameters
    ----------
    text
        The whole TOML text.
    source
        The file's name, for the error.

    Raises
    ------
    StopError
        If it is no TOML, or holds an unknown key or an impossible value: the text names file, key, value and what is allowed, a line each.
    """
    try:
        return Station.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise StopError("station-file-syntax", source, f"is not valid TOML: {error}") from error
    except ValidationError as error:
        raise StopError("station-file-invalid", source, "; ".join(_explain(error))) from error


def _explain(error: ValidationError) -> list[str]:
    """Turn pydantic's findings into lines a technician can act on."""
    lines = []
    for finding in error.errors(include_url=False):
        key = ".".join(f"[{part}]" if isinstance(part, int) else str(part) for part in finding["loc"]) or "file"
        if finding["type"] == "extra_forbidden":
            lines.append(f"{key} = {finding['input']!r} is not a key of the station file; remove it or correct its spelling")
        elif finding["type"] == "missing":
            lines.append(f"{key} is missing; add it")
        else:
            lines.append(f"{key}{_value(finding['input'])}: {finding['msg']}")
    return lines


def _value(given: object) -> str:
    """Show a scalar; a whole table would bury the finding."""
    return "" if isinstance(given, dict | list) else f" = {given!r}"
