import json
import re

import pytest

from central.evidence.quarantine import Refused, keep
from central.evidence.stations import store_status
from central.web.routes import listing
from contract.faults import RejectError
from contract.topics import DriftKind, DriftNotice, StationState, StationStatus
from contract.verdicts import Bar, Gate
from tests.central.web.passages import passage, store_passage
from tests.signing_station import T0_US

LIGHT = (5_000, 7_000, 7_000, 6_000, 6_000)
NO_PLATE = (Gate(bar=Bar.NO_PLATE, detail="no plate was matched; one is needed"),)
BARRED = (Gate(bar=Bar.ACCELERATION, detail="-2.10 m/s²; allowed is at most 1 m/s² either way"),)
ROW = re.compile(r'<tr id="v-G104-K12-(\d+)" class="tone-(\w+)"')


@pytest.fixture
def four(officer):
    """Store an overload, a barred overload, a light vehicle, and one without a plate."""
    bench = officer.bench
    passages: tuple[dict[str, object], ...] = (
        {"plate": "湘A00001"},
        {"barred_by": BARRED},
        {"loads_kg": LIGHT, "plate": "沪B77777"},
        {"plate": None, "plate_certainty_ppm": 0, "barred_by": NO_PLATE},
    )
    for changes in passages:
        bench.send(bench.station.sign(passage(bench.station, **changes)))
    return officer


def rows(page: str) -> list[tuple[str, str]]:
    return ROW.findall(page)


def test_the_list_is_newest_first_and_says_each_verdict_in_a_word(four):
    page = four.page("/vehicles")
    assert rows(page) == [("4", "barred"), ("3", "plain"), ("2", "barred"), ("1", "enforce")]
    for word in ("Overload", "Within limits", "Overload, barred", "none read", "± 1.0", "14.4", "43.0", "22:13:20 +08:00</span>"):
        assert word in page


@pytest.mark.parametrize(
    ("query", "seqs"),
    [
        ("verdict=enforceable", ["1"]),
        ("verdict=barred", ["4", "2"]),
        ("verdict=within-limits", ["3"]),
        ("verdict=not-assessable", []),
        ("plate=b777", ["3"]),
        ("plate=%25", []),
        ("station=G104-K12", ["4", "3", "2", "1"]),
        ("station=other", []),
        ("from=2026-09-21T22:13:22", ["4", "3"]),
        ("until=2026-09-21T22:13:21", ["1"]),
        ("from=2026-09-21T14:13:20Z&verdict=enforceable", ["1"]),
    ],
)
def test_filters(four, query, seqs):
    page = four.page(f"/vehicles?{query}")
    assert [seq for seq, _ in rows(page)] == seqs
    assert ("No vehicle fits this filter." in page) == (not seqs) or 'id="empty" hidden' in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("from=yesterday", "Give date and time as"),
        ("until=99999-01-01", "Give date and time as"),
        ("verdict=guilty", "Choose a verdict"),
        ("station=..%2F..", "Choose a station"),
        ("plate=12345678901234567", "at most 16 characters"),
        ("before=x", "address is damaged"),
    ],
)
def test_what_cannot_be_used_is_told_beside_its_field_and_the_rest_is_shown(four, query, says):
    answer = four.get(f"/vehicles?{query}")
    assert answer.status_code == 400
    assert says in answer.text
    assert len(rows(answer.text)) == 4


def test_pages_go_by_key_and_keep_the_filter(four, monkeypatch):
    monkeypatch.setattr(listing, "ROWS", 2)
    first = four.page("/vehicles?station=G104-K12")
    assert [seq for seq, _ in rows(first)] == ["4", "3"]
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    address = following[1].replace("&amp;", "&")
    assert "station=G104-K12" in address
    four.bench.send(four.bench.station.next_envelope())
    assert [seq for seq, _ in rows(four.page(address))] == ["2", "1"]


def test_what_a_station_sends_is_never_markup(officer):
    bench = officer.bench
    bench.send(bench.station.sign(passage(bench.station, plate="<b>&'\"", vehicle_class="<script>alert(1)</script>")))
    for path in ("/vehicles", "/vehicles/G104-K12/1"):
        page = officer.page(path)
        assert "<script>alert" not in page
        assert "<b>&'" not in page
        assert "&lt;script&gt;alert" in page


def test_a_filter_is_never_markup(officer):
    assert "<script>" not in officer.get("/vehicles?plate=%22%3E%3Cscript%3E").text


def test_empty_states(officer):
    assert "No vehicle yet." in officer.page("/vehicles")
    assert "暂无称重记录" in officer.page("/vehicles", language="zh")
    assert "Nothing has been refused." in officer.page("/quarantine")
    assert "has not spoken yet" in officer.page("/stations")


