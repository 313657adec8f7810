"""Command line of the simulators: ``wim-sims run``, ``fault``, ``clear``, ``status``, ``capture``, ``record``, ``scale``."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer

from firmware_sims.calibration_session import write_recording, write_session
from firmware_sims.camera import CameraSettings
from firmware_sims.capture_file import truth_path
from firmware_sims.capture_playback import CapturePlayback
from firmware_sims.clock import SimulatedClock
from firmware_sims.control_client import request
from firmware_sims.errors import SimulationError
from firmware_sims.fault_kinds import list_kinds
from firmware_sims.layout import Layout, read_layout
from firmware_sims.manoeuvre import Behaviour
from firmware_sims.own_traffic import PAVEMENT_C, OwnTraffic
from firmware_sims.record import record, record_flow
from firmware_sims.road_profile import Grade
from firmware_sims.run_settings import RunSettings
from firmware_sims.scales.command import app as scale_app
from firmware_sims.simulation import Simulation
from firmware_sims.source import Source
from firmware_sims.video_camera import VideoSettings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Simulated devices of a weigh-in-motion station: digitiser, loops, cabinet, cameras, scales.",
)
app.add_typer(scale_app, name="scale")

EXIT_WRONG_INPUT = 2


class RecordingKind(StrEnum):
    """What ``wim-sims capture`` writes."""

    CALIBRATION = "calibration"
    TRAFFIC = "traffic"


StationFile = Annotated[Path, typer.Option("--station", help="Station file (TOML); only its sensors are read.")]
Control = Annotated[str, typer.Option("--control", help="Socket path or tcp:127.0.0.1:PORT of running simulators.")]
Seed = Annotated[int, typer.Option(min=0, help="Decides traffic, noise and chance.")]


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except SimulationError as error:
        typer.echo(f"wim-sims: {error}", err=True)
        raise typer.Exit(EXIT_WRONG_INPUT) from error


def _source(layout: Layout, capture: Path | None, own_traffic: bool, vehicles: int, seed: int) -> Source:
    if (capture is None) is not own_traffic:
        raise SimulationError("give either --capture FILE or --own-traffic")
    if capture is not None:
        return CapturePlayback(capture, layout, vehicles)
    if vehicles < 1:
        raise SimulationError("--own-traffic needs --vehicles, 1 or more")
    return OwnTraffic.draw(layout, vehicles, seed)


@app.command()
def run(
    *,
    station: StationFile,
    capture: Annotated[Path | None, typer.Option(help="Play this capture; its truth lies beside it.")] = None,
    own_traffic: Annotated[bool, typer.Option("--own-traffic", help="Make traffic instead.")] = False,
    lane: Annotated[int | None, typer.Option(help="Lane's id; the first one if not given.")] = None,
    vehicles: Annotated[int, typer.Option(min=0, help="Stop after this many; 0: all of the capture.")] = 0,
    speedup: Annotated[float, typer.Option(help="Simulated seconds per second, 0.01 to 100.")] = 1.0,
    seed: Seed = 0,
    serial: Annotated[Path | None, typer.Option(help="Digitiser's serial line: path of the link to make.")] = None,
    modbus_port: Annotated[int | None, typer.Option(min=0, max=65535, help="Digitiser as Modbus TCP; 0: a free port.")] = None,
    modbus_rtu: Annotated[Path | None, typer.Option(help="Digitiser as Modbus RTU: path of the link to make.")] = None,
    site_port: Annotated[int | None, typer.Option(min=0, max=65535, help="Loops and cabinet, Modbus TCP.")] = None,
    camera_url: Annotated[str | None, typer.Option(help="Where cameras push; {camera} becomes the camera's name.")] = None,
    camera: Annotated[
        list[str] | None, typer.Option(help="name=…,position_m=…,offset_ms=…,delay_ms=…,facing=front|rear; may be repeated.")
    ] = None,
    video: Annotated[
        list[str] | None, typer.Option(help="Overview camera as MJPEG: name=…,port=…,fps=…,position_m=…; may be repeated.")
    ] = None,
    truth: Annotated[Path | None, typer.Option(help="Write the truth here, JSON lines.")] = None,
    control: Annotated[str | None, typer.Option(help="Socket path or tcp:127.0.0.1:PORT for faults.")] = None,
    start_delay: Annotated[float, typer.Option(min=0, help="Seconds of empty road before playback.")] = 1.0,
    wait_for_start: Annotated[bool, typer.Option("--wait-for-start", help="Play only after a host's first START.")] = False,
) -> None:
    """Run the chosen devices together until SIGTERM; the first line printed says where they are (JSON)."""
    _log_to_stderr()
    with _clear_errors():
        layout = read_layout(station, lane)
        settings = RunSettings(
            source=_source(layout, capture, own_traffic, vehicles, seed),
            place=f"{layout.station} lane {layout.lane}",
            speedup=speedup,
            seed=seed,
            serial=serial,
            modbus_port=modbus_port,
            modbus_rtu=modbus_rtu,
            site_port=site_port,
            camera_url=camera_url,
            cameras=tuple(CameraSettings.parse(text) for text in camera or ()),
            videos=tuple(VideoSettings.parse(text) for text in video or ()),
            truth=truth,
            control=control,
            start_delay_s=start_delay,
            wait_for_start=wait_for_start,
        )
        asyncio.run(_run(settings))


async def _run(settings: RunSettings) -> None:
    simulation = Simulation(settings, SimulatedClock(settings.speedup))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, simulation.stop)
    await simulation.run(lambda endpoints: _print_json({"event": "ready", **endpoints}))


@app.command()
def fault(
    control: Control,
    name: Annotated[str, typer.Argument(help="Name of the fault; see 'wim-sims faults'.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="key=value …, for example p=0.1 for_s=10.")] = None,
) -> None:
    """Start a fault in running simulators; prints their answer (JSON)."""
    with _clear_errors():
        _print_json(request(control, "fault", name, *(arguments or ())))


@app.command()
def clear(control: Control, fault_id: Annotated[int | None, typer.Argument(help="One fault; all if left out.")] = None) -> None:
    """End faults in running simulators; prints how many (JSON)."""
    with _clear_errors():
        _print_json(request(control, "clear", *([str(fault_id)] if fault_id is not None else ())))


@app.command()
def status(control: Control) -> None:
    """Say how running simulators stand (JSON)."""
    with _clear_errors():
        _print_json(request(control, "status"))


@app.command()
def faults() -> None:
    """List every fault with its arguments and defaults, one JSON object a line."""
    for kind in list_kinds():
        _print_json(kind)


@app.command()
def capture(
    *,
    station: StationFile,
    kind: Annotated[RecordingKind, typer.Option(help="Reference trucks' runs, or mixed traffic.")],
    folder: Annotated[Path, typer.Option("--output", "-o", help="Folder to write into; made if missing.")],
    lane: Annotated[int | None, typer.Option(help="Lane's id; the first one if not given.")] = None,
    vehicles: Annotated[int, typer.Option(min=1, help="Vehicles of traffic.")] = 40,
    seed: Seed = 0,
    start_utc: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M:%S"], help="UTC of the first sample; now if not given.")
    ] = None,
) -> None:
    """Write a capture of own traffic with its truth beside it; prints the files written (JSON)."""
    with _clear_errors():
        layout = read_layout(station, lane)
        start = start_utc.replace(tzinfo=UTC) if start_utc else datetime.now(UTC)
        stamp = start.isoformat(timespec="microseconds")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if kind is RecordingKind.CALIBRATION:
                files = write_session(layout, seed, stamp, folder)
            else:
                files = write_recording(OwnTraffic.draw(layout, vehicles, seed), stamp, folder / "traffic.h5")
        except OSError as error:
            raise SimulationError(f"{folder}: cannot be written ({error.strerror}); give another folder") from error
        _print_json({"files": [str(file) for file in files]})


@app.command("record")
def record_command(
    *,
    station: StationFile,
    capture: Annotated[Path, typer.Option("--output", "-o", help="Capture file to write (HDF5).")],
    truth: Annotated[Path | None, typer.Option(help="File for the truth (JSON); beside the capture if not given.")] = None,
    lane: Annotated[int | None, typer.Option(help="Lane's id; the first one if not given.")] = None,
    vehicles: Annotated[int, typer.Option(min=1, help="How many vehicles.")] = 40,
    grade: Annotated[Grade, typer.Option(help="How even the road is; its profile is the station's own.")] = Grade.FAIR,
    behaviour: Annotated[list[Behaviour] | None, typer.Option(help="What each driver does one of; may be repeated.")] = None,
    speed_kmh: Annotated[tuple[float, float], typer.Option(help="Slowest and fastest, km/h.")] = (20.0, 95.0),
    pavement_c: Annotated[float, typer.Option(help="Pavement temperature, °C.")] = PAVEMENT_C,
    seed: Seed = 0,
    start_utc: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M:%S"], help="UTC of the first sample; now if not given.")
    ] = None,
) -> None:
    """Write a capture file of traffic over a rough road, and its truth; prints the files written (JSON)."""
    with _clear_errors():
        flow = record_flow(speed_kmh, behaviour or [Behaviour.STEADY])
        source = OwnTraffic.draw(read_layout(station, lane), vehicles, seed, grade=grade, flow=flow, pavement_c=pavement_c)
        start = start_utc.replace(tzinfo=UTC) if start_utc else datetime.now(UTC)
        files = record(source, start, capture, truth or truth_path(capture))
        _print_json({"files": [str(file) for file in files]})


def _print_json(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False))
    sys.stdout.flush()


def _log_to_stderr() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
