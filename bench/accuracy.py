"""Accuracy and speed of the weighing on the recorded sites: one table.

Run it with ``python -m bench.accuracy [FOLDER]`` from the project's root; FOLDER holds one folder per site with ``station.toml``,
``calibration.h5``, ``calibration_runs.csv`` and for each further capture its ``.h5`` and ``.truth.json``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.fit import fit_gains
from calibration.model import Calibration
from calibration.runs import match_runs, parse_runs
from contract.captures import CaptureReader
from contract.station import Lane, parse_station
from contract.units import KMH_PER_M_S
from contract.vehicles import Vehicle
from edge.axles import AxleStage
from edge.vehicles import VehicleStage

MATCH_S = 0.5
"""A vehicle counts as found when its first axle is told within this time of the truth."""

BLOCK_SAMPLES = 4_096


@dataclass
class Result:
    """Comparison of one capture with its truth; errors are relative to the truth, in order of passage."""

    site: str
    capture: str
    truth: list[dict[str, Any]]
    vehicles: list[Vehicle]
    matched: list[tuple[Vehicle, dict[str, Any]]] = field(default_factory=list)
    rate_hz: float = 1.0
    times_real: float = 0.0

    @property
    def invented(self) -> int:
        """How many vehicles the truth does not know."""
        return len(self.vehicles) - len(self.matched)

    @property
    def counted(self) -> list[tuple[Vehicle, dict[str, Any]]]:
        """Vehicles whose number of axles is right."""
        return [(v, t) for v, t in self.matched if len(v.axles) == len(t["axle_kg"])]

    @property
    def gross_error(self) -> NDArray[np.float64]:
        """(matched,) relative error of the gross weight."""
        return np.array([v.gross_kg / t["gvw_kg"] - 1.0 for v, t in self.matched])

    @property
    def gross_covered(self) -> float:
        """Share of true gross weights inside the stated interval (k = 2)."""
        return float(np.mean([abs(v.gross_kg - t["gvw_kg"]) <= v.gross_u_kg for v, t in self.matched]))

    @property
    def axle_error(self) -> NDArray[np.float64]:
        """Relative errors of all axle loads of vehicles counted right."""
        return np.array([a.load_kg / w - 1.0 for v, t in self.counted for a, w in zip(v.axles, t["axle_kg"], strict=True)])

    @property
    def axle_covered(self) -> float:
        """Share of true axle loads inside the stated interval (k = 2)."""
        pairs = [(a, w) for v, t in self.counted for a, w in zip(v.axles, t["axle_kg"], strict=True)]
        return float(np.mean([abs(a.load_kg - w) <= a.u_kg for a, w in pairs]))

    @property
    def speed_error(self) -> NDArray[np.float64]:
        """Relative errors of speed where it was constant: the mean over the array means one thing only there."""
        steady = [(v, t) for v, t in self.matched if not t["stop"] and not t["accel_ms2"]]
        return np.array([v.speed_m_s * KMH_PER_M_S / t["speed_kmh"] - 1.0 for v, t in steady])

    @property
    def first_axle_error_s(self) -> NDArray[np.float64]:
        """Errors of the first axle's time in s, without vehicles that stopped."""
        return np.array([(v.first_axle_sample - t["first_axle_sample"]) / self.rate_hz for v, t in self.matched if not t["stop"]])


def weigh_capture(lane: Lane, path: Path, calibration: Calibration | None) -> tuple[list[Vehicle], float]:
    """Weigh a capture as the station would; give its vehicles and how many times real time that ran."""
    with path.open("rb") as stream:
        reader = CaptureReader(stream, str(path))
        axles, stage = AxleStage(lane), VehicleStage(lane, calibration, reader.header.pavement_c)
        vehicles: list[Vehicle] = []
        spent = 0.0
        position = 0
        for block in reader.blocks(lane.channels, BLOCK_SAMPLES):
            begin = time.perf_counter()
            vehicles.extend(stage.push(axles.push(block), block.stop))
            spent += time.perf_counter() - begin
            position = block.stop
        vehicles.extend(stage.push(axles.finish(), position))
        vehicles.extend(stage.finish())
        return vehicles, reader.samples / lane.rate_hz / spent


