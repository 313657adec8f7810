"""What the outbox promises, one promise a test."""

import resource
import sqlite3
from contextlib import closing

import pytest

from contract.chain import GENESIS, Link
from contract.faults import RetryError, StopError
from contract.media import sha256_hex
from contract.receipts import ReceiptOutcome
from edge.outbox import Outbox, ReadKey
from tests.edge.outbox.queueing import OTHER, maker, picture, point, read, receipt

HOUR_US = 3_600_000_000


class Clock:
    def __init__(self):
        self.us = 1_790_000_000_000_000

    def __call__(self):
        return self.us


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def outbox(tmp_path, clock):
    with closing(Outbox(tmp_path / "box", 8, clock)) as box:
        yield box


@pytest.fixture
def reopened(tmp_path, clock, outbox):
    """Give a function that closes the outbox and opens it anew."""
    opened = []

    def reopen():
        (opened[-1] if opened else outbox).close()
        opened.append(Outbox(tmp_path / "box", 8, clock))
        return opened[-1]

    yield reopen
    for box in opened:
        box.close()


def test_an_empty_one_stands_at_the_beginning(outbox):
    assert outbox.head() == GENESIS
    assert outbox.waiting(10) == []
    assert outbox.checkpoint("digitiser") is None
    assert outbox.counts().last_seq == 0


def test_records_form_a_chain_and_wait_in_order(outbox):
    links = [outbox.append(maker(str(n))) for n in range(3)]
    assert [link.seq for link in links] == [1, 2, 3]
    assert [(row.seq, row.sha256) for row in outbox.waiting(2)] == [(link.seq, link.sha256) for link in links[:2]]
    assert outbox.envelope(2) == f"sealed 2 {links[0].sha256} 1".encode()
    assert outbox.head() == links[2]


def test_everything_is_there_after_reopening(outbox, reopened):
    link = outbox.append(maker(), [picture("a")], point(500), [])
    outbox.keep_read(read())
    again = reopened()
    assert again.head() == link
    assert again.checkpoint("digitiser") == point(500)
    assert again.unused_reads() == [read()]
    (blob,) = again.waiting_blobs(5)
    assert blob.path.read_bytes() == picture("a").data


def test_a_record_that_cannot_be_made_leaves_nothing(outbox, reopened):
    def broken(after):
        raise ZeroDivisionError

    outbox.keep_read(read())
    with pytest.raises(ZeroDivisionError):
        outbox.append(broken, [picture("a")], point(1), [ReadKey("cam", "e-1")])
    assert outbox.head() == GENESIS
    assert outbox.checkpoint("digitiser") is None
    assert outbox.unused_reads() == [read()]
    assert outbox.counts().waiting_blobs == 0
    assert outbox.append(maker()).seq == 1


def test_only_the_right_receipt_lets_a_row_go(outbox):
    link = outbox.append(maker())
    for wrong in (receipt(link, sha256=OTHER), receipt(Link(2, link.sha256)), receipt(link, ReceiptOutcome.QUARANTINED, sha256=OTHER)):
        settlement = outbox.settle([wrong])
        assert (settlement.stored, settlement.refused) == (0, 0)
        assert [fault.code for fault in settlement.faults] == ["receipt-misfit"]
        assert len(outbox.waiting(5)) == 1
    assert outbox.settle([receipt(link)]).stored == 1
    assert outbox.waiting(5) == []
    assert outbox.head() == link


def test_a_receipt_twice_does_nothing(outbox):
    link = outbox.append(maker())
    settlement = outbox.settle([receipt(link), receipt(link)])
    assert (settlement.stored, settlement.faults) == (1, ())
    assert outbox.settle([receipt(link)]).faults == ()


def test_what_central_refuses_is_kept_and_counted(outbox, reopened):
    link = outbox.append(maker())
    refusal = receipt(link, ReceiptOutcome.QUARANTINED, reason="bad-signature: no")
    settlement = outbox.settle([refusal, refusal])
    assert settlement.refused == 1
    assert "bad-signature" in settlement.faults[0].what
    again = reopened()
    assert again.waiting(5) == []
    assert again.counts().refused_records == 1
    assert again.envelope(1) is not None


