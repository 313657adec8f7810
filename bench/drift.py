"""How soon drift is named, how often falsely: `python -m bench.drift` simulates stations at crossing level and prints one table.

Vehicles are drawn from the recorded history of strips4 (what each strip read of 12 000 vehicles), with replacement, 1 500 a day more or
less, fewer and lighter at weekends, slower on rainy days. Pavement temperature follows season, weather and hour; each sensor follows it
with a coefficient of its own, and a little bent. Then one thing is made to drift. The days are judged as a station does, at midnight.
"""

from __future__ import annotations

import argparse
import gzip
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.accuracy import captures_folder
from calibration.drift.judge import Judgement, judge
from calibration.drift.passing import Passings, against_steering, compared, joined, passing_of
from calibration.drift.regressors import ZERO_PRIOR_SD, of_zero
from calibration.drift.subjects import Sight, sight_of
from calibration.drift.sums import Day, Sums
from calibration.history import parse_history
from contract.station import parse_station
from contract.topics import DriftKind

Array = NDArray[np.float64]
Drift = Callable[[Array], Array]
"""Days (n,) → relative change of each sensor (n, S)."""

TRUCKS_PER_DAY: Final = 1_500
BEFORE_DAYS: Final = 60
"""Days of sound traffic since the calibration, before the drift begins."""
LONGEST_DAYS: Final = 40
YEAR_DAYS: Final = 365
COMMON_PER_K, OWN_PER_K, BENT = -2e-4, 1e-4, 3e-4
"""Temperature: what all sensors share, standard deviation of each about it, and of its bend at 20 K from 20 °C."""


@dataclass(frozen=True)
class Site:
    """The recorded vehicles, their own temperature effect taken out, and how often each hour and each vehicle comes."""

    sight: Sight
    vehicles: Passings
    hours: Array
    slow: Array
    light: Array


@cache
def site() -> Site:
    """Read the history."""
    folder = captures_folder() / "strips4"
    lane = parse_station((folder / "station.toml").read_text(), "station.toml").lane[0]
    history = parse_history(gzip.decompress((folder / "history.csv.gz").read_bytes()).decode(), lane, "history.csv.gz")
    read = np.log([passage.nominal_kg.sum(axis=0) for passage in history])
    gains = np.exp(-np.median(read - read.mean(axis=1, keepdims=True), axis=0))
    sight = sight_of(lane, {sensor.name: gain for sensor, gain in zip(lane.weighing_sensors, gains, strict=True)})
    each = [passing_of(sight, p.nominal_kg, p.behind_m, p.speed_kmh, p.pavement_c) for p in history]
    vehicles = joined([one for one in each if one is not None])
    hour = np.arange(24) / 24.0 * 2.0 * np.pi
    hours = 1.0 + 0.6 * np.sin(hour - 2.1) + 0.3 * np.sin(2.0 * hour - 4.2)
    slow = np.exp((60.0 - vehicles.speed_kmh) / 25.0)
    light = vehicles.sensor_kg.sum(axis=1) ** -0.5
    return Site(sight, _without_temperature(vehicles), hours / hours.sum(), slow / slow.sum(), light / light.sum())


def _without_temperature(vehicles: Passings) -> Passings:
    logs = np.log(vehicles.sensor_kg)
    depends = np.column_stack((np.ones(len(logs)), np.log(vehicles.speed_kmh), vehicles.pavement_c - 20.0))
    per_k = np.linalg.lstsq(depends, logs - logs.mean(axis=1, keepdims=True), rcond=None)[0][2]
    factor = np.exp(-per_k * (vehicles.pavement_c - 20.0)[:, None])
    return Passings(vehicles.sensor_kg * factor, vehicles.steering_kg * factor, vehicles.kind, vehicles.speed_kmh, vehicles.pavement_c)


