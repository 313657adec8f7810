"""Which records are sent when: pure bookkeeping, so its clock is a number."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from edge.uplink.window import ASIDE_S, STRIKES, Window


@dataclass(frozen=True)
class Row:
    seq: int
    sha256: str = "a"


def rows(*seqs):
    return [Row(seq) for seq in seqs]


def send(window, waiting, now_s):
    """Send what is due and give its numbers."""
    due = window.due(waiting, now_s)
    for row in due:
        window.sent(row, now_s)
    return [row.seq for row in due]


def test_in_order_and_no_more_than_fit():
    window = Window(size=3)
    assert window.asks_for() == 3
    assert send(window, rows(1, 2, 3, 4), 0.0) == [1, 2, 3]
    assert send(window, rows(1, 2, 3, 4), 1.0) == []


def test_a_receipt_makes_room():
    window = Window(size=2)
    send(window, rows(1, 2, 3), 0.0)
    window.settled(1, "a")
    assert send(window, rows(2, 3), 0.0) == [3]


def test_without_a_receipt_it_is_sent_again():
    window = Window(size=2, receipt_wait_s=30)
    send(window, rows(1), 0.0)
    assert send(window, rows(1), 29.9) == []
    (row,) = window.due(rows(1), 30.0)
    assert window.sent(row, 30.0)
    assert send(window, rows(1), 59.9) == []


def test_a_receipt_for_another_hash_changes_nothing():
    window = Window()
    send(window, rows(1), 0.0)
    window.settled(1, "other")
    assert send(window, rows(1), 1.0) == []


def test_a_new_connection_sends_everything_again():
    window = Window()
    send(window, rows(1, 2), 0.0)
    window.acknowledged(1)
    window.acknowledged(2)
    assert window.connection_lost(1.0) is None
    assert send(window, rows(1, 2), 1.0) == [1, 2]


def test_after_a_loss_one_at_a_time_until_something_moves():
    window = Window()
    send(window, rows(1, 2, 3), 0.0)
    window.connection_lost(1.0)
    assert send(window, rows(1, 2, 3), 1.0) == [1]
    window.acknowledged(1)
    assert send(window, rows(1, 2, 3), 1.0) == [2, 3]


def test_a_poisonous_record_is_set_aside_and_tried_again_later():
    window = Window()
    waiting = rows(1, 2)
    send(window, waiting, 0.0)
    window.connection_lost(0.0)
    lost = []
    for _ in range(STRIKES):
        assert send(window, waiting, 1.0) == [1]
        lost.append(window.connection_lost(1.0))
    assert lost == [None] * (STRIKES - 1) + [1]
    assert window.asks_for() > Window().asks_for()
    assert send(window, waiting, 1.0) == [2]
    window.acknowledged(2)
    assert send(window, waiting, 1.0 + ASIDE_S)[0] == 1


def test_a_record_that_was_acknowledged_is_no_poison():
    window = Window()
    for _ in range(3 * STRIKES):
        assert send(window, rows(1), 0.0) == [1]
        window.acknowledged(1)
        assert window.connection_lost(0.0) is None


def test_a_record_that_is_too_large_lets_the_others_pass():
    window = Window(size=1)
    window.set_aside(1, 0.0)
    assert send(window, rows(1, 2), 0.0) == [2]


@given(st.lists(st.tuples(st.sampled_from(["send", "settle", "acknowledge", "lose"]), st.integers(1, 8)), max_size=60))
def test_whatever_happens_every_record_is_sent_in_the_end(events):
    window = Window(size=3, receipt_wait_s=10)
    waiting = rows(*range(1, 9))
    now_s = 0.0
    for event, seq in events:
        now_s += 1
        if event == "send":
            due = send(window, waiting[: window.asks_for()], now_s)
            assert due == sorted(due)
            assert len(due) <= 3
        elif event == "settle":
            window.settled(seq, "a")
            waiting = [row for row in waiting if row.seq != seq]
        elif event == "acknowledge":
            window.acknowledged(seq)
        else:
            window.connection_lost(now_s)
    while waiting:
        now_s += ASIDE_S
        due = send(window, waiting[: window.asks_for()], now_s)
        assert due
        for seq in due:
            window.settled(seq, "a")
        waiting = [row for row in waiting if row.seq not in due]
