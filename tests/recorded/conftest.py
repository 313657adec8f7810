"""Each recorded site is calibrated on its runs and weighed once per test session."""

from functools import cache
from pathlib import Path

import pytest

from bench.accuracy import Result, calibrate, measure
from contract.station import parse_station


@cache
def _measured(folder: Path) -> dict[str, Result]:
    station = parse_station((folder / "station.toml").read_text(encoding="utf-8"), folder.name)
    calibration = calibrate(folder, station.lane[0], station.station.id)
    captures = [path.name.removesuffix(".truth.json") for path in folder.glob("*.truth.json")]
    return {name: measure(folder, name, station.lane[0], calibration) for name in captures if name != "calibration"}


@pytest.fixture(scope="session")
def site(captures):
    """Give the results of a site by name, by capture."""
    return lambda name: _measured(captures / name)