def test_what_was_refused_leaves_when_central_takes_it_after_all(outbox):
    link = outbox.append(maker())
    outbox.settle([receipt(link, ReceiptOutcome.QUARANTINED)])
    assert outbox.settle([receipt(link)]).stored == 1
    assert outbox.counts().refused_records == 0


def test_the_chain_goes_on_after_all_have_left(outbox, reopened):
    link = outbox.append(maker())
    outbox.settle([receipt(link)])
    again = reopened()
    assert again.append(maker()).seq == 2


def test_an_event_of_a_camera_is_kept_once(outbox):
    assert outbox.keep_read(read())
    assert not outbox.keep_read(read())
    assert outbox.keep_read(read(camera="rear"))
    assert len(outbox.unused_reads()) == 2


def test_a_read_in_a_record_is_used_and_not_taken_again(outbox):
    outbox.keep_read(read())
    outbox.append(maker(), reads=[ReadKey("cam", "e-1")])
    assert outbox.unused_reads() == []
    assert not outbox.keep_read(read())
    assert outbox.counts().unused_reads == 0


def test_old_reads_are_forgotten_and_the_unused_counted(outbox, clock):
    outbox.keep_read(read("e-1"))
    outbox.keep_read(read("e-2"))
    outbox.append(maker(), reads=[ReadKey("cam", "e-2")])
    clock.us += HOUR_US
    outbox.keep_read(read("e-3"))
    assert outbox.forget_reads(HOUR_US) == 1
    assert [one.event_id for one in outbox.unused_reads()] == ["e-3"]


def test_a_checkpoint_moves_alone_too(outbox):
    outbox.save_checkpoint(point(10))
    outbox.save_checkpoint(point(20, epoch=2))
    outbox.save_checkpoint(point(5, "other"))
    assert outbox.checkpoint("digitiser") == point(20, epoch=2)


def test_blobs_wait_in_the_order_of_their_records(outbox):
    outbox.append(maker(), [picture("z")])
    outbox.append(maker(), [picture("a")])
    assert [blob.sha256 for blob in outbox.waiting_blobs(5)] == [picture("z").sha256, picture("a").sha256]


def test_a_blob_goes_when_both_it_and_its_record_are_at_central(outbox, clock, tmp_path):
    link = outbox.append(maker(), [picture("a")])
    (blob,) = outbox.waiting_blobs(5)
    outbox.settle([receipt(link)])
    assert outbox.prune(0) == 0
    outbox.blob_uploaded(blob.sha256)
    assert outbox.waiting_blobs(5) == []
    assert outbox.prune(HOUR_US) == 0
    clock.us += HOUR_US
    assert outbox.prune(HOUR_US) == 1
    assert not blob.path.exists()


def test_a_confirmed_blob_stays_while_its_record_waits(outbox):
    outbox.append(maker(), [picture("a")])
    outbox.blob_uploaded(picture("a").sha256)
    assert outbox.prune(0) == 0


def test_a_refused_blob_is_kept_and_counted(outbox):
    link = outbox.append(maker(), [picture("a")])
    (blob,) = outbox.waiting_blobs(5)
    outbox.blob_refused(blob.sha256, "too large")
    outbox.settle([receipt(link)])
    assert outbox.prune(0) == 0
    assert blob.path.exists()
    assert outbox.counts().refused_blobs == 1


def test_the_same_picture_in_two_records_is_one_file(outbox):
    first = outbox.append(maker(), [picture("a")])
    outbox.append(maker(), [picture("a")])
    outbox.blob_uploaded(picture("a").sha256)
    outbox.settle([receipt(first)])
    assert outbox.prune(0) == 0  # the second record still waits
    assert outbox.counts().blob_bytes == len(picture("a").data)


def test_a_crash_between_file_and_row_leaves_no_stray(outbox, reopened, tmp_path):
    stray = tmp_path / "box" / "blobs" / "ab" / ("ab" * 32)
    stray.parent.mkdir()
    stray.write_bytes(b"half")
    (stray.with_name(stray.name + ".part")).write_bytes(b"quarter")
    reopened()
    assert list(stray.parent.iterdir()) == []


