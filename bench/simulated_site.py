"""Accuracy of the weighing on a simulated site with a road that repeats: thousands of vehicles whose weights are known exactly.

Run it with ``python -m bench.simulated_site --vehicles 2000 --grade fair --layout strips4`` from the project's root. The layout is that of
a recorded site (``WIM_SHARED`` or ``../shared``); ``--site`` names another road and other sensors on the same layout.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.progress import track

from bench.accuracy import captures_folder
from calibration.fit import fit_gains
from calibration.history import Passage
from calibration.model import Calibration
from calibration.runs import RunNote, match_runs
from calibration.site import learn_site
from contract.media import sha256_hex
from contract.samples import Block
from contract.station import Lane, parse_station
from contract.units import KMH_PER_M_S
from contract.vehicles import Vehicle
from edge.axles import AxleStage
from edge.vehicles import VehicleStage
from firmware_sims.calibration_session import draw_session
from firmware_sims.fleet import Flow
from firmware_sims.layout import Layout, read_layout
from firmware_sims.manoeuvre import Behaviour
from firmware_sims.own_traffic import PAVEMENT_C, OwnTraffic
from firmware_sims.road_profile import Grade
from firmware_sims.vehicle import Vehicle as TrueVehicle

SPEEDS_KMH = {"strip": (20.0, 95.0), "plate": (5.0, 40.0)}
REFERENCE_KMH = {"strip": (25.0, 40.0, 60.0, 80.0, 90.0), "plate": (8.0, 15.0, 25.0, 35.0)}
"""Speeds of traffic, and of the reference trucks, by the kind of sensor."""
RUNS_PER_SPEED = 2
PART = 200
"""Vehicles drawn and weighed at a time: bounds memory, and each part is a day of its own with its own noise."""
BLOCK_SAMPLES = 16_384
MATCH_S = 0.5
BANDS = 5


@dataclass(frozen=True)
class SimulatedSite:
    """A lane as both sides see it, and its road's grade; road and sensors follow from the layout's station id."""

    lane: Lane
    layout: Layout
    grade: Grade

    @property
    def kind(self) -> str:
        """``strip`` or ``plate``."""
        return next(sensor.kind for sensor in self.layout.sensors if sensor.kind in SPEEDS_KMH)

    @property
    def flow(self) -> Flow:
        """Ordinary traffic of this kind of site, with little idle road between."""
        speeds = SPEEDS_KMH[self.kind]
        return Flow(heavy_kmh=speeds, light_kmh=speeds, clearance_s=1.0, spare_s=0.5)


@dataclass(frozen=True)
class Pair:
    """What was weighed, None where the vehicle was not found, and what is true. Nominal loads per sensor are `weighed.nominal_kg`."""

    weighed: Vehicle | None
    true: TrueVehicle


@dataclass(frozen=True)
class Outcome:
    """All vehicles of a run in order of passage, and what was found that was none."""

    pairs: tuple[Pair, ...]
    invented: tuple[Vehicle, ...]

    @property
    def counted(self) -> list[tuple[Vehicle, TrueVehicle]]:
        """Vehicles that were found with the right number of axles."""
        found = [(pair.weighed, pair.true) for pair in self.pairs if pair.weighed is not None]
        return [(weighed, true) for weighed, true in found if len(weighed.axles) == len(true.axle_kg)]


def open_site(layout: str, grade: Grade, site: str = "") -> SimulatedSite:
    """Open a simulated site with the layout of a recorded one (``strips4``, ``strips2``, ``plates2``) or of a station file."""
    file = Path(layout) if layout.endswith(".toml") else captures_folder() / layout / "station.toml"
    simulated = read_layout(file)
    lane = parse_station(file.read_text(encoding="utf-8"), str(file)).lane[0]
    return SimulatedSite(lane, replace(simulated, station=site or simulated.station), grade)


def weigh(site: SimulatedSite, traffic: OwnTraffic, calibration: Calibration | None) -> list[Vehicle]:
    """Weigh traffic as the station would."""
    axles, stage = AxleStage(site.lane), VehicleStage(site.lane, calibration, traffic.pavement_c)
    vehicles: list[Vehicle] = []
    for start in range(0, traffic.length, BLOCK_SAMPLES):
        stop = min(start + BLOCK_SAMPLES, traffic.length)
        block = Block(start, np.ascontiguousarray(traffic.read(start, stop).T))
        vehicles.extend(stage.push(axles.push(block), block.stop))
    vehicles.extend(stage.push(axles.finish(), traffic.length))
    vehicles.extend(stage.finish())
    return vehicles


def calibrate(site: SimulatedSite, seed: int, pavement_c: float = PAVEMENT_C, runs_per_speed: int = RUNS_PER_SPEED) -> Calibration:
    """Fit the site's calibration on simulated runs of the three reference trucks."""
    rng = random.Random(seed)  # noqa: S311 - traffic, not a secret
    runs, _ = draw_session(site.layout, rng, REFERENCE_KMH[site.kind], runs_per_speed)
    traffic = OwnTraffic(site.layout, tuple(runs), seed, pavement_c, site.grade)
    lines = [
        {
            "first_axle_sample": vehicle.first_axle_sample,
            "speed_kmh": vehicle.speed_m_s * KMH_PER_M_S,
            "spacings_m": [axle.spacing_m for axle in vehicle.axles[1:]],
            "axle_kg": [axle.load_kg for axle in vehicle.axles],
            "nominal_kg": vehicle.nominal_kg,
        }
        for vehicle in weigh(site, traffic, None)
    ]
    notes = [RunNote(number, run.truck, run.first_axle_sample, run.axle_kg) for number, run in enumerate(runs, start=1)]
    matched = match_runs(notes, lines, site.lane.rate_hz)
    station = site.layout.station
    return fit_gains(site.lane, matched, name="bench", station=station, created=datetime.now(UTC), pavement_c=pavement_c)