def calibrate(folder: Path, lane: Lane, station: str) -> Calibration:
    """Fit the site's gains on its calibration capture."""
    path = folder / "calibration.h5"
    vehicles, _ = weigh_capture(lane, path, None)
    lines = [
        {
            "first_axle_sample": vehicle.first_axle_sample,
            "speed_kmh": vehicle.speed_m_s * KMH_PER_M_S,
            "spacings_m": [axle.spacing_m for axle in vehicle.axles[1:]],
            "axle_kg": [axle.load_kg for axle in vehicle.axles],
            "nominal_kg": vehicle.nominal_kg,
        }
        for vehicle in vehicles
    ]
    notes = parse_runs((folder / "calibration_runs.csv").read_text(encoding="utf-8"), "calibration_runs.csv")
    with path.open("rb") as stream:
        pavement_c = CaptureReader(stream, str(path)).header.pavement_c
    runs = match_runs(notes, lines, lane.rate_hz)
    return fit_gains(lane, runs, name="bench", station=station, created=datetime.now(UTC), pavement_c=pavement_c)


def measure(folder: Path) -> list[Result]:
    """Calibrate one site and compare each capture that has a truth beside it, the calibration's own left out."""
    site = parse_station((folder / "station.toml").read_text(encoding="utf-8"), str(folder / "station.toml"))
    lane = site.lane[0]
    calibration = calibrate(folder, lane, site.station.id)
    results = []
    for truth_path in sorted(folder.glob("*.truth.json"), reverse=True):
        name = truth_path.name.removesuffix(".truth.json")
        if name == "calibration":
            continue
        vehicles, times_real = weigh_capture(lane, folder / f"{name}.h5", calibration)
        truth = json.loads(truth_path.read_text(encoding="utf-8"))
        result = Result(site.station.id, name, truth, vehicles, rate_hz=lane.rate_hz, times_real=times_real)
        result.matched = _match(vehicles, truth, lane.rate_hz)
        results.append(result)
    return results


def _match(vehicles: list[Vehicle], truth: list[dict[str, Any]], rate_hz: float) -> list[tuple[Vehicle, dict[str, Any]]]:
    left = list(vehicles)
    pairs = []
    for true in truth:
        near = [v for v in left if abs(v.first_axle_sample - true["first_axle_sample"]) <= MATCH_S * rate_hz]
        if near:
            best = min(near, key=lambda vehicle: abs(vehicle.first_axle_sample - true["first_axle_sample"]))
            left.remove(best)
            pairs.append((best, true))
    return pairs


HEADER = (
    f"{'site':<10}{'capture':<10}{'vehicles':>8}{'found':>7}{'invented':>9}{'axles ok':>9}{'gross mean':>11}{'sd':>6}{'p95|e|':>8}"
    f"{'in ±U':>7}{'axle sd':>8}{'in ±U':>7}{'speed p95':>10}{'first axle':>11}{'x real time':>12}"
)


def line(result: Result) -> str:
    """Give one line of the table, errors in %, times in ms."""
    gross, axle = 100.0 * result.gross_error, 100.0 * result.axle_error
    return (
        f"{result.site:<10}{result.capture:<10}{len(result.truth):>8}{len(result.matched):>7}{result.invented:>9}{len(result.counted):>9}"
        f"{gross.mean():>10.2f}%{gross.std():>6.2f}{np.quantile(np.abs(gross), 0.95):>8.2f}{100 * result.gross_covered:>6.0f}%"
        f"{axle.std():>8.2f}{100 * result.axle_covered:>6.0f}%{100 * np.quantile(np.abs(result.speed_error), 0.95):>9.2f}%"
        f"{1e3 * np.abs(result.first_axle_error_s).max():>8.2f} ms{result.times_real:>12.0f}"
    )


def main() -> None:
    """Print the table."""
    default = Path(os.environ.get("WIM_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "captures"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    print(HEADER)
    for site in sorted(path.parent for path in folder.glob("*/station.toml")):
        for result in measure(site):
            print(line(result))


if __name__ == "__main__":
    main()
