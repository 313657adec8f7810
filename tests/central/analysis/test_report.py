"""The figures of a selection, over records whose sums one can work out by hand."""

from dataclasses import astuple, replace
from datetime import datetime

import pytest
from sqlalchemy import select

from central.analysis import report
from central.analysis.carriers import parse_carriers, replace_carriers
from central.analysis.report import Step
from central.analysis.selection import Period, Selection, month_text, parse_month
from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME, date_of
from central.evidence.journal import SERVICE
from central.evidence.models import Case
from central.review.screening.run import screen_all
from contract.faults import RejectError
from tests.central.bench import Bench
from tests.signing_station import SigningStation

HEAVY = (8_000, 12_000, 12_000, 12_000, 12_000)
LIGHT = (6_000, 9_000, 7_500, 7_500, 7_500)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=CHINA_STANDARD_TIME).timestamp()) * 1_000_000


@pytest.fixture
def passed(bench: Bench) -> Bench:
    """Four vehicles at two stations in two months: three overloads, two of them of one plate."""
    other = SigningStation(id="other")
    bench.enrol(other)
    bench.send(
        bench.station.next_envelope(time_us=at("2026-08-31T23:30"), loads_kg=HEAVY, plate="湘A00001"),
        bench.station.next_envelope(time_us=at("2026-09-01T00:10"), loads_kg=HEAVY, plate="湘A00002"),
        bench.station.next_envelope(time_us=at("2026-09-01T00:20"), loads_kg=LIGHT, plate=None, plate_certainty_ppm=0),
    )
    bench.send(other.next_envelope(time_us=at("2026-09-08T00:40"), loads_kg=HEAVY, plate="湘A00001"), topic=other.topic)
    return bench


def selection(*stations: str, first: str = "2026-08", last: str = "2026-09") -> Selection:
    return Selection(stations or ("G104-K12", "other"), Period.between(parse_month(first), parse_month(last)))


def test_stations_and_months_narrow_the_figures(passed: Bench):
    with passed.central.database.read() as session:
        both = report.by_station(session, selection())
        assert {name: (t.passages, t.overloads, t.unread) for name, t in both.items()} == {"G104-K12": (3, 2, 1), "other": (1, 1, 0)}
        assert list(report.by_station(session, selection("other", last="2026-08"))) == []
        assert report.by_station(session, selection(first="2026-09"))["G104-K12"].passages == 2
        assert report.by_station(session, Selection((), selection().period)) == {}


def test_the_sums_of_the_whole_network_are_those_of_all_its_stations(passed: Bench):
    listed, whole = selection(), replace(selection(), whole=True)
    with passed.central.database.read() as session:
        for step in Step:
            assert report.by_time(session, whole, step) == report.by_time(session, listed, step)
        for one, other in zip(astuple(report.hours(session, whole)), astuple(report.hours(session, listed)), strict=True):
            assert one.tolist() == other.tolist()
        for figures in (
            report.by_station,
            report.configurations,
            report.degrees,
            report.carriers,
            report.repeated_plates,
            report.decisions,
        ):
            assert figures(session, whole) == figures(session, listed)


@pytest.mark.parametrize(
    ("step", "starts"),
    [
        (Step.DAY, ["2026-08-31", "2026-09-01", "2026-09-08"]),
        (Step.WEEK, ["2026-08-31", "2026-09-07"]),
        (Step.MONTH, ["2026-08-01", "2026-09-01"]),
    ],
)
def test_time_is_divided_by_local_days_weeks_from_monday_and_months(passed: Bench, step, starts):
    with passed.central.database.read() as session:
        found = report.by_time(session, selection(), step)
    assert [date_of(start).isoformat() for start in found] == starts
    assert sum(traffic.overloads for traffic in found.values()) == 3


def test_the_week_counts_each_days_stations_as_observed(passed: Bench):
    with passed.central.database.read() as session:
        week = report.hours(session, selection())
    assert (week.overloads[0, 23], week.overloads[1, 0], week.passages[1, 0]) == (1, 2, 3)
    assert week.days.tolist() == [1, 2, 0, 0, 0, 0, 0]


def test_degrees_and_configurations_add_up_to_all_overloads(passed: Bench):
    with passed.central.database.read() as session:
        degrees = report.degrees(session, selection())
        (line,) = report.configurations(session, selection())
    assert [(one.above_permille, one.upto_permille, one.overloads) for one in degrees if one.overloads] == [(300, 500, 3)]
    assert (line.vehicle_class, line.assessed, line.overloads, line.over_kg) == ("1+1+1+1+1", 4, 3, 39_000)


def test_repeated_plates_and_carriers(passed: Bench):
    listed = parse_carriers("plate,carrier\n湘a 00001,Example Haulage\n".encode(), "list.csv")
    with passed.central.database.write() as session:
        replace_carriers(session, SERVICE, listed, passed.clock())
    with passed.central.database.read() as session:
        (line,) = report.repeated_plates(session, selection())
        carriers = report.carriers(session, selection())
    assert (line.plate, line.carrier, line.overloads, line.stations) == ("湘A00001", "Example Haulage", 2, 2)
    assert [(one.carrier, one.vehicles, one.overloads) for one in carriers] == [("Example Haulage", 1, 2), (None, 1, 1)]


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "1999-01", "26-01", "2026-1", "２０２６-01"])
def test_what_is_no_month_is_refused_with_an_example(text):
    with pytest.raises(RejectError, match="2026-03"):
        parse_month(text)


def test_a_period_in_the_wrong_order_or_of_a_century_is_refused():
    assert month_text(parse_month("2026-12")) == "2026-12"
    for first, last in (("2026-02", "2026-01"), ("2020-01", "2030-01")):
        with pytest.raises(RejectError, match="1 to 120 months"):
            Period.between(parse_month(first), parse_month(last))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "head line"),
        (b"plate;carrier\n", "head line"),
        (b"plate,carrier\nA,B,C\n", "line 2: 'A,B,C' has not the fields"),
        (b"plate,carrier\n,Name\n", "line 2: ',Name' is no plate"),
        (b"plate,carrier\nA,\n", "line 2: 'A,' has a carrier's name"),
        (b"plate,carrier\nA,x\nA,y\n", "line 3: 'A,y' gives a plate a second carrier"),
        (b"\xff\xff\xff", "neither UTF-8"),
    ],
)
def test_a_bad_list_of_carriers_is_refused_whole_with_its_lines(content, what):
    with pytest.raises(RejectError, match=what):
        parse_carriers(content, "list.csv")


def test_a_list_in_the_encoding_of_chinese_spreadsheets_is_read():
    assert parse_carriers("plate,carrier\n湘A00001,恒通运输\n\n".encode("gb18030"), "list.csv") == {"湘A00001": "恒通运输"}


def test_a_case_counts_by_how_it_stands_now(passed: Bench):
    screen_all(passed.central)
    whole = selection()
    with passed.central.database.read() as session:
        assert report.decisions(session, whole) == {"penalty": 0, "warning": 0, "no-action": 0, "dismissed": 0, "open": 3}
    with passed.central.database.write() as session:
        first, second, _ = session.scalars(select(Case).order_by(Case.id))
        first.state, second.state, second.outcome = "dismissed", "decided", "penalty"
    with passed.central.database.read() as session:
        assert report.decisions(session, whole) == {"penalty": 1, "warning": 0, "no-action": 0, "dismissed": 1, "open": 1}
        assert sum(report.decisions(session, selection(last="2026-08")).values()) == 1