@dataclass
class Station:
    """A simulated station: its sensors' answers to temperature, its weather, its days so far."""

    rng: np.random.Generator
    drift: Drift | None = None
    zero: Drift | None = None
    still: tuple[int, int] | None = None
    weekend: float = 1.0
    days: list[Day] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Draw what stays with the station."""
        sensors = len(site().sight.sensors)
        self._per_k = COMMON_PER_K + self.rng.normal(0.0, OWN_PER_K, sensors)
        self._bent = self.rng.normal(0.0, BENT, sensors)
        self._zero_per_k = self.rng.normal(0.0, 3.0, sensors)
        self._begin = int(self.rng.integers(YEAR_DAYS))
        self._weather = 0.0
        self._zero = np.zeros(sensors)

    def pass_day(self) -> None:
        """Let a day of traffic pass."""
        own, rng, number = site(), self.rng, len(self.days)
        self._weather = 0.7 * self._weather + rng.normal(0.0, 2.5)
        weekend = number % 7 in {5, 6}
        count = round(TRUCKS_PER_DAY * (self.weekend if weekend else 1.0) * rng.lognormal(0.0, 0.08))
        rain = rng.random() < 0.15
        which = rng.choice(own.vehicles.kind.size, size=count, p=own.slow if rain else own.light if weekend else None)
        hour = rng.choice(24, size=count, p=own.hours) + rng.random(count)
        pavement_c = self._temperature(number, hour)
        vehicles = own.vehicles[which]
        moved = self._per_k * (pavement_c - 20.0)[:, None] + self._bent * ((pavement_c - 20.0)[:, None] / 20.0) ** 2
        if self.drift is not None:
            moved = moved + self.drift(number + hour / 24.0)
        factor = np.exp(moved)
        seen = Passings(vehicles.sensor_kg * factor, vehicles.steering_kg * factor, vehicles.kind, vehicles.speed_kmh, pavement_c)
        zero = self._zero_sums(number)
        self.days.append(Day(number, compared(own.sight, seen), against_steering(own.sight, seen), zero))

    def _temperature(self, number: int, hour: Array) -> Array:
        season = np.cos(2.0 * np.pi * (number + self._begin - 200) / YEAR_DAYS)
        return np.asarray(18.0 + 15.0 * season + self._weather + (6.0 + 4.0 * season) * np.cos(2.0 * np.pi * (hour - 14.0) / 24.0))

    def _zero_sums(self, number: int) -> Sums:
        """Look at the zeros every minute: they follow the temperature, wander by some kg, and rest on noise."""
        sensors = self._zero.size
        if self.zero is None and self.still is None:
            return Sums.none(ZERO_PRIOR_SD.size, sensors)
        hour = np.arange(0.0, 24.0, 1.0 / 30.0)
        pavement_c = self._temperature(number, hour)
        self._zero = 0.9 * self._zero + self.rng.normal(0.0, 3.0, sensors)
        zero_kg = self._zero + self._zero_per_k * (pavement_c - 20.0)[:, None] + self.rng.normal(0.0, 0.5, (hour.size, sensors))
        if self.zero is not None:
            zero_kg = zero_kg + self.zero(number + hour / 24.0)
        if self.still is not None and number >= self.still[1]:
            zero_kg[:, self.still[0]] = zero_kg[0, self.still[0]] * 0.0 + 12.0
        return Sums.of(of_zero(pavement_c), zero_kg, np.ones(hour.size))

    def judged(self) -> Judgement:
        """Judge the days so far."""
        return judge(site().sight, self.days)


@dataclass(frozen=True)
class Case:
    """One thing that drifts: what must be named, how often it is simulated, and its course from `BEFORE_DAYS` on."""

    title: str
    kind: DriftKind
    subjects: tuple[str, ...]
    course: Drift
    times: int
    weekend: float = 1.0


@dataclass(frozen=True)
class Run:
    """What came of one simulated drift: days from its beginning to its first alarm, whether that named it, and the estimates then.

    `onset` is the day that was named as its beginning less the true one, `change` and `truth` the change at the end of that day.
    """

    days: int | None
    right: bool = False
    onset: int = 0
    change: float = 0.0
    truth: float = 0.0
    early: int = 0


def per_week(days: Array) -> Array:
    """Give 1 % a week."""
    return np.asarray(0.01 / 7.0 * np.maximum(days - BEFORE_DAYS, 0.0))


def slowly(days: Array) -> Array:
    """Give 0.1 % a week."""
    return np.asarray(0.1 * per_week(days))


def at_once(days: Array) -> Array:
    """Give a step of 2 %."""
    return np.asarray(0.02 * (days >= BEFORE_DAYS))


def cases(times: int) -> list[Case]:
    """Give what is simulated; `times` for each row of the case that must hold."""
    rows = ("1", "2", "3", "4")
    few = ("2",)
    return [
        *(Case(f"row {row}, 1 % a week", DriftKind.ROW, (row,), per_week, times) for row in rows),
        Case("a row, 1 % a week, 900 trucks a day at weekends", DriftKind.ROW, rows, per_week, times, weekend=0.6),
        Case("one sensor (R1L), 1 % a week", DriftKind.SENSOR, ("R1L",), per_week, times),
        Case("one sensor (R3R), 1 % a week", DriftKind.SENSOR, ("R3R",), per_week, times),
        Case("row 2, 2 % at once", DriftKind.ROW, few, at_once, times),
        Case("row 2, 0.1 % a week", DriftKind.ROW, few, slowly, times),
        Case("left side, 1 % a week", DriftKind.SIDE, ("left",), per_week, times),
        Case("all sensors, 1 % a week", DriftKind.ALL, ("all",), per_week, times),
        Case("all sensors, 2 % at once", DriftKind.ALL, ("all",), at_once, times),
    ]


def run_case(case: Case, seed: int) -> Run:
    """Let one station drift until it tells."""
    rng = np.random.default_rng(seed)
    name = case.subjects[seed % len(case.subjects)]
    subject = next(one for one in site().sight.subjects if one.kind is case.kind and one.name == name)
    sign = 1.0 if seed // 4 % 2 else -1.0
    station = Station(rng, drift=lambda days: sign * case.course(days)[:, None] * subject.share, weekend=case.weekend)
    for _ in range(BEFORE_DAYS):
        station.pass_day()
    early = len(station.judged().alarms)
    for days in range(1, LONGEST_DAYS + 1):
        station.pass_day()
        alarms = station.judged().alarms
        if alarms:
            first = alarms[0]
            right = first.subject.kind is case.kind and first.subject.name == name
            truth = sign * float(case.course(np.array([BEFORE_DAYS + float(days)]))[0])
            return Run(days, right, first.change.since - BEFORE_DAYS, first.change.now, truth, early)
    return Run(None, early=early)


def run_year(seed: int) -> list[str]:
    """Let a station run for a year without drift, judged every midnight from the third on; give the alarms that began."""
    station = Station(np.random.default_rng(seed))
    told: list[str] = []
    before: set[str] = set()
    for _ in range(YEAR_DAYS):
        station.pass_day()
        now = {f"{one.subject.kind} {one.subject.name}" for one in station.judged().alarms} if len(station.days) > 2 else set()
        told += sorted(now - before)
        before = now
    return told


def run_zero(seed: int) -> tuple[int | None, bool, int]:
    """Let one channel's zero jump by 100 kg and stay (even seeds) or stand still (odd): days to the alarm, whether named, false ones."""
    rng = np.random.default_rng(seed)
    channel = int(rng.integers(len(site().sight.sensors)))
    share = np.eye(len(site().sight.sensors))[channel]
    stuck = seed % 2 == 1

    def jump(days: Array) -> Array:
        return np.asarray(0.0 if stuck else 100.0 * (days >= BEFORE_DAYS)[:, None] * share)

    station = Station(rng, zero=jump, still=(channel, BEFORE_DAYS) if stuck else None)
    false = 0
    for number in range(BEFORE_DAYS + LONGEST_DAYS):
        station.pass_day()
        alarms = [one for one in station.judged().zeros if one.alarm]
        if alarms and number >= BEFORE_DAYS:
            return number + 1 - BEFORE_DAYS, [one.subject.name for one in alarms] == [site().sight.sensors[channel]], false
        false += len(alarms)
    return None, False, false


