"""The end of a run: let the station hand over what it holds, have central verify all of it, and compare."""

import json
import time
from collections.abc import Callable
from typing import Final

from contract.records import VehicleRecord
from demo import programs
from demo.comparison import compare
from demo.errors import DemoError
from demo.once import run_once
from demo.running import RunningLine
from demo.steps import Steps
from demo.summary import Stored, Summary, summarise

PATIENCE_S: Final = 45.0
"""How long nothing at all may arrive before the rest is given up: more than back-off of the uplink and plate wait together."""

SETTLE_S: Final = 2.0
"""How long the line stays quiet before it is believed to be: an invented or doubled record would come within this time."""

AWAITED: Final = ("waiting", "waiting_blobs", "wanted_clips")
"""What the edge's health counts down to zero: records and media on their way, clips whose time is not over."""

VERIFY_EXITS: Final = (0, 1, 3)
"""`wim-central verify` fails where something does not verify; what it found is in its answer all the same."""


def close(running: RunningLine, health: dict[str, object], steps: Steps) -> Summary:
    """Verify what central holds, and compare it with what drove.

    Parameters
    ----------
    running
        The line, drained.
    health
        The edge's last word on itself.
    steps
        Shows what is being done.

    Raises
    ------
    DemoError
        If central cannot verify, or nothing was driven.
    """
    with steps.step("Verify every record in central"):
        station = running.line.site.station.station.id
        stored = stored_in_central(run_once(programs.verify(running.line), running.watch.pause, VERIFY_EXITS), station)
    truth = running.truth
    if truth.playback is None:
        raise DemoError("the road never came alive; the simulators' log says why")
    last_sensor_m = max(sensor.position_m for lane in running.line.site.station.lane for sensor in lane.weighing_sensors)
    comparison = compare(truth.vehicles, list(running.page.records.values()), truth.playback.rate_hz)
    return summarise(
        comparison,
        stored,
        health=health,
        restarts=running.restarts(),
        playback=truth.playback,
        last_sensor_m=last_sensor_m,
        started_us=running.started_us,
    )


def drain(running: RunningLine, show: Callable[[list[VehicleRecord]], None]) -> dict[str, object]:
    """Wait until all is handed over and quiet, or nothing has come for `PATIENCE_S`; give the edge's last health.

    What comes meanwhile is given to `show`.
    """
    health: dict[str, object] = {}
    changed = quiet_since = time.monotonic()
    state: tuple[object, ...] = ()
    while time.monotonic() - changed < PATIENCE_S:
        running.watch.pause()
        show(running.page.news())
        now = time.monotonic()
        health = dict(running.edge_health()) or health
        seen = len(running.page.records)
        latest = (seen, health.get("last_seq"), health.get("waiting"), health.get("waiting_blobs"), health.get("wanted_clips"))
        if latest != state:
            state, changed = latest, now
        handed_over = seen >= len(running.truth.vehicles) and not any(health.get(key, 1) for key in AWAITED)
        if not handed_over:
            quiet_since = now
        elif now - max(quiet_since, changed) >= SETTLE_S:
            break
    return health


def stored_in_central(answer: str, station: str) -> Stored:
    """Read the answer of ``wim-central verify --json``.

    Raises
    ------
    DemoError
        If it is not what it should be.
    """
    try:
        whole = json.loads(answer)
        return Stored.model_validate({**whole["stations"][station], "quarantine": whole["quarantine"]})
    except (ValueError, KeyError, TypeError) as error:
        raise DemoError(f"wim-central verify --json gave no figures for {station}: {answer[:500]!r}") from error
