"""`wim-sims scale`: run one simulated scale, list what it can speak and suffer."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from firmware_sims.errors import SimulationError
from firmware_sims.scales.fault_names import MEANING, FaultName
from firmware_sims.scales.platform import Platform
from firmware_sims.scales.registers import UNIT_CODES
from firmware_sims.scales.simulated_scale import ScaleProtocol, ScaleSettings, SimulatedScale

EXIT_WRONG_INPUT = 2

app = typer.Typer(no_args_is_help=True, help="A simulated static scale.")


@app.command()
def run(
    protocol: Annotated[ScaleProtocol, typer.Argument(help="What the scale speaks; rinstrum answers in the framing it is asked in.")],
    *,
    serial: Annotated[Path | None, typer.Option(help="Path of the link to make; Modbus RTU for a Modbus protocol.")] = None,
    modbus_port: Annotated[int | None, typer.Option(min=0, max=65535, help="Modbus TCP on 127.0.0.1; 0: a free port.")] = None,
    load: Annotated[float, typer.Option(help="Load in the scale's unit, put on when the first host comes.")] = 38_200.0,
    interval: Annotated[float, typer.Option(min=0.0001, help="Scale interval d in the scale's unit.")] = 20.0,
    capacity: Annotated[float, typer.Option(min=1, help="Beyond this it says overload.")] = 100_000.0,
    unit: Annotated[str, typer.Option(help=f"{', '.join(UNIT_CODES)}.")] = "kg",
    decimals: Annotated[int, typer.Option(min=0, max=4, help="Digits behind the point.")] = 0,
    rate_hz: Annotated[float, typer.Option(min=0.1, max=200, help="Frames a second of a scale that sends by itself.")] = 10.0,
    fault: Annotated[list[FaultName] | None, typer.Option(help="See `scale faults`; may be repeated.")] = None,
    share: Annotated[float, typer.Option(min=0, max=1, help="Share of frames that a fault of the line strikes.")] = 0.2,
    seed: Annotated[int, typer.Option(min=0, help="Decides chance.")] = 0,
) -> None:
    """Run one scale until SIGTERM; the first line printed says where it is (JSON)."""
    try:
        if unit not in UNIT_CODES:
            raise SimulationError(f"unit {unit!r} is unknown; known are {', '.join(UNIT_CODES)}")
        faults = frozenset(fault or ())
        platform = Platform(load, interval, capacity, unit, decimals, frozenset(name.value for name in faults))
        settings = ScaleSettings(protocol, platform, serial, modbus_port, rate_hz, faults, share, seed)
        asyncio.run(_run(settings))
    except (SimulationError, OSError) as error:
        typer.echo(f"wim-sims: {error}", err=True)
        raise typer.Exit(EXIT_WRONG_INPUT) from error


@app.command("faults")
def list_faults() -> None:
    """List the faults of a scale, one JSON object a line."""
    for name, meaning in MEANING.items():
        _print_json({"name": name.value, "meaning": meaning})


async def _run(settings: ScaleSettings) -> None:
    scale = SimulatedScale(settings, time.monotonic)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, scale.stop)
    await scale.run(lambda endpoints: _print_json({"event": "ready", **endpoints}))


def _print_json(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False))
    sys.stdout.flush()
