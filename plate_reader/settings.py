"""The settings file of `wim-plates run` (TOML).

`parse_settings` takes the text, not the path: who reads the file names it in the error.
"""

import ipaddress
import tomllib
from datetime import timezone
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from contract.faults import StopError
from contract.names import Name
from plate_reader.blobs import BLOBS_MAX_MB
from plate_reader.cameras.protocols import PROTOCOLS
from plate_reader.cameras.times import parse_zone
from plate_reader.folders.names import NamePattern
from plate_reader.login import Scheme
from plate_reader.video.ring import KEEP_S
from plate_reader.video.settings import VideoSettings

CAMERAS_MAX: Final = 64
"""Cameras of one station, listed or, where no list is given, known by what they sent."""

BODY_MAX_BYTES: Final = 4 * 1024 * 1024
"""Default bound on a push: two pictures of a 12 megapixel camera."""

BODY_S: Final = 20.0
"""How long a push may take to arrive: 4 MiB over a 2 Mbit/s radio link."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FolderSettings(_Table):
    """A folder into which a camera puts pictures, by FTP or otherwise.

    `pattern` is what a picture is called, with ``{time}``, and where it holds them ``{plate}``, ``{lane}``, ``{any}``; `time` the layout of
    ``{time}`` (strptime; ``%f`` is the fraction of the second). With `sidecar`, a JSON file of the same name and that ending belongs to
    each picture; a picture goes without one after `sidecar_s`. A file is complete when its size has not changed for `settle_s`.
    """

    path: Path
    pattern: Annotated[str, Field(min_length=1, max_length=200)] = "{time}.jpg"
    time: Annotated[str, Field(min_length=2, max_length=60)] = "%Y%m%d%H%M%S%f"
    sidecar: Annotated[str, Field(pattern=r"^\.[A-Za-z0-9]{1,8}$")] | None = None
    sidecar_s: Seconds = 5.0
    settle_s: Seconds = 1.0
    keep: bool = False
    """Whether a picture that was taken is moved to `taken/` below the folder; otherwise it is removed."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        NamePattern(self.pattern, self.time)
        return self


class StillSettings(_Table):
    """A camera from which a picture is fetched when a vehicle has been weighed on `lane`."""

    url: Annotated[str, Field(max_length=400)]
    lane: Annotated[int, Field(ge=1, le=99)]
    stream: bool = False
    """Whether `url` gives a stream of pictures (MJPEG, multipart/x-mixed-replace) and not a single one."""
    timeout_s: Annotated[float, Field(gt=0, le=30)] = 3.0

    @field_validator("url")
    @classmethod
    def _http(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme == "rtsp":
            msg = "RTSP is not read; give the camera's HTTP snapshot, or its MJPEG stream with stream = true"
            raise ValueError(msg)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
            msg = "an address like http://192.0.2.10/snapshot.jpg is allowed, without user and password, which stand in the file of secrets"
            raise ValueError(msg)
        return url


class CameraSettings(_Table):
    """One camera, by its name in the station file.

    `protocol` is how it pushes; ``folder`` and ``still`` are fetched from. `addresses` are those it may push from (any, where empty).
    `silent_s` without any push, keep-alive or picture is a fault (dahua: 300 if not given; the others: never). `zone` is its clock's offset
    to UTC where it does not tell it itself.
    """

    name: Name
    protocol: str
    addresses: Annotated[tuple[str, ...], Field(max_length=32)] = ()
    login: Scheme = Scheme.NONE
    user: Annotated[str, Field(max_length=80)] = ""
    silent_s: Seconds | None = None
    zone: str | None = None
    folder: FolderSettings | None = None
    still: StillSettings | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        kinds = (*PROTOCOLS, "folder", "still")
        if self.protocol not in kinds:
            msg = f"protocol {self.protocol!r}; {', '.join(kinds)} are allowed"
            raise ValueError(msg)
        for kind in ("folder", "still"):
            if (self.protocol == kind) != (getattr(self, kind) is not None):
                msg = f"camera {self.name} with protocol {self.protocol}: protocol {kind} and the table [camera.{kind}] go together"
                raise ValueError(msg)
        if self.login in {Scheme.BASIC, Scheme.DIGEST} and not self.user:
            msg = f"camera {self.name}: login {self.login} needs user"
            raise ValueError(msg)
        if self.protocol == "folder" and self.login is not Scheme.NONE:
            msg = f"camera {self.name}: a folder has no login; its permissions say who may write into it"
            raise ValueError(msg)
        if self.protocol == "folder" and self.zone is None:
            msg = f"camera {self.name}: a folder needs zone, the offset to UTC of the times in its names, as +08:00"
            raise ValueError(msg)
        if self.zone is not None and parse_zone(self.zone) is None:
            msg = f"camera {self.name}: zone {self.zone!r}; an offset to UTC such as +08:00 is allowed"
            raise ValueError(msg)
        self.networks  # noqa: B018 - refuses wrong addresses
        return self

    @cached_property
    def networks(self) -> tuple[Network, ...]:
        """The addresses as networks; raises ValueError for one that is none."""
        return tuple(ipaddress.ip_network(address) for address in self.addresses)

    @property
    def patience_s(self) -> float | None:
        """How long the camera may be silent: `silent_s`, or what its protocol has for that."""
        protocol = PROTOCOLS.get(self.protocol)
        return self.silent_s if self.silent_s is not None or protocol is None else protocol.silent_s

    @property
    def offset(self) -> timezone | None:
        """The zone as an offset."""
        return None if self.zone is None else parse_zone(self.zone)

    def allows(self, host: str | None) -> bool:
        """Say whether this camera may push from there."""
        if not self.networks:
            return True
        try:
            address = ipaddress.ip_address(host or "")
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self.networks)


