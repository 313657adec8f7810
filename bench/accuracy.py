"""Accuracy of the weighing on the recorded sites, beside the textbook's in the same run.

Run it with ``python -m bench.accuracy [FOLDER]`` from the project's root; FOLDER holds one folder per site with ``station.toml``,
``calibration.h5``, ``calibration_runs.csv``, ``traffic.h5`` and ``traffic.truth.json``, and ``history.csv.gz`` where there is one.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.acceptance import Measured, Reference, Run, judge, sample_of
from calibration.acceptance.cost323 import judge_errors
from calibration.acceptance.standards import cost323
from calibration.fit import fit_gains
from calibration.history import parse_history
from calibration.model import Calibration
from calibration.runs import match_runs, parse_runs
from calibration.site import learn_site
from contract.captures import CaptureReader
from contract.media import sha256_hex
from contract.station import Lane, parse_station
from contract.units import KMH_PER_M_S
from contract.vehicles import Vehicle
from edge.axles import AxleStage
from edge.vehicles import VehicleStage

MATCH_S = 0.5
"""A vehicle counts as found when its first axle is told within this time of the truth."""

BLOCK_SAMPLES = 4_096

BOUND = 0.02
"""Largest departure of a learnt site from its calibration."""

COST_323 = {"gross": "gross", "group": "group", "axle": "single-axle", "axle of a group": "axle-of-group", "speed": "speed"}
"""Criteria of COST 323 by the names of `quantities`."""

INTERVAL_KG = 20.0
"""Scale interval d by which OIML R 134-1 is judged: fine enough for class 1."""


@dataclass
class Result:
    """Comparison of one capture with its truth, in order of passage.

    `calibration` is what the vehicles were weighed with; the textbook uses its plain gains and nothing else of it.
    """

    site: str
    capture: str
    truth: list[dict[str, Any]]
    vehicles: list[Vehicle]
    lane: Lane
    calibration: Calibration
    matched: list[tuple[Vehicle, dict[str, Any]]] = field(default_factory=list)
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
    def steady(self) -> list[tuple[Vehicle, dict[str, Any]]]:
        """Those of constant speed: the mean over the array means one thing only there."""
        return [(v, t) for v, t in self.counted if not t["stop"] and not t["accel_ms2"]]

    def textbook_kg(self, vehicle: Vehicle) -> list[float]:
        """Give the axle loads of the textbook: one gain per sensor, area times speed or flat top, plain mean over rows."""
        gains = {name: sensor.gain for name, sensor in self.calibration.sensors.items()}
        loads = []
        for k in range(len(vehicle.axles)):
            rows = []
            for row in self.lane.weighing_rows:
                seen = [load * gains[s.name] for s in row if (load := vehicle.nominal_kg[s.name][k]) is not None]
                if len(seen) == len(row):
                    rows.append(sum(seen))
            loads.append(float(np.mean(rows)) if rows else float("nan"))
        return loads


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


def learn(folder: Path, lane: Lane, calibration: Calibration) -> Calibration | None:
    """Learn the site from its history, if it has one."""
    path = folder / "history.csv.gz"
    if not path.exists():
        return None
    data = path.read_bytes()
    history = parse_history(gzip.decompress(data).decode(), lane, path.name)
    return learn_site(
        lane,
        calibration,
        history,
        name="bench-site",
        created=datetime.now(UTC),
        history_sha256=sha256_hex(data),
        bound=BOUND,
        progress=lambda _done, _whole: None,
    )


def measure(folder: Path, capture: str, lane: Lane, calibration: Calibration) -> Result:
    """Weigh one capture and compare it with its truth."""
    vehicles, times_real = weigh_capture(lane, folder / f"{capture}.h5", calibration)
    truth = json.loads((folder / f"{capture}.truth.json").read_text(encoding="utf-8"))
    result = Result(folder.name, capture, truth, vehicles, lane, calibration, times_real=times_real)
    result.matched = _match(vehicles, truth, lane.rate_hz)
    return result


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


@dataclass(frozen=True)
class Errors:
    """Relative errors of one quantity, (n,), with the textbook's and whether the truth lies inside the stated interval, where there are."""

    ours: NDArray[np.float64]
    textbook: NDArray[np.float64] | None = None
    inside: NDArray[np.bool_] | None = None


