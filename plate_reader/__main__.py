"""`wim-plates`: the cameras' pushes in, plate reads for the edge out."""

import logging
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import structlog
import typer

from contract.faults import EXIT_FAILED, StopError
from plate_reader.app import BODY_MAX_BYTES, Limits
from plate_reader.service import Settings
from plate_reader.service import run as serve
from plate_reader.video.ring import KEEP_S
from plate_reader.video.source import VideoSettings

app = typer.Typer(help="Receive what plate cameras push, keep it, and hand it to the edge.", no_args_is_help=True, add_completion=False)


@app.callback()
def _commands() -> None:
    """Make typer keep `run` as a command although it is the only one."""


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


def _videos(texts: list[str]) -> tuple[VideoSettings, ...]:
    videos = tuple(VideoSettings.parse(text) for text in texts)
    names = [video.name for video in videos]
    if len(set(names)) < len(names):
        raise StopError("video-option", "--video", f"names {', '.join(names)} are not all different")
    return videos


@app.command()
def run(  # noqa: PLR0917 - one argument per option of the command line
    listen: Annotated[str, typer.Option(help="HOST:PORT for the cameras; port 0 takes a free one, named in the log.")],
    edge_url: Annotated[str, typer.Option(help="Address of the edge; reads are posted to /plates below it.")],
    spool: Annotated[Path, typer.Option(help="Folder of reads the edge has not yet taken.")],
    blobs: Annotated[Path, typer.Option(help="Folder of pictures by SHA-256, shared with the edge.")],
    camera: Annotated[list[str] | None, typer.Option(help="Name of a camera that may push; repeat it. Without it, any may.")] = None,
    body_max: Annotated[int, typer.Option(min=1_024, help="Largest push in bytes.")] = BODY_MAX_BYTES,
    blobs_max_mb: Annotated[int, typer.Option(min=64, help="Most that the folder of pictures may hold, MB; the edge empties it.")] = 2_048,
    video: Annotated[
        list[str] | None,
        typer.Option(help="MJPEG camera: name=…,lanes=1+2,url=http://…[,user=…,password_file=…]; repeat it. The edge asks for its clips."),
    ] = None,
    video_keep: Annotated[float, typer.Option(min=20, max=600, help="Seconds of video kept in memory for each camera.")] = KEEP_S,
    log_json: Annotated[bool, typer.Option(help="Log JSON lines instead of key=value.")] = False,
) -> None:
    """Receive camera pushes (POST /isapi/CAMERA) until SIGTERM. Exit codes: 0 ended, 1 cannot start, 75 start again."""
    _log_to_stderr(log_json)
    host, port = _listen_address(listen)
    limits = Limits(cameras=frozenset(camera or ()), body_max_bytes=body_max)
    try:
        videos = _videos(video or [])
        settings = Settings(host, port, _http_url(edge_url), spool, blobs, limits, blobs_max_mb * 1024**2, videos, video_keep)
        code = serve(settings)
    except StopError as error:
        typer.echo(f"wim-plates: {error}", err=True)
        code = EXIT_FAILED
    raise typer.Exit(code)


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
