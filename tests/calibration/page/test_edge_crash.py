"""kill -9 of the edge while nobody asked for passes: what it recorded before is given after, and no run is lost to the session."""

import sqlite3
from contextlib import closing

import httpx
import pytest

from calibration.sessions import actions
from calibration.sessions.desk import Desk
from calibration.sessions.evidence import CaptureFolder
from calibration.sessions.station_link import StationLink
from calibration.sessions.store import SessionStore
from contract.media import sha256_hex
from contract.station import parse_station
from tests.calibration.page.line import TECHNICIAN, StationLine
from tests.calibration.sessions.material import CERTIFICATE, truck

pytestmark = pytest.mark.xdist_group("line")


@pytest.fixture
def line(tmp_path):
    line = StationLine(tmp_path).prepare()
    yield line
    line.stop()


def written(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM pass").fetchone()[0]


def test_passes_that_nobody_had_fetched_outlive_the_edge(line):
    line.start_trucks()
    line.start_edge()
    edge = f"http://127.0.0.1:{line.edge_port}"
    with closing(StationLink(edge)) as link, closing(SessionStore(line.folder / "sessions.db")) as store:
        path = line.folder / "station.toml"
        desk = Desk(parse_station(path.read_text(encoding="utf-8"), str(path)), path, store, CaptureFolder(line.folder / "captures"), link)
        state = desk.open_session(TECHNICIAN, lane=1, standards=("cost323",), stage="initial", interval_kg=None)
        for decide in (actions.state_weighbridge(CERTIFICATE), *(actions.enter_truck(truck(n, line.static_kg[n])) for n in "BC")):
            store.act(state.name, TECHNICIAN, decide)
        line.wait(lambda: written(line.folder / "edge" / "passes.sqlite") >= 2, "two vehicles")
        before = line.passes()[:2]
        line.kill("edge")
        line.start_edge()
        after = line.passes()
        known = [one["seq"] for one in after]
        assert known[: len(before)] == [one["seq"] for one in before]
        for old, new in zip(before, after, strict=False):
            assert old == new
            signal = httpx.get(f"{edge}/passes/{new['number']}/capture", trust_env=False).content
            assert sha256_hex(signal) == new["capture_sha256"]
        desk.watch().look()
        state = store.session(state.name)
        assert {one.seen.seq for one in state.passes.values()} >= {one["seq"] for one in before}
        assert not state.missed
