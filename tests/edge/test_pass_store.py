"""The latest passes outlive the program, within their bounds; a file that is damaged or refused costs nothing but itself."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from edge.faultbook import FaultBook
from edge.pass_store import KeptPass, PassStore
from edge.passes import PassBook


def kept(seq, size=100):
    return KeptPass({"seq": seq, "nominal_kg": {"R0L": [1.5, None]}, "class": "货车"}, bytes([seq % 256]) * size)


@pytest.fixture
def book():
    return FaultBook()


@pytest.fixture
def store(tmp_path, book):
    def opened(most=5, most_bytes=10_000):
        return PassStore(tmp_path / "passes.sqlite", most, most_bytes, book.note)

    return opened


def fill(store, passes):
    """Write passes one after the other, and end as the program does."""
    with closing(store()) as opened:
        left = opened.take_kept()
        for one in passes:
            opened.put(one)
    return left


def test_what_an_earlier_run_left_is_given_once_and_in_order(store, book):
    assert fill(store, [kept(1), kept(2)]) == []
    assert fill(store, [kept(3)]) == [kept(1), kept(2)]
    with closing(store()) as opened:
        assert opened.take_kept() == [kept(1), kept(2), kept(3)]
        assert opened.take_kept() == []
    assert book.counts() == {}


def test_the_oldest_go_first_by_number_and_by_bytes(store):
    for first in (1, 5):
        fill(store, [kept(seq) for seq in range(first, first + 4)])
    assert fill(store, [kept(9, 9_000), kept(10, 900)]) == [kept(seq) for seq in range(4, 9)]
    assert [one.line["seq"] for one in fill(store, [kept(11, 20_000)])] == [8, 9, 10]
    assert fill(store, []) == [kept(11, 20_000)]


@pytest.mark.parametrize("damage", [b"no database at all" * 400, b""])
def test_a_damaged_file_is_begun_anew_and_told(tmp_path, store, book, damage):
    fill(store, [kept(1)])
    path = tmp_path / "passes.sqlite"
    path.write_bytes(damage)
    assert fill(store, [kept(2)]) == []
    assert book.counts() == ({"passes-unkept": 1} if damage else {})
    assert fill(store, []) == [kept(2)]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_cannot_be_read_does_not_keep_the_station_from_starting(tmp_path, store, book):
    fill(store, [kept(1)])
    with closing(sqlite3.connect(tmp_path / "passes.sqlite")) as connection, connection:
        connection.execute("UPDATE pass SET line = '{'")
    assert fill(store, [kept(2)]) == []
    assert book.counts() == {"passes-unkept": 1}


def test_a_disk_that_refuses_it_costs_the_memory_of_passes_and_nothing_else(tmp_path, book):
    path = tmp_path / "passes.sqlite"
    path.mkdir()
    with closing(PassStore(path, 5, 10_000, book.note)) as opened:
        for seq in range(20):
            opened.put(kept(seq))
    assert book.counts()["passes-unkept"] >= 1


def test_a_book_goes_on_with_what_was_remembered(store):
    fill(store, [kept(7), kept(8)])
    with closing(store()) as opened:
        found = PassBook(opened)
    told = found.since(0)
    assert [(one["number"], one["seq"]) for one in told["passes"]] == [(1, 7), (2, 8)]
    assert told["next"] == 3
    assert found.capture(2) == kept(8).capture
    assert found.since(1)["passes"] == told["passes"][1:]


def test_kill_9_leaves_every_pass_that_was_written(tmp_path, store):
    """The child writes without end and tells what is in the file; killed at whatever it does, all of that is there."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom contextlib import closing\nimport sqlite3\n"
        "from edge.pass_store import PassStore\nfrom tests.edge.test_pass_store import kept\n"
        f"path = Path({str(tmp_path / 'passes.sqlite')!r})\n"
        "store = PassStore(path, 5, 10_000, lambda fault: None)\n"
        "for seq in range(1, 10_000):\n    store.put(kept(seq))\n"
        "    while not sqlite3.connect(path).execute('SELECT 1 FROM pass WHERE id >= ?', (seq,)).fetchone():\n        pass\n"
        "    print(seq, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", program], stdout=subprocess.PIPE, text=True) as child:
        written = [int(child.stdout.readline()) for _ in range(30)]
        os.kill(child.pid, signal.SIGKILL)
        written += [int(line) for line in child.stdout if line.endswith("\n")]
    left = [one.line["seq"] for one in fill(store, [])]
    assert len(left) == 5
    assert left == list(range(left[0], left[0] + 5))
    assert left[-1] >= written[-1]
