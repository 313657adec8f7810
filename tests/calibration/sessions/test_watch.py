"""Passes come into open sessions once each, whoever was restarted meanwhile."""

from contextlib import closing

import pytest

from calibration.sessions import actions
from calibration.sessions.evidence import CaptureFolder
from calibration.sessions.station_link import StationLink
from calibration.sessions.store import SessionStore
from calibration.sessions.watch import PassWatch, WatchThread
from contract.faults import RetryError, StopError
from contract.media import sha256_hex
from demo.site import SiteName, find_site
from tests.calibration.sessions.material import OPENED, HandClock, seen, truck

SIGNAL = b"raw signal"


class Edge:
    """What an edge tells of its passes: a book that a restart empties."""

    def __init__(self):
        self.stream, self.book = "one", []

    def record(self, seq, **more):
        one = seen(seq, capture_sha256=sha256_hex(SIGNAL), **more)
        self.book.append(one.model_dump(mode="json") | {"number": len(self.book) + 1})

    def restart(self):
        self.stream, self.book = f"{self.stream}+", []

    def passes(self, since, stream):
        known = since if stream == self.stream else 0
        return {"stream": self.stream, "next": len(self.book) + 1, "passes": [one for one in self.book if one["number"] > known]}

    def capture(self, _number):
        return SIGNAL


@pytest.fixture
def edge():
    return Edge()


@pytest.fixture
def store(tmp_path):
    with closing(SessionStore(tmp_path / "sessions.db", HandClock())) as store:
        store.open("s1", OPENED, "Li")
        store.act("s1", "Li", actions.enter_truck(truck()))
        yield store


@pytest.fixture
def look(tmp_path, edge, store):
    def make():
        return PassWatch(find_site(SiteName.OWN).station, edge, store, CaptureFolder(tmp_path / "captures"))

    return make


def seqs(store):
    return [one.seen.seq for one in store.session("s1").passes.values()]


def test_each_pass_comes_once_though_page_and_edge_are_restarted(edge, store, look):
    watch = look()
    edge.record(11)
    assert watch.look() == 1
    edge.record(12)
    assert look().look() == 1  # another process, which is told everything anew
    assert watch.look() == 0
    edge.restart()
    edge.record(13)
    assert watch.look() == 1
    assert seqs(store) == [11, 12, 13]
    assert store.session("s1").missed == ()


def test_what_an_edge_recorded_before_its_restart_and_nobody_was_told_of_is_told(edge, store, look):
    watch = look()
    edge.record(11)
    watch.look()
    edge.record(12)
    edge.restart()
    edge.record(14)
    watch.look()
    ((_, missed),) = store.session("s1").missed
    assert (missed.after_seq, missed.before_seq) == (11, 14)


def test_what_was_recorded_before_the_session_is_none_of_its(edge, store, look):
    edge.record(OPENED.after_seq)
    edge.record(OPENED.after_seq + 1, time_us=1)  # its clock is far behind; numbers are not
    look().look()
    assert seqs(store) == [OPENED.after_seq + 1]


def test_the_signal_is_kept_of_what_may_be_a_truck_only(edge, store, look, tmp_path):
    edge.record(11, axle_kg=(5_000.0,) * 3, spacings_m=(4.0, 1.3))
    look().look()
    assert not (tmp_path / "captures").exists()
    edge.record(12)
    look().look()
    assert (tmp_path / "captures" / f"{sha256_hex(SIGNAL)}.h5").read_bytes() == SIGNAL
    assert [one.captured for one in store.session("s1").passes.values()] == [False, True]


def test_a_pass_that_makes_no_sense_stops_nothing(edge, store, look):
    edge.record(11)
    edge.book[0]["axle_kg"] = []
    edge.record(12)
    assert look().look() == 1
    assert seqs(store) == [12]


def test_another_lane_and_a_closed_session_take_nothing(edge, store, look):
    edge.record(11, lane=2)
    store.act("s1", "Li", actions.close("all driven"))
    edge.record(12)
    assert look().look() == 0
    assert seqs(store) == []


@pytest.mark.parametrize("url", ["http://192.168.1.5:8701", "https://127.0.0.1:8701", "127.0.0.1:8701", "ftp://localhost"])
def test_only_an_edge_on_this_machine_is_asked(url):
    with pytest.raises(StopError, match="loopback"):
        StationLink(url)


def test_a_silent_edge_is_tried_again():
    with closing(StationLink("http://127.0.0.1:1")) as link, pytest.raises(RetryError, match="wim-edge"):
        link.passes(0, "")


@pytest.mark.parametrize("answer", [{}, {"stream": "x", "next": 1}, {"stream": "x", "next": "1", "passes": []}])
def test_an_answer_that_is_none_is_asked_for_again(edge, look, answer):
    edge.passes = lambda _since, _stream: answer
    with pytest.raises(RetryError, match="one version"):
        look().look()


@pytest.mark.parametrize("given", [None, 5, [], {}, {"number": "x"}])
def test_passes_of_any_shape_stop_nothing(edge, store, look, given):
    edge.record(11)
    told = edge.passes(0, "")
    edge.passes = lambda _since, _stream: told | {"passes": [given, *told["passes"]]}
    assert look().look() == 1


def test_a_signal_that_is_not_what_the_record_names_is_not_kept(edge, store, look, tmp_path):
    edge.record(11)
    edge.capture = lambda _number: b"another signal"
    assert look().look() == 1
    assert not (tmp_path / "captures").exists()
    assert [one.captured for one in store.session("s1").passes.values()] == [False]


def test_a_watch_that_fails_ends_the_program_and_does_not_go_on_blind(edge, look):
    edge.passes = lambda _since, _stream: 1 / 0
    failures = []
    thread = WatchThread(look(), failures.append)
    thread.start()
    thread.join()
    assert [error.code for error in failures] == ["watch-ended"]
