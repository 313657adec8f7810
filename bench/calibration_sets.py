"""Whether a calibration is unbiased, and as sure as it says: many roads, each calibrated by its own reference trucks, then traffic.

Run it with ``python -m bench.calibration_sets --sites 40`` from the project's root: the layout of a recorded site, for each road other
sensors, reference trucks and traffic. What all vehicles of one site err by is the error of its calibration; over many sites its mean shows
a bias of the method and its spread what one site's mean may be by chance, to be held against the uncertainty that the calibration states.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Final

import numpy as np
import typer
from numpy.typing import NDArray
from rich.progress import track

from bench.simulated_site import calibrate, open_site, outcomes
from firmware_sims.road_profile import Grade

LADEN_KG: Final = 4_500.0
"""Mean axle load from which on a vehicle counts as laden; lighter ones deviate more."""


LIMIT: Final = 0.004
"""The aim for the mean error of a site's traffic."""

BANDS: Final = 4
"""Bands of speed, equal in its logarithm. A calibration errs differently at speeds that differ by a third, so that the mean over all speeds
errs by less than it states for one."""

SITES_LEAST: Final = 3
"""Sites below which there is no spread to speak of."""

LEAST: Final = 5
"""Vehicles of a site in a band below which they tell nothing of it."""


@dataclass(frozen=True)
class Site:
    """One calibration and the traffic weighed by it, (n,) each.

    Attributes
    ----------
    error
        Relative errors of gross weights.
    laden
        Which vehicles are laden.
    speed_kmh
        Their speeds.
    stated
        The standard uncertainty that the calibration states of the mean of rows at that speed.
    """

    error: NDArray[np.float64]
    laden: NDArray[np.bool_]
    speed_kmh: NDArray[np.float64]
    stated: NDArray[np.float64]


def measure(name: str, layout: str, grade: Grade, vehicles: int, seed: int) -> Site:
    """Calibrate one road and weigh its traffic."""
    site = open_site(layout, grade, name)
    calibration = calibrate(site, seed)
    pairs = [pair for part in outcomes(site, vehicles, seed, calibration) for pair in part.counted]
    return Site(
        error=np.array([weighed.gross_kg / true.gvw_kg - 1.0 for weighed, true in pairs]),
        laden=np.array([true.gvw_kg / len(true.axle_kg) >= LADEN_KG for _, true in pairs]),
        speed_kmh=np.array([true.speed_kmh for _, true in pairs]),
        stated=np.array([calibration.speed.uncertainty(true.speed_kmh)[0] for _, true in pairs]),
    )


def line(name: str, found: Sequence[Site], which: Sequence[NDArray[np.bool_]]) -> str:
    """Give one line: mean over sites, their spread with what few vehicles leave of each mean taken off, and what is stated of one speed."""
    kept = [(one, mask) for one, mask in zip(found, which, strict=True) if np.count_nonzero(mask) >= LEAST]
    if len(kept) < SITES_LEAST:
        return f"{name:<16}{len(kept):>6}  too few"
    means = np.array([one.error[mask].mean() for one, mask in kept])
    few = np.array([one.error[mask].std(ddof=1) / np.sqrt(np.count_nonzero(mask)) for one, mask in kept])
    stated = np.array([np.sqrt(np.mean(one.stated[mask] ** 2)) for one, mask in kept])
    spread = np.sqrt(max(means.var(ddof=1) - np.mean(few**2), 0.0))
    within = np.count_nonzero(np.abs(means) <= 2.0 * np.hypot(stated, few))
    error = means.std(ddof=1) / np.sqrt(means.size)
    sure = 100 * np.sqrt(np.mean(stated**2))
    return (
        f"{name:<16}{means.size:>6}{100 * means.mean():>+8.2f} ± {100 * error:.2f}{100 * spread:>8.2f}{sure:>8.2f}"
        f"{within:>8}{np.count_nonzero(np.abs(means) <= LIMIT):>10}"
    )


def main(
    *,
    sites: Annotated[int, typer.Option(min=2, help="How many.")] = 40,
    vehicles: Annotated[int, typer.Option(min=20, help="How many on each.")] = 150,
    grade: Annotated[Grade, typer.Option(help="How even the roads are.")] = Grade.FAIR,
    layout: Annotated[str, typer.Option(help="A recorded site's name, or a station file.")] = "strips4",
    seed: Annotated[int, typer.Option(min=0, help="Decides reference trucks, traffic and noise; counted up from site to site.")] = 1,
) -> None:
    """Print the table."""
    numbers = range(seed, seed + sites)
    found = [measure(f"set{number}", layout, grade, vehicles, number) for number in track(numbers, f"{sites} sites", transient=True)]
    speeds = np.concatenate([one.speed_kmh for one in found])
    print(f"{layout}, {grade} roads, {vehicles} vehicles on each, runs alone; mean error of gross weights in %")
    print(f"{'vehicles':<16}{'sites':>6}{'mean over sites':>16}{'spread':>8}{'stated':>8}{'in k=2':>8}{'|mean|<=0.4':>12}")
    print(line("all", found, [np.ones(one.error.size, bool) for one in found]))
    print(line("laden", found, [one.laden for one in found]))
    print(line("light", found, [~one.laden for one in found]))
    for low, high in pairwise(np.geomspace(speeds.min(), speeds.max() * 1.001, BANDS + 1)):
        print(line(f"{low:.0f}-{high:.0f} km/h", found, [(one.speed_kmh >= low) & (one.speed_kmh < high) for one in found]))


if __name__ == "__main__":
    typer.run(main)