class ReadingSettings(_Table):
    """Our own reading of every picture: whether, and how long a read waits for it at most before it goes to the edge without."""

    enabled: bool = True
    wait_s: Annotated[float, Field(gt=0, le=60)] = 1.5


class PlatesSettings(_Table):
    """A whole settings file; what the command line gives too, the command line decides."""

    listen: str | None = None
    edge_url: str | None = None
    spool: Path | None = None
    blobs: Path | None = None
    secrets: Path | None = None
    body_max_bytes: Annotated[int, Field(ge=1_024, le=64 * 1024 * 1024)] = BODY_MAX_BYTES
    body_s: Annotated[float, Field(gt=0, le=600)] = BODY_S
    reading: ReadingSettings = ReadingSettings()
    blobs_max_mb: Annotated[int, Field(ge=64, le=1_000_000)] = BLOBS_MAX_MB
    video: Annotated[tuple[VideoSettings, ...], Field(max_length=16)] = ()
    video_keep_s: Annotated[float, Field(ge=20, le=600)] = KEEP_S
    """Seconds of each video camera that are kept in memory."""
    camera: Annotated[tuple[CameraSettings, ...], Field(max_length=CAMERAS_MAX)] = ()

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [camera.name for camera in self.camera]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            msg = f"two cameras are called {twice!r}; each needs a name of its own, that of the station file"
            raise ValueError(msg)
        if self.secrets is None and any(camera.login is not Scheme.NONE for camera in self.camera):
            msg = "a camera has a login, but secrets, the path of the file of secrets, is missing"
            raise ValueError(msg)
        return self


def parse_settings(text: str, source: str) -> PlatesSettings:
    """Read a settings file's text.

    Raises
    ------
    StopError
        If it is no TOML, or holds an unknown key or an impossible value: the text names file, key, value and what is allowed.
    """
    try:
        return PlatesSettings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise StopError("settings-syntax", source, f"is not valid TOML: {error}") from error
    except ValidationError as error:
        raise StopError("settings-invalid", source, "; ".join(_explain(error))) from error


def _explain(error: ValidationError) -> list[str]:
    lines = []
    for finding in error.errors(include_url=False):
        key = ".".join(f"[{part}]" if isinstance(part, int) else str(part) for part in finding["loc"]) or "file"
        given = "" if isinstance(finding["input"], dict | list) else f" = {finding['input']!r}"
        what = "is not a key of the settings file" if finding["type"] == "extra_forbidden" else finding["msg"]
        lines.append(f"{key}{given}: {what}")
    return lines
