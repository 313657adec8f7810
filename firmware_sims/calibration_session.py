"""A calibration session of the simulators' own: three reference trucks at several speeds."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from firmware_sims.capture_file import write_capture, write_truth
from firmware_sims.fleet import draw_vehicle
from firmware_sims.layout import Layout
from firmware_sims.own_traffic import OwnTraffic
from firmware_sims.plates import PlateDraw
from firmware_sims.source import Source
from firmware_sims.vehicle import Vehicle

TRUCKS = {"A": ("rigid2", 16_500.0), "B": ("semi5", 40_500.0), "C": ("semi6", 47_800.0)}
"""Name → kind and gross weight, kg: a two-axle rigid and two other types (OIML R 134-1 test vehicles)."""
SPEEDS_KMH = (30.0, 50.0, 70.0)
RUNS_PER_SPEED = 2
MOST_AXLES = 6
CLEARANCE_S = 2.2
"""Least gap between one run's leaving and the next one's coming."""


def draw_session(
    layout: Layout, rng: random.Random, speeds_kmh: Sequence[float] = SPEEDS_KMH, runs_per_speed: int = RUNS_PER_SPEED
) -> tuple[list[Vehicle], list[float]]:
    """Draw the session's runs and the speed each aimed at, km/h; every truck keeps its loads from run to run."""
    plates = PlateDraw(f"{layout.station}/reference")
    trucks: dict[str, Vehicle] = {}
    runs: list[Vehicle] = []
    targets: list[float] = []
    clear_s = CLEARANCE_S
    for target_kmh in speeds_kmh:
        for _ in range(runs_per_speed):
            for name, (kind, gross_kg) in TRUCKS.items():
                run = draw_vehicle(
                    layout,
                    kind=kind,
                    gross_kg=gross_kg,
                    speed_kmh=target_kmh * rng.uniform(0.97, 1.03),
                    clear_s=clear_s,
                    rng=rng,
                    plates=plates,
                    key=f"{name}{len(runs)}",
                    truck=name,
                )
                same = trucks.setdefault(name, run)
                run = replace(
                    same,
                    speed_kmh=run.speed_kmh,
                    y_centre_m=run.y_centre_m,
                    first_axle_sample=run.first_axle_sample,
                    passed_sample=run.passed_sample,
                    manoeuvre=run.manoeuvre,
                )
                runs.append(run)
                targets.append(target_kmh)
                clear_s = run.passed_sample / layout.rate_hz + CLEARANCE_S
    return runs, targets


def write_session(layout: Layout, seed: int, start_utc: str, folder: Path) -> list[Path]:
    """Write ``calibration.h5``, its truth and ``calibration_runs.csv`` into `folder`; give the files written."""
    runs, targets = draw_session(layout, random.Random(seed))  # noqa: S311 - traffic, not a secret
    files = write_recording(OwnTraffic(layout, tuple(runs), seed), start_utc, folder / "calibration.h5")
    table = folder / "calibration_runs.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        axles = [f"axle{number}_kg" for number in range(1, MOST_AXLES + 1)]
        writer.writerow(["run", "truck", "first_axle_sample", "target_speed_kmh", *axles])
        for number, (run, target_kmh) in enumerate(zip(runs, targets, strict=True), start=1):
            loads = [str(round(load)) for load in run.axle_kg] + [""] * (MOST_AXLES - len(run.axle_kg))
            writer.writerow([number, run.truck, run.first_axle_sample, round(target_kmh), *loads])
    return [*files, table]


def write_recording(source: Source, start_utc: str, path: Path) -> list[Path]:
    """Record all of a source as a capture with its truth beside it; give the files written."""
    write_capture(path, source, start_utc)
    truth = path.with_suffix(".truth.json")
    write_truth(truth, [vehicle.truth() for vehicle in source.vehicles])
    return [path, truth]