def main() -> None:
    """Simulate and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--times", type=int, default=40, help="simulated drifts of each case (default 40)")
    parser.add_argument("--years", type=int, default=30, help="simulated years without drift (default 30)")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1), help="processes (default 2)")
    chosen = parser.parse_args()
    table = Table(
        "what drifts", "times", "named, days: median (worst)", "in 3 days", "right name", "onset off, days", "change off, %", box=None
    )
    with ProcessPoolExecutor(chosen.processes) as pool:
        for case in track(cases(chosen.times), "drifts", console=Console(stderr=True), transient=True):
            runs = list(pool.map(run_case, [case] * case.times, range(case.times), chunksize=4))
            table.add_row(*_line(case, runs))
        zeros = list(pool.map(run_zero, range(chosen.times), chunksize=4))
        for title, part in (("a zero jumps by 100 kg and stays", zeros[::2]), ("a zero stands still", zeros[1::2])):
            days = [one[0] for one in part if one[0] is not None]
            soon = sum(day <= 3 for day in days)
            table.add_row(title, f"{len(part)}", _spread(days, len(part)), f"{soon}", f"{sum(one[1] for one in part)}", "", "")
        years = list(
            track(pool.map(run_year, range(chosen.years)), "years", total=chosen.years, console=Console(stderr=True), transient=True)
        )
    console = Console(width=150)
    console.print(table)
    false = [name for year in years for name in year]
    worst = max(len(year) for year in years)
    told = ", ".join(false) or "none"
    console.print(f"without drift: {len(false)} false alarms in {chosen.years} simulated years, {worst} in the worst ({told})")


def _line(case: Case, runs: Sequence[Run]) -> list[str]:
    named = [run for run in runs if run.days is not None]
    right = [run for run in named if run.right]
    soon = sum(run.days is not None and run.days <= 3 and run.right for run in runs)
    onset = f"{np.median([run.onset for run in right]):+.0f}" if right else ""
    off = 100.0 * np.array([run.change - run.truth for run in right])
    spread = f"{off.mean():+.2f} ± {off.std():.2f}" if right else ""
    return [
        case.title,
        f"{len(runs)}",
        _spread([run.days for run in named if run.days], len(runs)),
        f"{soon}",
        f"{len(right)}",
        onset,
        spread,
    ]


def _spread(days: Sequence[int], of: int) -> str:
    missed = f", {of - len(days)} never in {LONGEST_DAYS}" if len(days) < of else ""
    return (f"{np.median(days):.0f} ({max(days)})" if days else "–") + missed


if __name__ == "__main__":
    main()