def outcomes(
    site: SimulatedSite,
    vehicles: int,
    seed: int,
    calibration: Calibration | None,
    *,
    flow: Flow | None = None,
    pavement_c: float = PAVEMENT_C,
) -> Iterator[Outcome]:
    """Draw and weigh vehicles part by part, `PART` at a time; `flow` defaults to the site's ordinary traffic."""
    for number, drawn in enumerate(range(0, vehicles, PART)):
        count = min(PART, vehicles - drawn)
        traffic = OwnTraffic.draw(
            site.layout, count, seed * 10_000 + number, grade=site.grade, flow=flow or site.flow, pavement_c=pavement_c
        )
        yield match(weigh(site, traffic, calibration), traffic.vehicles, site.lane.rate_hz)


def run(
    site: SimulatedSite,
    vehicles: int,
    seed: int,
    calibration: Calibration | None,
    *,
    flow: Flow | None = None,
    pavement_c: float = PAVEMENT_C,
) -> Outcome:
    """Draw and weigh vehicles, with a bar; `flow` defaults to the site's ordinary traffic."""
    parts = outcomes(site, vehicles, seed, calibration, flow=flow, pavement_c=pavement_c)
    done = list(track(parts, f"{vehicles} vehicles", total=-(-vehicles // PART), transient=True))
    return Outcome(tuple(pair for part in done for pair in part.pairs), tuple(extra for part in done for extra in part.invented))


def match(weighed: list[Vehicle], true: tuple[TrueVehicle, ...], rate_hz: float) -> Outcome:
    """Give each true vehicle the nearest one weighed within `MATCH_S` of its first axle."""
    left = list(weighed)
    pairs = []
    for vehicle in true:
        best = min(left, key=lambda found: abs(found.first_axle_sample - vehicle.first_axle_sample), default=None)
        if best is not None and abs(best.first_axle_sample - vehicle.first_axle_sample) > MATCH_S * rate_hz:
            best = None
        if best is not None:
            left.remove(best)
        pairs.append(Pair(best, vehicle))
    return Outcome(tuple(pairs), tuple(left))


def learn(site: SimulatedSite, calibration: Calibration, vehicles: int, seed: int) -> Calibration:
    """Let traffic of `vehicles` unlabelled vehicles teach the site."""
    order = [sensor.name for sensor in site.lane.weighing_sensors]
    history = []
    for number, weighed in enumerate(pair.weighed for pair in run(site, vehicles, seed, calibration).pairs):
        if weighed is not None:
            nominal = [[np.nan if load is None else load for load in weighed.nominal_kg[name]] for name in order]
            behind_m = np.cumsum([axle.spacing_m or 0.0 for axle in weighed.axles])
            history.append(Passage(float(number), weighed.speed_m_s * KMH_PER_M_S, PAVEMENT_C, behind_m, np.array(nominal).T))
    return learn_site(
        site.lane,
        calibration,
        history,
        name="bench-site",
        created=datetime.now(UTC),
        history_sha256=sha256_hex(b""),
        bound=0.05,
        progress=lambda _done, _whole: None,
    )


def mean_of_rows(site: SimulatedSite, calibration: Calibration, vehicle: Vehicle) -> float:
    """Give the textbook's gross weight in kg: calibrated nominal loads, plain mean over rows; NaN where a sensor missed a wheel."""
    rows = len({round(sensor.position_m, 1) for sensor in site.lane.weighing_sensors})
    loads = [
        calibration.sensors[name].gain * (np.nan if load is None else load) for name, part in vehicle.nominal_kg.items() for load in part
    ]
    return float(np.sum(loads)) / rows


HEADER = (
    f"{'km/h':<10}{'vehicles':>9}{'gross mean':>11}{'sd':>7}{'p95|e|':>8}{'in ±U':>7}{'axle mean':>11}{'sd':>7}{'p95|e|':>8}{'in ±U':>7}"
    f"{'textbook sd':>13}"
)


def line(name: str, pairs: list[tuple[Vehicle, TrueVehicle]], textbook: NDArray[np.float64]) -> str:
    """Give one line of the table: errors of gross and axles in %, how many true values lie within the stated interval."""
    gross = np.array([100 * (weighed.gross_kg / true.gvw_kg - 1) for weighed, true in pairs])
    inside = np.mean([abs(weighed.gross_kg - true.gvw_kg) <= weighed.gross_u_kg for weighed, true in pairs])
    axles = [(axle, load) for weighed, true in pairs for axle, load in zip(weighed.axles, true.axle_kg, strict=True)]
    axle = np.array([100 * (found.load_kg / load - 1) for found, load in axles])
    axle_inside = np.mean([abs(found.load_kg - load) <= found.u_kg for found, load in axles])
    return (
        f"{name:<10}{len(pairs):>9}{gross.mean():>10.2f}%{gross.std():>7.2f}{np.quantile(abs(gross), 0.95):>8.2f}{100 * inside:>6.1f}%"
        f"{axle.mean():>10.2f}%{axle.std():>7.2f}{np.quantile(abs(axle), 0.95):>8.2f}{100 * axle_inside:>6.1f}%{np.nanstd(textbook):>13.2f}"
    )


def report(site: SimulatedSite, calibration: Calibration, outcome: Outcome) -> Iterator[str]:
    """Give the table's lines, per speed band and in all."""
    pairs = outcome.counted
    textbook = np.array([100 * (mean_of_rows(site, calibration, weighed) / true.gvw_kg - 1) for weighed, true in pairs])
    speeds = np.array([true.speed_kmh for _, true in pairs])
    borders = np.linspace(*site.flow.heavy_kmh, BANDS + 1)
    found = sum(pair.weighed is not None for pair in outcome.pairs)
    yield f"{len(outcome.pairs)} vehicles, found {found}, axles right {len(pairs)}, invented {len(outcome.invented)}"
    yield HEADER
    for low, high in pairwise(borders):
        band = np.flatnonzero((speeds >= low) & (speeds < high))
        if band.size:
            yield line(f"{low:.0f}-{high:.0f}", [pairs[k] for k in band], textbook[band])
    yield line("all", pairs, textbook)
    ours = np.array([weighed.gross_kg / true.gvw_kg for weighed, true in pairs])
    yield f"sd of the gross weight over that of the mean of rows: {100 * ours.std() / np.nanstd(textbook):.2f}"


def main(
    *,
    vehicles: Annotated[int, typer.Option(min=1, help="How many.")] = 2000,
    grade: Annotated[Grade, typer.Option(help="How even the road is.")] = Grade.FAIR,
    layout: Annotated[str, typer.Option(help="A recorded site's name, or a station file.")] = "strips4",
    site: Annotated[str, typer.Option(help="Names road and sensors; the layout's own station if not given.")] = "",
    behaviour: Annotated[list[Behaviour] | None, typer.Option(help="What drivers do one of; may be repeated.")] = None,
    pavement_c: Annotated[float, typer.Option(help="Pavement temperature in traffic; the calibration has 25 °C.")] = PAVEMENT_C,
    seed: Annotated[int, typer.Option(min=0, help="Decides traffic and noise.")] = 1,
    history: Annotated[int, typer.Option(min=0, help="Unlabelled vehicles that teach the site before; 0 weighs with the runs alone.")] = 0,
) -> None:
    """Print the table."""
    began = time.perf_counter()
    place = open_site(layout, grade, site)
    flow = replace(place.flow, behaviours=tuple(behaviour or (Behaviour.STEADY,)))
    calibration = calibrate(place, seed)
    if history:
        calibration = learn(place, calibration, history, seed + 1)
    outcome = run(place, vehicles, seed, calibration, flow=flow, pavement_c=pavement_c)
    print(f"{layout}, road and sensors of {place.layout.station!r}, {grade}")
    for text in report(place, calibration, outcome):
        print(text)
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    typer.run(main)
