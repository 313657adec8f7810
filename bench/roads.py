"""What traffic teaches on several simulated roads: gross weights with the runs alone and with the road learnt, beside the mean of rows.

Run it with ``python -m bench.roads --vehicles 400 --grade fair`` from the project's root: the layout of a recorded site with
five roads and sensors, so many vehicles on each. How much can be gained depends on the road, so one road shows nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from bench.simulated_site import Outcome, SimulatedSite, calibrate, learn, mean_of_rows, open_site, run
from calibration.model import Calibration
from firmware_sims.road_profile import Grade

ROADS = ("", "a1", "b2", "c3", "d4")
"""Names of roads and sensors; the first is the layout's own."""


@dataclass(frozen=True)
class Errors:
    """Relative errors of gross weights, (n,), and whether the truth lies inside the stated interval: of gross weights, and of axles."""

    gross: NDArray[np.float64]
    inside: NDArray[np.bool_]
    axles_inside: NDArray[np.bool_]

    @classmethod
    def of(cls, outcome: Outcome) -> Errors:
        """Take the vehicles that were found with all axles."""
        pairs = outcome.counted
        axles = [(found, true_kg) for weighed, true in pairs for found, true_kg in zip(weighed.axles, true.axle_kg, strict=True)]
        return cls(
            np.array([weighed.gross_kg / true.gvw_kg - 1.0 for weighed, true in pairs]),
            np.array([abs(weighed.gross_kg - true.gvw_kg) <= weighed.gross_u_kg for weighed, true in pairs]),
            np.array([abs(found.load_kg - true_kg) <= found.u_kg for found, true_kg in axles]),
        )


def textbook(site: SimulatedSite, calibration: Calibration, outcome: Outcome) -> NDArray[np.float64]:
    """Give the relative errors of the mean of rows."""
    errors = np.array([mean_of_rows(site, calibration, weighed) / true.gvw_kg - 1.0 for weighed, true in outcome.counted])
    return np.asarray(errors[~np.isnan(errors)])


def line(name: str, book: NDArray[np.float64], weighed: Sequence[Errors]) -> str:
    """Give one line: standard deviation of the mean of rows, and for each way of weighing its ratio to that, mean and coverage."""
    parts = (
        f"{one.gross.std() / book.std():>8.2f}{100 * one.gross.mean():>+8.2f}{100 * np.quantile(np.abs(one.gross), 0.95):>7.2f}"
        f"{100 * one.inside.mean():>7.1f}{100 * one.axles_inside.mean():>7.1f}"
        for one in weighed
    )
    return f"{name:<10}{weighed[0].gross.size:>6}{100 * book.std():>7.2f}{100 * np.quantile(np.abs(book), 0.95):>7.2f}  |" + "  |".join(
        parts
    )


def pooled(parts: Sequence[Errors]) -> Errors:
    """Put the errors of several roads together."""
    return Errors(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("gross", "inside", "axles_inside")))


def main(
    *,
    vehicles: Annotated[int, typer.Option(min=20, help="How many on each road.")] = 400,
    history: Annotated[int, typer.Option(min=300, help="Unlabelled vehicles that teach each road.")] = 500,
    grade: Annotated[Grade, typer.Option(help="How even the roads are.")] = Grade.FAIR,
    layout: Annotated[str, typer.Option(help="A recorded site's name, or a station file.")] = "strips4",
    seed: Annotated[int, typer.Option(min=0, help="Decides traffic and noise.")] = 1,
) -> None:
    """Print the table."""
    columns = f"{'ratio':>8}{'mean':>8}{'p95':>7}{'gross':>7}{'axle':>7}"
    print(f"{layout}, {grade} roads; gross weight in %; inside the stated interval in %")
    print(
        f"{'road':<10}{'n':>6}{'mean of rows':>14}  |{'by the runs':^37}  |{'by the road, learnt from ' + str(history) + ' vehicles':^37}"
    )
    print(f"{'':<10}{'':>6}{'sd':>7}{'p95':>7}  |{columns}  |{columns}")
    books: list[NDArray[np.float64]] = []
    found: list[list[Errors]] = [[], []]
    for road in ROADS:
        site = open_site(layout, grade, road)
        calibration = calibrate(site, seed)
        learnt = learn(site, calibration, history, seed + 1)
        by_runs, by_road = (run(site, vehicles, seed + 2, one) for one in (calibration, learnt))
        books.append(textbook(site, calibration, by_runs))
        for kept, outcome in zip(found, (by_runs, by_road), strict=True):
            kept.append(Errors.of(outcome))
        print(line(road or "its own", books[-1], [kept[-1] for kept in found]), flush=True)
    print(line("all", np.concatenate(books), [pooled(kept) for kept in found]))


if __name__ == "__main__":
    typer.run(main)
