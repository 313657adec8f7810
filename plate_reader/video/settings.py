"""A video camera as the command line or the settings file names it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from contract.faults import StopError
from contract.names import Name

KEYS: Final = ("name", "lanes", "url", "user", "password_file")


class VideoSettings(BaseModel):
    """A video camera: its name, the lanes it shows, the address of its MJPEG stream, and who logs in (basic or digest, as it asks)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    lanes: Annotated[tuple[Annotated[int, Field(ge=1, le=99)], ...], Field(min_length=1, max_length=16)]
    url: Annotated[str, Field(max_length=400)]
    user: Annotated[str, Field(max_length=80)] = ""
    password_file: Path | None = None

    @field_validator("url")
    @classmethod
    def _http(cls, url: str) -> str:
        address = urlsplit(url)
        if address.scheme == "rtsp":
            msg = "RTSP is not read (docs/adr/0007); give the camera's MJPEG stream over HTTP"
            raise ValueError(msg)
        if address.scheme not in {"http", "https"} or not address.hostname or address.username is not None:
            msg = "http://HOST/PATH of an MJPEG stream is allowed, without user and password, which stand in user and password_file"
            raise ValueError(msg)
        return url

    @classmethod
    def parse(cls, text: str) -> "VideoSettings":
        """Read ``name=overview,lanes=1+2,url=http://192.0.2.20/video.mjpeg,user=wim,password_file=/etc/…``; the last two may be left out.

        Raises
        ------
        StopError
            ``video-option`` if a key is unknown or missing, or a value impossible.
        """
        given: dict[str, object] = dict(item.partition("=")[::2] for item in text.split(","))
        if "lanes" in given:
            given["lanes"] = tuple(str(given["lanes"]).split("+"))
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            what = f"{'.'.join(map(str, first['loc']))}: {first['msg']}; allowed are {', '.join(KEYS)}, lanes joined by + such as 1+2"
            raise StopError("video-option", text, what) from error

    def password(self) -> str:
        """Read the password; empty where there is none.

        Raises
        ------
        StopError
            ``video-password`` if its file cannot be read.
        """
        if self.password_file is None:
            return ""
        try:
            return self.password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise StopError("video-password", str(self.password_file), f"cannot be read: {error}") from error


def check_names(videos: Sequence[VideoSettings]) -> None:
    """See that each video camera has a name of its own.

    Raises
    ------
    StopError
        ``video-option`` if two share one.
    """
    names = [video.name for video in videos]
    if len(set(names)) < len(names):
        raise StopError("video-option", "video", f"names {', '.join(names)} are not all different")
