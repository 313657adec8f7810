"""The station file: where every sensor lies, which devices bring the signal, and what the station must do with it.

`parse_station` takes the text, not the path: who reads the file names it in the error.
"""

import tomllib
import unicodedata
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from contract.faults import StopError

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
"""Names that may stand in a topic, a file name and an address without escaping."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SensorKind(StrEnum):
    """What a sensor measures, by its length along travel."""

    STRIP = "strip"
    PLATE = "plate"
    LOOP = "loop"
    AXLE = "axle"


class Sensor(_Table):
    """One sensor in the road.

    `position_m` is the centre of the active width along travel, from the lane's origin; `width_m` the active width along travel;
    `lateral_m` its left and right end from the lane's left edge as driven; `newton_per_count` the nominal constant of load sensors.
    """

    name: Name
    kind: SensorKind
    channel: Annotated[str, Field(min_length=1, max_length=12)]
    position_m: Annotated[float, Field(ge=-200, le=200)]
    width_m: Annotated[float, Field(gt=0, le=30)]
    lateral_m: tuple[float, float]
    newton_per_count: Annotated[float, Field(gt=0, le=10_000)] | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        left, right = self.lateral_m
        if not left < right:
            msg = f"lateral_m is [left, right] from the lane's left edge with left < right, not [{left}, {right}]"
            raise ValueError(msg)
        if self.weighs and self.newton_per_count is None:
            msg = f"a {self.kind} needs newton_per_count, its nominal constant"
            raise ValueError(msg)
        return self

    @property
    def weighs(self) -> bool:
        """Whether this sensor gives a load."""
        return self.kind in {SensorKind.STRIP, SensorKind.PLATE}


ROW_DEPTH_M: Final = 0.5
"""Sensors whose middles lie within this distance along travel form one row: staggered half-lane strips lie closer, rows farther apart."""


class Lane(_Table):
    """One lane with its sensors; `rate_hz` is the nominal sampling rate of its digitiser."""

    id: Annotated[int, Field(ge=1, le=99)]
    width_m: Annotated[float, Field(gt=1, le=15)]
    rate_hz: Annotated[float, Field(ge=100, le=100_000)]
    sensor: Annotated[tuple[Sensor, ...], Field(min_length=1, max_length=128)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        for what in ("name", "channel"):
            values = [getattr(sensor, what) for sensor in self.sensor]
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                msg = f"two sensors of lane {self.id} share the {what} {twice[0]!r}; each needs its own"
                raise ValueError(msg)
        if not any(sensor.weighs for sensor in self.sensor):
            msg = f"lane {self.id} has no strip and no plate, so it cannot weigh"
            raise ValueError(msg)
        return self

    @property
    def channels(self) -> tuple[str, ...]:
        """Channel names in the order in which blocks carry them."""
        return tuple(sensor.channel for sensor in self.sensor)

    @cached_property
    def weighing_sensors(self) -> tuple[Sensor, ...]:
        """The sensors that give a load, in file order."""
        return tuple(sensor for sensor in self.sensor if sensor.weighs)

    @cached_property
    def weighing_rows(self) -> tuple[tuple[Sensor, ...], ...]:
        """The weighing sensors that an axle meets together, in order of travel; rows lie farther apart than `ROW_DEPTH_M`."""
        rows: list[list[Sensor]] = []
        for sensor in sorted(self.weighing_sensors, key=lambda sensor: sensor.position_m):
            if rows and sensor.position_m - rows[-1][0].position_m <= ROW_DEPTH_M:
                rows[-1].append(sensor)
            else:
                rows.append([sensor])
        return tuple(tuple(row) for row in rows)

    def sensor_named(self, name: str) -> Sensor:
        """Give the sensor of that name.

        Raises
        ------
        KeyError
            If the lane has no such sensor.
        """
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Sensor]:
        return {sensor.name: sensor for sensor in self.sensor}


class SerialDigitiser(_Table):
    """A high-speed digitiser on a serial line, speaking docs/protocols/serial-digitiser.md."""

    driver: Literal["serial-digitiser"]
    name: Name
    lane: int
    port: str
    baud: Annotated[int, Field(ge=9_600, le=12_000_000)] = 3_000_000
    playback: Annotated[float, Field(gt=0, le=100)] = 1.0
    """How much faster than real time a simulated line runs; other than 1 bars every record from enforcement."""


class ModbusDigitiser(_Table):
    """The same digitiser behind Modbus TCP (`host`, `tcp_port`) or Modbus RTU (`port`), docs/protocols/modbus-digitiser.md."""

    driver: Literal["modbus-tcp-digitiser", "modbus-rtu-digitiser"]
    name: Name
    lane: int
    host: str = "127.0.0.1"
    tcp_port: Annotated[int, Field(ge=1, le=65_535)] = 502
    port: str | None = None
    baud: Annotated[int, Field(ge=9_600, le=12_000_000)] = 115_200
    parity: Literal["even", "odd", "none"] = "even"
    """Of the serial line; even is the rule of Modbus RTU, a pseudo-terminal has none."""
    unit: Annotated[int, Field(ge=1, le=247)] = 1
    playback: Annotated[float, Field(gt=0, le=100)] = 1.0

    @model_validator(mode="after")
    def _line(self) -> Self:
        if self.driver == "modbus-rtu-digitiser" and not self.port:
            msg = "a modbus-rtu-digitiser needs port, the serial device it is on"
            raise ValueError(msg)
        return self


class ModbusSite(_Table):
    """Loop transitions, pavement temperature and cabinet state over Modbus TCP, docs/protocols/modbus-site.md."""

    driver: Literal["modbus-site"]
    name: Name
    host: str = "127.0.0.1"
    tcp_port: Annotated[int, Field(ge=1, le=65_535)] = 502
    unit: Annotated[int, Field(ge=1, le=247)] = 1


Device = Annotated[SerialDigitiser | ModbusDigitiser | ModbusSite, Field(discriminator="driver")]


class Camera(_Table):
    """A camera that reads plates; `position_m` is where it sees a vehicle's front (or rear), along travel from the lane's origin.

    `lane` is the lane it is aimed at, `also_lanes` are further ones that it sees whole. `lane_numbers` gives, for the camera's own number
    of a lane (``"1"``), the lane's id here; numbers that are not named say nothing.
    """

    name: Name
    lane: int
    also_lanes: Annotated[tuple[int, ...], Field(max_length=16)] = ()
    lane_numbers: Annotated[dict[str, int], Field(max_length=32)] = {}
    position_m: Annotated[float, Field(ge=-200, le=200)]
    facing: Literal["front", "rear"] = "front"
    clock_offset_ms: Annotated[int, Field(ge=-3_600_000, le=3_600_000)] = 0
    tolerance_ms: Annotated[int, Field(ge=50, le=60_000)] = 1_200

    @model_validator(mode="after")
    def _lanes(self) -> Self:
        if len(set(self.lanes)) != len(self.lanes):
            msg = f"also_lanes {list(self.also_lanes)} names a lane twice; lane {self.lane} is seen anyway"
            raise ValueError(msg)
        unseen = sorted(set(self.lane_numbers.values()) - set(self.lanes))
        if unseen:
            msg = f"lane_numbers leads to lane {unseen[0]}, which the camera does not see; allowed are {list(self.lanes)}"
            raise ValueError(msg)
        return self

    @cached_property
    def lanes(self) -> tuple[int, ...]:
        """All lanes that the camera sees."""
        return self.lane, *self.also_lanes


class Uplink(_Table):
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


class Video(_Table):
    """Where the plate reader hands out video (`wim-plates --video`), and how long before and after a passage a clip lasts.

    Each lane's vehicle gets one overview picture, `overview_s` after its first axle stood at the lane's origin; an overloaded one a clip.
    """

    reader_url: Annotated[str, Field(pattern=r"^http://(127\.0\.0\.1|localhost|\[::1\]):[0-9]{1,5}$")]
    before_s: Annotated[float, Field(ge=0, le=30)] = 6.0
    after_s: Annotated[float, Field(ge=0, le=30)] = 6.0
    overview_s: Annotated[float, Field(ge=-10, le=10)] = 0.0

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        if self.before_s + self.after_s < 10:
            msg = f"before_s {self.before_s:g} and after_s {self.after_s:g} make a clip of less than the 10 s it must last"
            raise ValueError(msg)
        return self


class Retention(_Table):
    """How many days the station keeps what central has confirmed, and reads and pictures that no vehicle claimed."""

    media_days: Annotated[float, Field(gt=0, le=365)] = 1.0


class Matching(_Table):
    """How plate reads are given to vehicles.

    `certainty_min` is the probability of a pair below which vehicle and read stay apart; `lane_change_share` the share of vehicles that
    change to each neighbouring lane (ids that differ by 1) between scale and camera. At 0 each camera is matched with its own lanes only.
    """

    certainty_min: Annotated[float, Field(ge=0.5, lt=1)] = 0.99
    lane_change_share: Annotated[float, Field(ge=0, le=0.2)] = 0.0


PublicKeyText = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$")]
"""An Ed25519 public key as one word: base64 of its 32 bytes."""


class Signatory(_Table):
    """A person who may propose or approve calibrations, and the key by which they do.

    Nobody is ever taken out of the file, because what they signed is verified for ever: who leaves gets `until`, the last day (UTC) on
    which their signature counts.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    key: PublicKeyText
    may: Annotated[tuple[Literal["propose", "approve"], ...], Field(min_length=1)]
    until: date | None = None

    @property
    def person(self) -> str:
        """The name without what only looks different, to tell whether two are one person."""
        return " ".join(unicodedata.normalize("NFKC", self.name).casefold().split())