@pytest.mark.parametrize(
    ("state", "silence_s", "says"),
    [
        (StationState.ONLINE, 4, "last heartbeat 4 seconds ago"),
        (StationState.ONLINE, 420, "last heard 7 minutes ago; its queue is kept there"),
        (StationState.OFFLINE, 4, "offline, as told 4 seconds ago; its queue is kept there"),
    ],
)
def test_the_list_says_how_fresh_each_station_is(officer, state, silence_s, says):
    bench = officer.bench
    status = StationStatus(
        station="G104-K12", state=state, time_us=bench.clock(), waiting_records=7, clock="stepped", faults={"bad-crc": 3}
    )
    with bench.central.database.write() as session:
        store_status(session, status, status.model_dump_json().encode(), bench.clock() - silence_s * 1_000_000)
    assert says in officer.page("/vehicles")
    page = officer.page("/stations")
    for figure in ("7 / 0", "bad-crc", "stepped"):
        assert figure in page


NOTICES = (
    DriftNotice(
        lane=1, kind=DriftKind.ROW, name="2", since="2026-09-05", change_ppm=8_000, change_u_ppm=500, per_week_ppm=10_000, sure_permille=998
    ),
    DriftNotice(lane=2, kind=DriftKind.SIDE, name="left", since="2026-09-06", change_ppm=-21_000, change_u_ppm=900, sure_permille=950),
    DriftNotice(lane=1, kind=DriftKind.ZERO, name="R1L", since="2026-09-07", zero_kg=-120, sure_permille=990),
    DriftNotice(lane=1, kind=DriftKind.ZERO_STILL, name="R3R", since="2026-09-08", sure_permille=1000),
)


def test_a_scale_that_drifts_is_told_in_both_languages(officer):
    bench = officer.bench
    status = StationStatus(station="G104-K12", state=StationState.ONLINE, time_us=bench.clock(), drift=NOTICES)
    with bench.central.database.write() as session:
        store_status(session, status, status.model_dump_json().encode(), bench.clock())
    page = officer.page("/stations")
    for sentence in (
        "Lane 1: row 2 has read +0.80 % (± 0.10, k = 2) since 2026-09-05, +1.00 % a week; sure to 99.8 %.",
        "Lane 2: the left side has read −2.10 % (± 0.18, k = 2) since 2026-09-06, at once; sure to 95.0 %.",
        "Lane 1: the zero of R1L has moved by −120 kg since 2026-09-07.",
        "Lane 1: the zero of R3R has stood still since 2026-09-08.",
    ):
        assert sentence in page
    assert "scale drifts" in officer.page("/vehicles")
    chinese = officer.page("/stations", language="zh")
    assert "车道 1：第 2 排自 2026-09-05 起示值漂移 +0.80 %（± 0.10，k = 2），每周 +1.00 %，置信度 99.8 %。" in chinese
    assert "车道 2：左侧自 2026-09-06 起示值突变" in chinese


def test_quarantine_shows_what_was_refused_and_why(officer):
    bench = officer.bench
    refused = Refused.unsigned("wim/v1/<i>/records", b"\x00" * 36, RejectError("not-an-envelope", "message", "is no <DSSE> envelope"))
    with bench.central.database.write() as session:
        keep(session, refused, now_us=bench.clock(), unsigned_max_bytes_per_day=10**6)
    page = officer.page("/quarantine")
    topic = "wim/<wbr>v1/<wbr>&lt;i&gt;/<wbr>records"
    for text in ("not-an-envelope", "is no &lt;DSSE&gt; envelope", "36\u00a0B", refused.sha256[:16], topic):
        assert text in page


def test_new_rows_and_supplemented_ones_are_pushed_and_none_twice(officer):
    bench = officer.bench
    first = store_passage(bench)
    link = bench.station.last
    seen = []
    with officer.client.stream("GET", "/vehicles/live", params={"after": 0}) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: ") and '"key"' in line:
                seen.append(json.loads(line.removeprefix("data: ")))
                if len(seen) == 1:
                    bench.send(bench.station.sign(bench.station.supplement(link)))
                    bench.send(bench.station.next_envelope())
                if len(seen) == 3:
                    break
    assert first.seq == 1
    assert [each["id"] for each in seen] == ["v-G104-K12-1", "v-G104-K12-1", "v-G104-K12-3"]
    assert seen[0]["key"].startswith(str(T0_US))
    assert seen[0]["html"].startswith('<tr id="v-G104-K12-1"')


def test_a_browser_that_comes_back_goes_on_where_it_was(officer):
    bench = officer.bench
    for _ in range(3):
        bench.send(bench.station.next_envelope())
    with officer.client.stream("GET", "/vehicles/live", params={"after": 0}, headers={"Last-Event-ID": "2"}) as stream:
        first = next(line for line in stream.iter_lines() if '"key"' in line)
    assert '"v-G104-K12-3"' in first
