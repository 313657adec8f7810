"""Random small traffic: every table, file, sentence and chart says what counting the records one by one gives, in both languages."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from central.analysis.report import Step
from central.evidence.accounts import Role
from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.evidence.vehicle_detail import vehicle
from central.web.analysis.cells import csv_bytes
from central.web.analysis.charts import charts_text
from central.web.analysis.choice import choose_from
from central.web.analysis.sentences import headline, sentences
from central.web.analysis.tables import TABLE_IDS, Report
from central.web.formats import Formats
from central.web.translation import CODES, language
from contract.records import VehicleRecord
from contract.verdicts import Bar, Gate, Outcome
from tests.central.bench import Bench
from tests.central.review.office import login
from tests.central.web.figures.reading import figure, figures
from tests.signing_station import T0_US, SigningStation

PLATES = ("湘A00001", "湘A00002", "湘B00003", None)
LOADS = st.one_of(
    st.lists(st.integers(3_000, 16_000), min_size=5, max_size=5).map(tuple),
    st.sampled_from(
        ((6_000, 9_400, 9_400, 9_400, 9_400), (8_000, 12_000, 12_000, 12_000, 12_000), (9_050, 11_713, 11_713, 11_713, 11_711))
    ),
)
"""The last are inside the guard band, at 30.2 %, at exactly 30 % and a kilogram more above 43 t."""
MIDNIGHT = datetime(2026, 9, 1, tzinfo=CHINA_STANDARD_TIME).timestamp() - T0_US / 1e6
SECONDS = st.one_of(st.integers(-70 * 86_400, 0), st.sampled_from((int(MIDNIGHT) - 2, int(MIDNIGHT) - 1)))
PASSES = st.lists(st.tuples(st.integers(0, 1), SECONDS, LOADS, st.sampled_from(PLATES), st.booleans()), min_size=1, max_size=25)
UNSURE = Gate(bar=Bar.PLATE, detail="plate certainty 0.500; needed is 0.8")
UNREAD = Gate(bar=Bar.NO_PLATE, detail="no plate was matched; one is needed")
BANDS = (5, 10, 30, 50, 100)
EVERYONE, BLIND = login("rao", Role.REVIEWER), login("au", Role.AUDITOR)


@pytest.fixture
def pair(sqlite_bench: Bench) -> tuple[Bench, tuple[SigningStation, SigningStation]]:
    other = SigningStation(id="other")
    sqlite_bench.enrol(other)
    return sqlite_bench, (sqlite_bench.station, other)


class Traffic:
    """What has passed so far, counted by hand."""

    def __init__(self, records: Sequence[VehicleRecord]) -> None:
        self.records = records
        self.assessed = [one for one in records if one.verdict.outcome is not Outcome.NOT_ASSESSABLE]
        self.over = [one for one in records if one.verdict.outcome is Outcome.OVERLOAD]

    def at(self, station: str) -> "Traffic":
        return Traffic([one for one in self.records if one.station == station])

    @property
    def over_kg(self) -> int:
        return sum(one.verdict.gross.over_kg for one in self.over if one.verdict.gross is not None)

    @property
    def damage(self) -> Fraction:
        return sum((Fraction(axle.load_kg, 10_000) ** 4 for one in self.assessed for axle in one.axles), Fraction())

    @property
    def bands(self) -> list[int]:
        counts = [0] * (len(BANDS) + 1)
        for one in self.over:
            gross = one.verdict.gross
            assert gross is not None
            share = Fraction(100 * gross.over_kg, gross.limit_kg)
            counts[sum(share > bound for bound in BANDS)] += 1
        return counts


def read_csv(report: Report, name: str, formats: Formats) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_bytes(report.table(name), formats).decode("utf-8-sig"))))[1:]


def check_tables(report: Report, formats: Formats, told: Traffic) -> None:
    """Hold the files against the count."""
    for row in read_csv(report, "stations", formats):
        own = told.at(row[0])
        inside = sum(one.verdict.outcome is Outcome.INSIDE_GUARD_BAND for one in own.records)
        enforceable = sum(one.verdict.enforceable for one in own.over)
        assert [int(cell) for cell in row[1:6]] == [len(own.records), len(own.assessed), inside, len(own.over), enforceable]
        assert Fraction(row[7]) * 1000 == own.over_kg
        assert abs(Fraction(row[6]) - Fraction(100 * len(own.over), len(own.assessed))) <= Fraction(1, 20_000)
    degrees = read_csv(report, "degrees", formats)
    assert [int(row[1]) for row in degrees] == told.bands
    if told.over:
        assert abs(sum(Fraction(row[2]) for row in degrees) - 100) <= Fraction(len(degrees), 20_000)
    hours = read_csv(report, "hours", formats)
    assert (sum(int(row[2]) for row in hours), sum(int(row[3]) for row in hours)) == (len(told.records), len(told.over))
    busiest = Counter(local(one).strftime("%w %H") for one in told.over)
    assert sorted(busiest.values()) == sorted(int(row[3]) for row in hours if int(row[3]))
    compliance = read_csv(report, "compliance", formats)
    kept = Counter(local(one).strftime("%Y-%m-%d") for one in told.assessed)
    assert {row[0]: int(row[1]) for row in compliance if int(row[1])} == kept
    for row in read_csv(report, "matching", formats):
        own = told.at(row[0]).records
        unsure = sum(any(gate.bar is Bar.PLATE for gate in one.verdict.barred_by) for one in own if one.has_plate)
        assert [int(cell) for cell in row[1:4]] == [len(own), sum(not one.has_plate for one in own), unsure]
    wear = sum(Fraction(row[2]) for row in read_csv(report, "damage-stations", formats))
    assert abs(wear - told.damage) <= Fraction(len(told.records) + 2, 10**6)


def check_sentences(report: Report, said: dict[str, str], first: str, told: Traffic) -> None:
    """Hold what a sentence states against the count; the order of its figures is the language's own."""
    over, assessed = len(told.over), len(told.assessed)
    read = [one.value for one in figures(first)]
    assert {over, assessed, sum(one.verdict.enforceable for one in told.over)} <= set(read)
    excess = next(one for one in figures(first) if one.rounds(Fraction(told.over_kg, 1_000)))
    assert excess.step == 1 or told.over_kg < 10_000
    share = Fraction(100 * over, assessed)
    assert any(abs(value - share) <= Fraction(1, 200) for value in read)
    if over:
        heavy = sum(told.bands[3:])
        assert {heavy, told.bands[-1]} <= {one.value for one in figures(said["degrees"])}
        assert max(Counter(one.station for one in told.over).values()) in {one.value for one in figures(said["stations"])}
    wear = figures(said["damage"])
    assert any(abs(one.value - told.damage) <= one.step for one in wear)
    assert set(said) >= set(TABLE_IDS) - {"none"}
    assert report.total.passages == len(told.records)