class Gates(_Table):
    """What bars a result from enforcement, whatever it weighs."""

    speed_min_kmh: Annotated[float, Field(ge=0, le=200)] = 5.0
    speed_max_kmh: Annotated[float, Field(ge=0, le=200)] = 100.0
    acceleration_max_m_s2: Annotated[float, Field(gt=0, le=10)] = 1.0
    plate_wait_s: Annotated[float, Field(ge=0, le=60)] = 3.0
    plate_certainty_min: Annotated[float, Field(ge=0, le=1)] = 0.8
    decision_rule: Literal["none", "expanded-uncertainty", "maximum-permissible-error"] = "expanded-uncertainty"
    mpe_share: Annotated[float, Field(gt=0, lt=1)] | None = None
    """In-service maximum permissible error as a share of the load: 0.05 is 5 %. Needed by its decision rule, refused with any other."""
    calibration_keys: tuple[PublicKeyText, ...] = ()
    """Public keys (base64 of 32 bytes) whose signature a calibration that was learnt from traffic must bear."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.decision_rule == "maximum-permissible-error") != (self.mpe_share is not None):
            msg = f"mpe_share {self.mpe_share} with decision_rule {self.decision_rule}: maximum-permissible-error alone takes one"
            raise ValueError(msg)
        if self.speed_min_kmh >= self.speed_max_kmh:
            msg = f"speed_min_kmh {self.speed_min_kmh} must be below speed_max_kmh {self.speed_max_kmh}"
            raise ValueError(msg)
        return self


class StationSite(_Table):
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


class Station(_Table):
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