def quantities(result: Result) -> dict[str, Errors]:
    """Give the errors of speed, spacing (in m), wheel, axle, group and gross of one capture."""
    wheel, axle, of_group, group, gross = Gathered(), Gathered(), Gathered(), Gathered(), Gathered()
    for vehicle, true in result.counted:
        book = result.textbook_kg(vehicle)
        gross.add(vehicle.gross_kg, true["gvw_kg"], sum(book), vehicle.gross_u_kg)
        for k, one in enumerate(vehicle.axles):
            alone = sum(other.group == one.group for other in vehicle.axles) == 1
            (axle if alone else of_group).add(one.load_kg, true["axle_kg"][k], book[k], one.u_kg)
            if one.left_kg is not None and one.wheel_u_kg is not None:
                wheel.add(one.left_kg, true["left_kg"][k], float("nan"), one.wheel_u_kg)
        for number, u_kg in enumerate(vehicle.group_u_kg, start=1):
            members = [k for k, one in enumerate(vehicle.axles) if one.group == number]
            if len(members) > 1:
                truly = sum(true["axle_kg"][k] for k in members)
                group.add(sum(vehicle.axles[k].load_kg for k in members), truly, sum(book[k] for k in members), u_kg)
    steady = result.steady
    speed = np.array([v.speed_m_s * KMH_PER_M_S / t["speed_kmh"] - 1.0 for v, t in steady])
    spacing = [a.spacing_m - s for v, t in steady for a, s in zip(v.axles[1:], t["spacings_m"], strict=True) if a.spacing_m is not None]
    return {
        "gross": gross.errors(),
        "group": group.errors(),
        "axle": axle.errors(),
        "axle of a group": of_group.errors(),
        "wheel": wheel.errors(),
        "speed": Errors(speed),
        "spacing": Errors(np.array(spacing)),
    }


@dataclass
class Gathered:
    """Errors of one quantity as they are found."""

    ours: list[float] = field(default_factory=list)
    textbook: list[float] = field(default_factory=list)
    inside: list[bool] = field(default_factory=list)

    def add(self, weighed_kg: float, true_kg: float, textbook_kg: float, u_kg: float) -> None:
        """Take one weighing."""
        self.ours.append(weighed_kg / true_kg - 1.0)
        self.textbook.append(textbook_kg / true_kg - 1.0)
        self.inside.append(abs(weighed_kg - true_kg) <= u_kg)

    def errors(self) -> Errors:
        """Give them as arrays."""
        return Errors(np.array(self.ours), np.array(self.textbook), np.array(self.inside))


def overview(result: Result, weighed_with: str) -> str:
    """Give one line on what was found."""
    return (
        f"{result.site} {result.capture}, {weighed_with}: {len(result.truth)} vehicles, {len(result.matched)} found, "
        f"{result.invented} invented, {len(result.counted)} with all axles; {result.times_real:.0f} times real time"
    )


def table(result: Result) -> Iterator[str]:
    """Give the table of one capture: errors in %, spacing in cm, beside the textbook's."""
    head = f"  {'':<17}{'n':>5}{'mean':>8}{'sd':>7}{'p95|e|':>8}   {'textbook mean':>13}{'sd':>7}{'p95|e|':>8}"
    yield head + f"   {'in ±U':>6}{'COST 323':>10}"
    for name, errors in quantities(result).items():
        if not errors.ours.size:
            continue
        ours = 100.0 * errors.ours
        line = f"  {name:<17}{ours.size:>5}{ours.mean():>+8.2f}{ours.std():>7.2f}{np.quantile(np.abs(ours), 0.95):>8.2f}"
        book = 100.0 * errors.textbook if errors.textbook is not None else np.full(1, np.nan)
        book = book[~np.isnan(book)]
        line += f"   {book.mean():>+13.2f}{book.std():>7.2f}{np.quantile(np.abs(book), 0.95):>8.2f}" if book.size else " " * 31
        line += f"   {100.0 * errors.inside.mean():>5.1f}%" if errors.inside is not None else " " * 9
        yield line + (f"{cost_class(errors, COST_323[name]):>10}" if name in COST_323 else "")


