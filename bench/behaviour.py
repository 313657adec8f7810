"""Behaviour flags on the recorded sites: what abnormal driving is flagged for, and what ordinary traffic is flagged for wrongly.

Run it with ``python -m bench.behaviour [FOLDER]`` from the project's root; FOLDER is that of ``bench.accuracy``. A site's ``abnormal.h5``
with its truth is optional. What a vehicle did follows from the truth alone, see `deeds`; the truth knows no reversing and no bent path, so
these can only be flagged wrongly here.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.accuracy import Result, calibrate, captures_folder, measure
from contract.station import Lane, parse_station
from contract.units import KMH_PER_M_S
from contract.vehicles import Vehicle, VehicleFlag

BEHAVIOUR: Final = (
    VehicleFlag.ACCELERATING,
    VehicleFlag.BRAKING,
    VehicleFlag.STOPPED,
    VehicleFlag.OFF_LEFT,
    VehicleFlag.OFF_RIGHT,
    VehicleFlag.STRADDLING,
    VehicleFlag.S_PATH,
    VehicleFlag.REVERSING,
    VehicleFlag.WRONG_WAY,
    VehicleFlag.TAILGATING,
)
"""What a driver does; the other flags tell of speed limits, loads and signals."""

CHANGES_SPEED_M_S2: Final = 0.3
"""True acceleration from which a vehicle accelerated or brakes; recorded ones are nought or above 0.4."""

REACHES_M: Final = 0.03
"""A wheel ran beside the sensors, or over the joint between left and right, when more than this of its width did: a tenth of a tyre."""

FOLLOWS_S: Final = 1.0
"""Time between one vehicle's rear and the next one's first axle below which the second one tailgated."""

FACES_M: Final = {"car": (0.66, 0.86), "van": (0.70, 0.93)}
SINGLE_FACES_M, DUAL_FACES_M = (0.80, 1.10), (0.62, 1.22)
"""Inner and outer faces of a vehicle's wheels from its middle. The truth holds no tracks; these are usual ones: cars 1.52 m and vans 1.63 m
from tyre to tyre, trucks and buses single tyres 0.3 m wide on 1.9 m, dual tyres 0.6 m wide within a vehicle's legal 2.55 m."""

AIM_FLAGGED, AIM_FALSE = 0.95, 0.02


def deeds(truth: dict[str, Any], lane: Lane, gap_s: float | None) -> set[VehicleFlag]:
    """Give what a vehicle did, by its truth.

    Parameters
    ----------
    truth
        Its entry of the truth file: ``accel_ms2``, ``stop``, ``y_centre_m`` from the lane's left edge, ``kind``, ``dual`` per axle.
    lane
        The lane; its weighing sensors' outer ends and the joint in its middle are what wheels may reach over.
    gap_s
        Time since the rear of the vehicle before, None where there is none or either one stopped.
    """
    did = set()
    if truth["stop"]:
        did.add(VehicleFlag.STOPPED)
    elif abs(truth["accel_ms2"]) > CHANGES_SPEED_M_S2:
        did.add(VehicleFlag.ACCELERATING if truth["accel_ms2"] > 0 else VehicleFlag.BRAKING)
    y_m, joint_m = truth["y_centre_m"], lane.width_m / 2.0
    faces = [FACES_M.get(truth["kind"]) or (DUAL_FACES_M if dual else SINGLE_FACES_M) for dual in truth["dual"]]
    inner_m, outer_m = min(inner for inner, _ in faces), max(outer for _, outer in faces)
    if y_m - outer_m < min(s.lateral_m[0] for s in lane.weighing_sensors) - REACHES_M:
        did.add(VehicleFlag.OFF_LEFT)
    if y_m + outer_m > max(s.lateral_m[1] for s in lane.weighing_sensors) + REACHES_M:
        did.add(VehicleFlag.OFF_RIGHT)
    if abs(y_m - joint_m) > inner_m + REACHES_M:
        did.add(VehicleFlag.STRADDLING)
    if gap_s is not None and gap_s < FOLLOWS_S:
        did.add(VehicleFlag.TAILGATING)
    return did


@dataclass(frozen=True)
class Judged:
    """One true vehicle: what it did, and the behaviour flags it got; `flagged` is None where it was not found."""

    did: frozenset[VehicleFlag]
    flagged: frozenset[VehicleFlag] | None

    @property
    def right(self) -> bool:
        """Whether it is flagged for everything it did."""
        return self.flagged is not None and self.did <= self.flagged

    @property
    def false(self) -> frozenset[VehicleFlag]:
        """Flags for what it did not do."""
        return frozenset() if self.flagged is None else self.flagged - self.did


def judge(result: Result) -> list[Judged]:
    """Compare each vehicle's behaviour flags with what it did, in order of passage."""
    found: dict[int, Vehicle] = {id(truth): vehicle for vehicle, truth in result.matched}
    judged = []
    for truth, gap_s in zip(result.truth, [None, *_gaps_s(result)], strict=True):
        vehicle = found.get(id(truth))
        flags = None if vehicle is None else frozenset(flag for flag in vehicle.flags if flag in BEHAVIOUR)
        judged.append(Judged(frozenset(deeds(truth, result.lane, gap_s)), flags))
    return judged


