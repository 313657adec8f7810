"""`wim-plates`: the cameras' pushes in, plate reads for the edge out."""

import logging
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import structlog
import typer

from contract.faults import EXIT_FAILED, StopError
from plate_reader.credentials import read_secrets
from plate_reader.read_command import read
from plate_reader.receiver import Limits
from plate_reader.service import Settings
from plate_reader.service import run as serve
from plate_reader.settings import CameraSettings, PlatesSettings, parse_settings
from plate_reader.video.settings import VideoSettings, check_names

app = typer.Typer(
    help="Plates: receive what cameras push, keep it and hand it to the edge; read pictures.", no_args_is_help=True, add_completion=False
)


def _listen_address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and int(port) < 65_536):
        msg = f"{text!r} is no HOST:PORT with a port from 0 (any free one) to 65535"
        raise typer.BadParameter(msg)
    return host, int(port)


def _http_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = f"{text!r} is no address like http://127.0.0.1:8701"
        raise typer.BadParameter(msg)
    return text


app.command()(read)


@app.command()
def run(  # noqa: PLR0917 - one argument per option of the command line
    settings: Annotated[Path | None, typer.Option(help="Settings file (TOML): cameras, logins, folders, stills, and what follows.")] = None,
    listen: Annotated[str | None, typer.Option(help="HOST:PORT for the cameras; port 0 takes a free one, named in the log.")] = None,
    edge_url: Annotated[str | None, typer.Option(help="Address of the edge; reads are posted to /plates below it.")] = None,
    spool: Annotated[Path | None, typer.Option(help="Folder of reads the edge has not yet taken.")] = None,
    blobs: Annotated[Path | None, typer.Option(help="Folder of pictures by SHA-256, shared with the edge.")] = None,
    camera: Annotated[
        list[str] | None,
        typer.Option(help="Name of a camera that may push, without login; repeat it. Without any, here or in the file, all may."),
    ] = None,
    body_max: Annotated[int | None, typer.Option(min=1_024, help="Largest push in bytes; 4 MiB if not given.")] = None,
    reading: Annotated[
        bool | None,
        typer.Option("--reading/--no-reading", help="Read every picture ourselves, too, beside what the camera says; on if not given."),
    ] = None,
    video: Annotated[
        list[str] | None,
        typer.Option(help="Video camera: name=…,lanes=1+2,url=http://…[,user=…,password_file=…]; repeat it. The edge asks for its clips."),
    ] = None,
    log_json: Annotated[bool, typer.Option(help="Log JSON lines instead of key=value.")] = False,
) -> None:
    """Receive what cameras push, and fetch from folders and cameras, until SIGTERM.

    Cameras push to /isapi/CAMERA (Hikvision), /dahua/CAMERA/NotificationInfo/TollgateInfo and …/KeepAlive (Dahua ITSAPI), /axis/CAMERA,
    /platerecognizer/CAMERA (Plate Recognizer Stream); CAMERA is the name in the station file. GET /health says how each camera is.
    An option goes before the same key of the settings file. Exit codes: 0 ended, 1 cannot start, 2 wrong options, 75 start again.
    """
    _log_to_stderr(log_json)
    try:
        file = PlatesSettings() if settings is None else parse_settings(_text(settings), str(settings))
        told = _told(
            file,
            {"listen": listen, "edge_url": edge_url, "spool": spool, "blobs": blobs, "body_max_bytes": body_max, "video": _videos(video)},
        )
        if reading is not None:
            told = told.model_copy(update={"reading": told.reading.model_copy(update={"enabled": reading})})
        code = serve(_settings(told, camera or []))
    except StopError as error:
        typer.echo(f"wim-plates: {error}", err=True)
        code = EXIT_FAILED
    raise typer.Exit(code)


def _videos(texts: list[str] | None) -> tuple[VideoSettings, ...] | None:
    """Give the video cameras of the command line; None where it has none, so that those of the file stand."""
    videos = tuple(VideoSettings.parse(text) for text in texts or ())
    check_names(videos)
    return videos or None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StopError("settings-unreadable", str(path), f"cannot be read ({error})") from error


def _told(file: PlatesSettings, options: dict[str, object]) -> PlatesSettings:
    """Give the settings with the options that were given; one that neither gives is asked for."""
    told = file.model_copy(update={key: value for key, value in options.items() if value is not None})
    for key in ("listen", "edge_url", "spool", "blobs"):
        if getattr(told, key) is None:
            msg = f"--{key.replace('_', '-')} is missing; give it, or {key} in the settings file"
            raise typer.BadParameter(msg)
    return told


def _settings(told: PlatesSettings, extra: list[str]) -> Settings:
    host, port = _listen_address(told.listen or "")
    secrets = read_secrets(told.secrets, told) if told.secrets is not None else {}
    cameras: dict[str, CameraSettings | None] = dict.fromkeys(extra)
    cameras |= {camera.name: camera for camera in told.camera}
    limits = Limits(cameras=cameras, body_max_bytes=told.body_max_bytes, body_s=told.body_s)
    return Settings(host, port, _http_url(told.edge_url or ""), told.spool or Path(), told.blobs or Path(), limits, told, secrets)


def _log_to_stderr(as_json: bool) -> None:
    """One line per fault on stderr; libraries speak from warnings on."""
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.processors.KeyValueRenderer(key_order=["event"])
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # what it warns about is a fault of ours, logged once


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