def test_blobs_beyond_the_quota_are_refused_but_the_record_alone_finds_room(outbox):
    big = picture("x" * 4_100_000)
    with pytest.raises(RetryError, match="at most 4000000 are kept") as caught:
        outbox.append(maker(), [big])
    assert caught.value.code == "blobs-full"
    assert outbox.head() == GENESIS
    assert outbox.append(maker()).seq == 1


def test_a_quota_that_was_lowered_below_what_is_kept_still_takes_records(outbox, tmp_path):
    outbox.append(maker(), [picture("x" * 3_000_000)])
    outbox.close()
    with closing(Outbox(tmp_path / "box", 2)) as smaller:
        assert smaller.append(maker()).seq == 2
        with pytest.raises(RetryError, match="pictures and captures would take"):
            smaller.append(maker(), [picture("y")])


def test_a_crowded_folder_lets_confirmed_blobs_go_at_once(outbox):
    link = outbox.append(maker(), [picture("x" * 2_100_000)])
    outbox.blob_uploaded(picture("x" * 2_100_000).sha256)
    outbox.settle([receipt(link)])
    assert outbox.prune(HOUR_US) == 1


def test_a_full_queue_says_so_and_goes_on_when_receipts_come(outbox):
    def large(after):
        payload = str(after.seq).encode()
        return payload, b"e" * 100_000

    links = []

    def fill():
        while True:
            links.append(outbox.append(large))

    with pytest.raises(RetryError) as caught:
        fill()
    assert caught.value.code == "outbox-full"
    assert outbox.head() == links[-1]
    outbox.settle([receipt(link) for link in links])
    assert outbox.append(large).seq == len(links) + 1


def test_a_second_process_is_kept_out(outbox, tmp_path):
    with pytest.raises(StopError, match="only one wim-edge may run on it"):
        Outbox(tmp_path / "box", 8)


def test_after_an_error_of_the_disk_nothing_is_believed_any_more(outbox, reopened):
    link = outbox.append(maker())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        with pytest.raises(StopError) as caught:
            outbox.append(maker())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.code == "disk-failing"
    with pytest.raises(StopError):
        outbox.append(maker())
    with pytest.raises(StopError):
        outbox.settle([receipt(link)])
    again = reopened()
    assert again.head() == link


def test_a_damaged_file_is_not_worked_with(outbox, tmp_path):
    for n in range(40):
        outbox.append(lambda after, n=n: (str(n).encode(), b"e" * 3_000))
    outbox.close()
    path = tmp_path / "box" / "outbox.sqlite"
    data = bytearray(path.read_bytes())
    data[8_192:40_960] = b"\xa5" * 32_768
    path.write_bytes(data)
    with pytest.raises(StopError) as caught:
        Outbox(tmp_path / "box", 8)
    assert caught.value.code == "outbox-corrupt"


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 5_000])
def test_what_is_no_database_is_not_worked_with(tmp_path, content):
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "outbox.sqlite").write_bytes(content)
    with pytest.raises(StopError) as caught:
        Outbox(tmp_path / "box", 8)
    assert caught.value.code == "outbox-corrupt"


def test_newer_software_s_file_is_not_worked_with(outbox, tmp_path):
    outbox.close()
    with closing(sqlite3.connect(tmp_path / "box" / "outbox.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StopError, match="has version 99"):
        Outbox(tmp_path / "box", 8)


def test_a_head_behind_its_records_stops(outbox, tmp_path):
    outbox.append(maker())
    outbox.close()
    with closing(sqlite3.connect(tmp_path / "box" / "outbox.sqlite")) as connection:
        connection.execute("UPDATE chain SET seq = 0")
        connection.commit()
    with pytest.raises(StopError, match="says that record 0 is the last, but holds record 1"):
        Outbox(tmp_path / "box", 8)


def test_a_path_that_is_no_folder(tmp_path):
    (tmp_path / "box").write_text("")
    with pytest.raises(StopError, match="cannot be made"):
        Outbox(tmp_path / "box", 8)


def test_wal_with_full_synchronisation_is_on(outbox):
    with outbox._database.transaction() as connection:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    assert (mode, synchronous) == ("wal", 2)


def test_a_payload_s_hash_is_the_link(outbox):
    assert outbox.append(lambda after: (b"payload", b"envelope")).sha256 == sha256_hex(b"payload")