def _gaps_s(result: Result) -> Iterator[float | None]:
    for ahead, behind in pairwise(result.truth):
        apart_s = (behind["first_axle_sample"] - ahead["first_axle_sample"]) / result.lane.rate_hz
        yield None if ahead["stop"] or behind["stop"] else apart_s - ahead["length_m"] / ahead["speed_kmh"] * KMH_PER_M_S


def stops(result: Result) -> list[tuple[bool, bool]]:
    """Give for each vehicle that stopped whether all its axles were counted, and whether its weight is right (inside ±U) or flagged."""
    found: dict[int, Vehicle] = {id(truth): vehicle for vehicle, truth in result.matched}
    answers = []
    for truth in result.truth:
        if truth["stop"]:
            vehicle = found.get(id(truth))
            counted = vehicle is not None and len(vehicle.axles) == len(truth["axle_kg"])
            right = vehicle is not None and abs(vehicle.gross_kg - truth["gvw_kg"]) <= vehicle.gross_u_kg
            answers.append((counted, right or (vehicle is not None and VehicleFlag.STOPPED in vehicle.flags)))
    return answers


def deeds_table(title: str, judged: list[Judged]) -> Table:
    """Give a line per kind of behaviour: who did it, who was found and flagged, and which other behaviour flags those carried."""
    table = Table(title=title, title_justify="left")
    for head in ("what it did", "did it", "found", "flagged", "share", "flags for what it did not do"):
        table.add_column(head, justify="left" if head[0] == "w" or head.startswith("flags") else "right")
    for kind in BEHAVIOUR:
        some = [one for one in judged if kind in one.did]
        if some:
            flagged = sum(kind in (one.flagged or ()) for one in some)
            others = Counter(flag.value for one in some for flag in one.false)
            said = ", ".join(f"{name} {number}" for name, number in sorted(others.items())) or "none"
            found = sum(one.flagged is not None for one in some)
            table.add_row(kind.value, str(len(some)), str(found), str(flagged), _share(flagged, len(some)), said)
    return table


def false_table(sites: dict[str, list[Judged]]) -> Table:
    """Give a line per behaviour flag: how many vehicles of ordinary traffic got it without having done it."""
    table = Table(title="ordinary traffic: false behaviour flags", title_justify="left")
    table.add_column("flag")
    for head in (*sites, "all", "share"):
        table.add_column(head, justify="right")
    vehicles = sum(map(len, sites.values()))
    for kind in BEHAVIOUR:
        numbers = [sum(kind in one.false for one in judged) for judged in sites.values()]
        table.add_row(kind.value, *map(str, numbers), str(sum(numbers)), _share(sum(numbers), vehicles))
    numbers = [sum(bool(one.false) for one in judged) for judged in sites.values()]
    table.add_section()
    table.add_row("vehicles with any", *map(str, numbers), str(sum(numbers)), _share(sum(numbers), vehicles))
    table.add_row("vehicles", *(str(len(judged)) for judged in sites.values()), str(vehicles), "")
    return table


def _share(part: int, whole: int) -> str:
    return f"{100.0 * part / whole:.1f} %" if whole else "-"


def _aim(what: str, part: int, whole: int, *, reached: bool) -> str:
    return f"{what}: {part} of {whole} ({_share(part, whole)}), {'reached' if reached else 'MISSED'}"


def aims(abnormal: list[Judged], ordinary: list[Judged], stopped: list[tuple[bool, bool]]) -> Iterator[str]:
    """Give each aim with its figure and whether it was reached."""
    right = sum(one.right for one in abnormal)
    if abnormal:
        what = f"abnormal driving flagged for all it did, aim {AIM_FLAGGED:.0%}"
        yield _aim(what, right, len(abnormal), reached=right >= AIM_FLAGGED * len(abnormal))
    false = sum(bool(one.false) for one in ordinary)
    what = f"ordinary traffic with a false behaviour flag, aim at most {AIM_FALSE:.0%}"
    yield _aim(what, false, len(ordinary), reached=false <= AIM_FALSE * len(ordinary))
    for name, answers in zip(("all axles counted", "weight flagged or right"), zip(*stopped, strict=True), strict=False):
        yield _aim(f"stops on the array, {name}, aim all", sum(answers), len(answers), reached=all(answers))


def main() -> None:
    """Print the tables."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else captures_folder()
    abnormal: list[Judged] = []
    ordinary: dict[str, list[Judged]] = {}
    stopped: list[tuple[bool, bool]] = []
    console = Console()
    for site in sorted(path.parent for path in folder.glob("*/station.toml")):
        station = parse_station((site / "station.toml").read_text(encoding="utf-8"), str(site / "station.toml"))
        lane = station.lane[0]
        calibration = calibrate(site, lane, station.station.id)
        traffic = measure(site, "traffic", lane, calibration)
        ordinary[site.name] = judge(traffic)
        stopped += stops(traffic)
        if (site / "abnormal.h5").exists():
            result = measure(site, "abnormal", lane, calibration)
            judged = judge(result)
            abnormal += judged
            console.print(deeds_table(f"{site.name} abnormal: {len(judged)} vehicles, {result.invented} invented", judged))
    console.print(false_table(ordinary))
    for line in aims(abnormal, [one for judged in ordinary.values() for one in judged], stopped):
        console.print(line, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