def check_plates(everyone: Report, blind: Report, formats: Formats, told: Traffic) -> None:
    """Hold the repeated plates against the count; whoever sees plates masked finds none in any file, sentence or chart."""
    counted = Counter(one.plate for one in told.over if one.plate is not None)
    repeated = {plate: count for plate, count in counted.items() if count >= 2}
    assert {row[0]: int(row[2]) for row in read_csv(everyone, "plates", formats)} == repeated
    masked = read_csv(blind, "plates", formats)
    assert sorted(int(row[2]) for row in masked) == sorted(repeated.values())
    files = "".join(csv_bytes(blind.table(name), formats).decode("utf-8-sig") for name in TABLE_IDS)
    everything = files + charts_text(blind, blind.choice, formats, "light") + "".join(sentences(blind, blind.choice, formats).values())
    assert not any(plate in everything for plate in PLATES if plate)


def check_charts(report: Report, formats: Formats, told: Traffic) -> None:
    """Hold the numbers that bars are drawn from, and what is told under the pointer, against the count."""
    charts = json.loads(charts_text(report, report.choice, formats, "light"))
    if not told.over:
        assert "degrees" not in charts
        return
    degrees, stations = (dict(columns(charts[name])) for name in ("degrees", "stations"))
    assert [int(value) for value in degrees["v1"]] == told.bands
    assert sum(bars(stations)) == len(told.over)
    for drawn in (degrees, stations):
        for name in drawn:
            if name[0] == "v":
                assert [figure(text).value for text in drawn["t" + name[1:]]] == [int(value) for value in drawn[name]]


def columns(item: object) -> Iterator[tuple[str, list[Any]]]:
    """Give the columns of the data that a chart is drawn from, wherever they stand in its document."""
    match item:
        case [str(name), [*values]] if re.fullmatch(r"[vt]\d+", name):
            yield name, values
        case list():
            for inner in item:
                yield from columns(inner)
        case dict():
            for inner in item.values():
                yield from columns(inner)


def bars(drawn: dict[str, list[Any]]) -> list[float]:
    """Give the length of every part of every bar."""
    return [value for name, values in drawn.items() if name[0] == "v" for value in values]


def local(record: VehicleRecord) -> datetime:
    return datetime.fromtimestamp(record.time_us // 10**6, CHINA_STANDARD_TIME)


@settings(max_examples=5, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(passes=PASSES)
def test_the_analysis_says_what_counting_gives(pair, passes):
    bench, stations = pair
    for which, before_s, loads_kg, plate, unsure in passes:
        station = stations[which]
        record = station.vehicle(
            loads_kg=loads_kg,
            plate=plate,
            plate_certainty_ppm=0 if plate is None else 900_000,
            time_us=bench.clock() + before_s * 1_000_000,
        )
        bars = (UNREAD,) if plate is None else (UNSURE,) if unsure else ()
        record = record.model_copy(update={"verdict": record.verdict.model_copy(update={"barred_by": bars})})
        bench.send(station.sign(record), topic=station.topic)
    told = Traffic([bench_record(bench, row.station, row.seq) for row in bench.vehicles()])
    for code in CODES:
        formats = Formats(language(code), CHINA_STANDARD_TIME)
        with bench.central.database.snapshot() as session:
            reports = []
            for who in (EVERYONE, BLIND):
                choice = choose_from(session, {"step": Step.DAY.value}, who, bench.clock())
                reports.append(Report(session, choice, who))
                reports[-1].choice = choice
            everyone, blind = reports
            check_tables(everyone, formats, told)
            check_sentences(everyone, dict(sentences(everyone, everyone.choice, formats)), headline(everyone.total, formats), told)
            check_plates(everyone, blind, formats, told)
            check_charts(everyone, formats, told)


def bench_record(bench: Bench, station: str, seq: int) -> VehicleRecord:
    with bench.central.database.read() as session:
        found = vehicle(session, station, seq)
    assert found is not None
    return found.record