def cost_class(errors: Errors, criterion: str) -> str:
    """Give the class of COST 323 that relative errors reach in service under full reproducibility, ``-`` for too few."""
    standard = cost323()
    row = next(row for row in standard.criterion if row.name == criterion)
    judged = judge_errors(standard, row, 100.0 * errors.ours, stage="in-service", environment=standard.environment[-1])
    return judged.reached or "-"


def legal_class(result: Result) -> Iterator[str]:
    """Give what OIML R 134-1 says of the vehicles that the weighing did not flag, with what they do not cover."""
    runs = [
        Run(
            run=number,
            reference=Reference(vehicle=f"{number}", gross_kg=true["gvw_kg"], axle_kg=tuple(true["axle_kg"])),
            measured=Measured(
                gross_kg=vehicle.gross_kg,
                axle_kg=tuple(axle.load_kg for axle in vehicle.axles),
                spacings_m=tuple(axle.spacing_m for axle in vehicle.axles if axle.spacing_m is not None),
                speed_kmh=vehicle.speed_m_s * KMH_PER_M_S,
                groups=tuple(axle.group for axle in vehicle.axles),
                flags=tuple(vehicle.flags),
            ),
        )
        for number, (vehicle, true) in enumerate(result.counted, start=1)
    ]
    (report,) = judge(sample_of(runs), ["oiml-r134"], stage="in-service", interval_kg=INTERVAL_KG)
    named = ", ".join(f"{one.title.text('en')} {one.reached or 'none named'}" for one in report.overall)
    yield f"  OIML R 134-1 in service, d = {INTERVAL_KG:g} kg, {report.runs} unflagged vehicles: {named}"
    kept = (f"{one.title.text('en')} {one.keeps or '-'} ({one.n})" for one in report.criteria)
    yield "    classes these results keep (n): " + ", ".join(kept)
    gaps = (gap.text("en").partition(":")[0] for gap in report.gaps)  # which vehicles they are tells nothing of traffic
    yield "    not covered: " + "; ".join(gaps)


def bands(result: Result) -> Iterator[str]:
    """Give the gross errors by thirds of speed and by kind of vehicle."""
    speeds = np.array([t["speed_kmh"] for _, t in result.counted])
    errors = 100.0 * quantities(result)["gross"].ours
    for low, high in pairwise(np.quantile(speeds, (0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0))):
        within = errors[(speeds >= low) & (speeds <= high)]
        yield f"  gross at {low:5.1f} to {high:5.1f} km/h: n {within.size:>3}, mean {within.mean():+.2f}, sd {within.std():.2f}"
    kinds = np.array([t["kind"] for _, t in result.counted])
    by_kind = (
        f"{kind} {errors[kinds == kind].mean():+.1f} ± {errors[kinds == kind].std():.1f} ({(kinds == kind).sum()})"
        for kind in sorted(set(kinds))
    )
    yield "  gross by kind, mean ± sd (n): " + ", ".join(by_kind)


def captures_folder() -> Path:
    """Give the folder of the recorded sites where none is named: ``$WIM_SHARED/captures``, or ``../shared/captures``."""
    return Path(os.environ.get("WIM_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "captures"


def main() -> None:
    """Print the tables."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else captures_folder()
    inside: dict[str, list[NDArray[np.bool_]]] = {"gross": [], "axle": []}
    biases = []
    for site in sorted(path.parent for path in folder.glob("*/station.toml")):
        station = parse_station((site / "station.toml").read_text(encoding="utf-8"), str(site / "station.toml"))
        lane = station.lane[0]
        calibration = calibrate(site, lane, station.station.id)
        learnt = learn(site, lane, calibration)
        for used, name in ((calibration, "calibration runs"), (learnt, "runs and the site's own traffic")):
            if used is None:
                continue
            result = measure(site, "traffic", lane, used)
            print(overview(result, name), *table(result), *legal_class(result), *bands(result), sep="\n")
        found = quantities(result)
        biases.append(abs(float(found["gross"].ours.mean())))
        inside["gross"].append(found["gross"].inside)
        inside["axle"] += [found["axle"].inside, found["axle of a group"].inside]
    shares = ", ".join(f"{name} {100 * np.concatenate(parts).mean():.1f} %" for name, parts in inside.items())
    print(f"all sites at their best: true values inside ±U: {shares}; mean of |bias| of gross {100 * np.mean(biases):.2f} %")


if __name__ == "__main__":
    main()
