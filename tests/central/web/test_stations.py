"""The stations' pages: the list, one station, the map."""

import pytest

from central.evidence.publications import Publication, publish_station
from central.evidence.stations import store_status
from central.web.heartbeat import Heartbeat, Pulse
from central.web.station_map import Site as Place
from contract.topics import StationState, StationStatus
from tests.central.web.passages import store_passage


def publish(bench, **changes):
    fields = {"station": "G104-K12", "road": "G104", "stake": "K12+300", "office": "Bureau", "institute": "Institute", "place": "Gazette"}
    with bench.central.database.write() as session:
        publish_station(session, Publication(**(fields | {"from_us": 1} | changes)), bench.clock())


def status(bench, **changes):
    told = StationStatus(station="G104-K12", state=StationState.ONLINE, time_us=bench.clock(), clock="synchronised", **changes)
    with bench.central.database.write() as session:
        store_status(session, told, told.model_dump_json().encode(), bench.clock())


@pytest.mark.parametrize(
    ("stake", "km"), [("K12+300", 12.3), ("K12", 12.0), ("k7 + 5", 7.005), ("12+300", 12.3), ("by the bridge", None), ("", None)]
)
def test_a_stake_is_read_as_kilometres(stake, km):
    publication = Publication("S", "G1", stake, "o", "i", "p", 1)
    assert Place(Heartbeat(None, Pulse.NEVER), publication).stake_km == km  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("latitude_udeg", "longitude_udeg", "metres"),
    [(0, 0, (0, 0)), (85_051_129, 180_000_000, (20_037_508, 20_037_508)), (-85_051_129, -180_000_000, (-20_037_508, -20_037_508))],
)
def test_coordinates_are_projected_onto_the_square_of_epsg_3857(latitude_udeg, longitude_udeg, metres):
    here = Publication("S", "G1", "K1", "o", "i", "p", 1, latitude_udeg=latitude_udeg, longitude_udeg=longitude_udeg)
    assert Place(Heartbeat(None, Pulse.NEVER), here).mercator == pytest.approx(metres, abs=3)  # type: ignore[arg-type]


def test_without_a_published_place_there_is_no_map(officer):
    assert "data-chart" not in officer.page("/stations")
    assert officer.get("/stations/map.json").status_code == 404


@pytest.mark.parametrize("place", [{}, {"latitude_udeg": 36_100_000, "longitude_udeg": 117_000_000}])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_map_shows_each_placed_station_and_needs_no_network(officer, place, theme):
    publish(officer.bench, **place)
    assert 'data-chart="/stations/map.json"' in officer.page("/stations")
    answer = officer.client.get(f"/stations/map.json?theme={theme}")
    assert answer.status_code == 200
    assert "G104-K12" in answer.text
    assert "http" not in answer.text


def test_one_station_tells_health_numbers_scale_and_place(officer):
    bench = officer.bench
    publish(bench)
    status(bench, disk_free_mb=41_200, disk_total_mb=64_000, waiting_records=3, faults={"line-crc": 4})
    store_passage(bench)
    bench.station.next_envelope()
    store_passage(bench)
    page = officer.page("/stations/G104-K12")
    for words in (
        "online",
        "41.2",
        "/ 64.0",
        "line-crc",
        "1 of 3 numbers are not here",
        "cal-1",
        "K12+300",
        "Gazette",
        "/vehicles/G104-K12/3",
    ):
        assert words in page, words
    assert "第" not in page
    assert "共3个编号，缺1个" in officer.page("/stations/G104-K12", "zh")


def test_a_station_that_is_whole_says_so(officer):
    store_passage(officer.bench)
    assert "Every number from 1 to 1 is here." in officer.page("/stations/G104-K12")


def test_a_station_that_is_not_enrolled_is_not_found(officer):
    assert officer.get("/stations/nowhere").status_code == 404
