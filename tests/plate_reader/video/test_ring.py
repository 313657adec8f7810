from hypothesis import given
from hypothesis import strategies as st

from contract.clips import ClipFrame
from plate_reader.video.ring import FrameRing

SECOND = 1_000_000


@given(st.lists(st.tuples(st.integers(0, 3 * SECOND), st.integers(1, 400)), max_size=60))
def test_it_is_bounded_in_time_and_bytes_and_keeps_the_newest(steps):
    ring, now = FrameRing(keep_s=5, bytes_max=1_000), SECOND
    for step_us, size in steps:
        now += step_us
        ring.add(ClipFrame(now, bytes(size)))
        held = ring.between(0, 2**53)
        assert held[-1] == (now, bytes(size))
        assert sum(len(frame.jpeg) for frame in held) == ring.state["bytes"] <= 1_000
        assert held[0].time_us >= now - 5 * SECOND


def test_the_nearest_picture_and_those_between():
    ring = FrameRing()
    assert ring.nearest(5) is None
    for second in range(1, 6):
        ring.add(ClipFrame(second * SECOND, b"%d" % second))
    assert [frame.jpeg for frame in ring.between(2 * SECOND, 4 * SECOND)] == [b"2", b"3", b"4"]
    assert ring.nearest(0).jpeg == b"1"
    assert ring.nearest(3_400_000).jpeg == b"3"
    assert ring.nearest(3_600_000).jpeg == b"4"
    assert ring.nearest(99 * SECOND).jpeg == b"5"


def test_a_clock_that_was_set_back_begins_it_anew():
    ring = FrameRing()
    for time_us in (50 * SECOND, 51 * SECOND, 20 * SECOND, 21 * SECOND):
        ring.add(ClipFrame(time_us, b"x"))
    assert [frame.time_us for frame in ring.between(0, 2**53)] == [20 * SECOND, 21 * SECOND]
    assert ring.state["bytes"] == 2
