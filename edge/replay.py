"""Weighs recorded captures again with the pipeline of the station, without its devices."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from calibration.model import Calibration
from contract.captures import CaptureReader
from contract.faults import RejectError
from contract.limits import RuleBook
from contract.records import Clock, ClockState
from contract.station import Lane, Station
from contract.units import US_PER_S
from contract.vehicles import Vehicle, VehicleFlag
from edge.lines import vehicle_line
from edge.pipeline import LanePipeline
from edge.verdicts.decide import decide

BLOCK_SAMPLES: Final = 65_536
"""How many samples are read at a time; the result does not depend on it."""

Progress = Callable[[int, int], None]
"""Told after every block how many samples are done, and how many the capture has."""


def replay(
    station: Station, calibrations: Mapping[int, Calibration], path: Path, progress: Progress
) -> Iterator[tuple[Vehicle, CaptureReader]]:
    """Give the vehicles of one capture in order of passage.

    Raises
    ------
    RejectError
        If the capture cannot be read, belongs to another station or lane, or was sampled at another rate.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        raise RejectError("capture-unreadable", str(path), f"cannot be opened: {error.strerror}") from error
    with stream:
        reader = CaptureReader(stream, str(path))
        lane = _lane_of(station, reader, str(path))
        pipeline = LanePipeline(lane, calibrations.get(lane.id), reader.header.pavement_c)
        done = 0
        for block in reader.blocks(lane.channels, BLOCK_SAMPLES):
            for weighing in pipeline.push(block):
                yield weighing.vehicle, reader
            done += block.stop - block.start
            progress(done, reader.samples)
        for weighing in pipeline.finish():
            yield weighing.vehicle, reader


def _lane_of(station: Station, reader: CaptureReader, source: str) -> Lane:
    header = reader.header
    if header.station != station.station.id:
        what = f"was recorded at station {header.station!r}, the station file is for {station.station.id!r}"
        raise RejectError("capture-station", source, what)
    try:
        lane = station.lane_with(header.lane)
    except KeyError:
        raise RejectError("capture-lane", source, f"was recorded on lane {header.lane}, which the station file does not have") from None
    if header.rate_hz != lane.rate_hz:
        raise RejectError("capture-rate", source, f"was sampled at {header.rate_hz} Hz, lane {lane.id} runs at {lane.rate_hz} Hz")
    return lane


def line_of(vehicle: Vehicle, reader: CaptureReader, station: Station, rules: RuleBook) -> dict[str, Any]:
    """Give one vehicle as the JSON line of `wim-edge replay --json`, with the verdict it would have had on the day."""
    start = dt.datetime.fromisoformat(reader.header.start_utc)
    elapsed = dt.timedelta(seconds=(vehicle.first_axle_sample - reader.header.first_sample) / reader.header.rate_hz)
    pack, in_force = rules.at(round((start + elapsed).timestamp() * US_PER_S))
    verdict = decide(
        vehicle,
        pack,
        station.gates,
        Clock(state=ClockState.SYNCHRONISED, u_us=0),
        plate_certainty=None,
        has_pictures=False,
        calibrated=VehicleFlag.UNCALIBRATED not in vehicle.flags,
        in_force=in_force,
    )
    gross = verdict.gross
    return {
        "time_utc": (start + elapsed).isoformat(timespec="milliseconds"),
        **vehicle_line(vehicle),
        "limit_kg": None if gross is None else gross.limit_kg,
        "outcome": verdict.outcome.value,
    }
