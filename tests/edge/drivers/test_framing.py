from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edge.drivers.framing import DAMAGE, FRAME_MAX, PAYLOAD_MAX, SYNC, Frame, FrameParser, encode
from tests.edge.drivers import vectors

payloads = st.one_of(
    st.binary(max_size=60),
    st.lists(st.sampled_from([SYNC, b"\xa5", b"\x5a", b"\x01\x02", b"\x00"]), max_size=20).map(b"".join),
    st.integers(0, PAYLOAD_MAX).map(lambda size: b"\xa5" * size),
)
frames = st.builds(Frame, type=st.integers(0, 255), device=st.integers(0, 2**32 - 1), payload=payloads)


def cut(data, at):
    places = sorted({0, *(place % (len(data) + 1) for place in at), len(data)})
    return [data[begin:end] for begin, end in pairwise(places)]


def parse(pieces):
    parser = FrameParser()
    found = [frame for piece in pieces for frame in parser.push(piece)]
    return found + parser.silence(), parser.take_damage()


def wire(sent):
    return b"".join(encode(frame.type, frame.payload, frame.device) for frame in sent)


@pytest.mark.parametrize(
    ("data", "kind"), [(vectors.HEARTBEAT, 3), (vectors.SAMPLES, 2), (vectors.RESEND, 0x86), (vectors.GONE, 5), (vectors.REPORT, 1)]
)
def test_the_vectors_of_the_page(data, kind):
    (frame,), damage = parse([data])
    assert (frame.type, frame.device, damage) == (kind, vectors.DEVICE, {})
    assert encode(frame.type, frame.payload, frame.device) == data


@settings(deadline=None)
@given(st.lists(frames, max_size=6), st.lists(st.integers(0, 2**16), max_size=12))
def test_any_split_gives_the_same_frames(sent, at):
    found, damage = parse(cut(wire(sent), at))
    assert found == sent
    assert damage == {}


@settings(deadline=None)
@given(st.lists(frames, max_size=3))
def test_one_byte_at_a_time(sent):
    data = wire(sent)[:3000]
    whole, _ = parse([data])
    single, _ = parse([data[at : at + 1] for at in range(len(data))])
    assert single == whole


@settings(deadline=None)
@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=8))
def test_damage_is_the_same_for_any_split(noise, at):
    data = vectors.HEARTBEAT + noise + vectors.SAMPLES[:20] + vectors.GONE
    assert parse(cut(data, at)) == parse([data])


damages = st.one_of(
    st.tuples(st.just("flip"), st.integers(0, 2**20), st.integers(0, 7)),
    st.tuples(st.just("insert"), st.integers(0, 2**20), st.binary(min_size=1, max_size=80)),
    st.tuples(st.just("remove"), st.integers(0, 2**20), st.integers(1, 80)),
)


def damaged(data, kind, place, how):
    at = place % (len(data) + 1)
    if kind == "insert":
        return data[:at] + how + data[at:]
    if kind == "remove":
        return data[:at] + data[at + how :]
    at = min(at, len(data) - 1)
    return data[:at] + bytes([data[at] ^ 1 << how]) + data[at + 1 :]


@settings(deadline=None)
@given(st.lists(frames, min_size=1, max_size=5), st.lists(damages, min_size=1, max_size=4), st.lists(st.integers(0, 2**16), max_size=6))
def test_no_damage_yields_a_frame_that_was_not_sent(sent, done, at):
    data = wire(sent)
    for damage in done:
        data = damaged(data, *damage) or SYNC
    found, _ = parse(cut(data, at))
    rest = iter(sent)
    assert all(any(frame == candidate for candidate in rest) for frame in found)


@settings(deadline=None)
@given(st.lists(frames, min_size=2, max_size=5), st.data())
def test_damage_in_one_frame_costs_no_other(sent, data):
    assume(not any(SYNC in frame.payload for frame in sent))
    hurt = data.draw(st.integers(0, len(sent) - 1))
    pieces = [wire([frame]) for frame in sent]
    bit = data.draw(st.integers(0, 8 * len(pieces[hurt]) - 1))
    pieces[hurt] = damaged(pieces[hurt], "flip", bit // 8, bit % 8)
    found, damage = parse(pieces)
    assert [frame for index, frame in enumerate(sent) if index != hurt] == found
    assert sum(times for kind, times in damage.items() if kind != "garbage-bytes") <= 1
    assert damage


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (vectors.HEARTBEAT[:-1] + b"\x00" + vectors.GONE, {"bad-crc": 1}),
        (vectors.SAMPLES[:20] + vectors.GONE, {"truncated-frame": 1}),
        (vectors.SAMPLES[:20], {"truncated-frame": 1}),
        (b"noise" + vectors.GONE, {"garbage-bytes": 5}),
        (b"\xa5" + vectors.GONE + b"\xa5", {"garbage-bytes": 2}),
        (SYNC + b"\x02" + bytes(20) + vectors.GONE, {"bad-header": 1}),
        (SYNC + b"\x01\x02\x01\x10" + bytes(20) + vectors.GONE, {"bad-header": 1}),
    ],
)
def test_each_damage_has_its_name(data, expected):
    found, damage = parse([data])
    assert damage == expected
    assert damage.keys() <= DAMAGE.keys()
    assert [frame.type for frame in found] == ([5] if vectors.GONE in data else [])


def test_what_follows_a_false_length_is_found_when_the_line_falls_silent():
    parser = FrameParser()
    lying = bytearray(vectors.HEARTBEAT)
    lying[5] = 0x0F
    assert parser.push(bytes(lying) + vectors.GONE) == []
    assert [frame.type for frame in parser.silence()] == [5]
    assert parser.take_damage() == {"truncated-frame": 1}
    assert [frame.type for frame in parser.push(vectors.HEARTBEAT)] == [3]


@settings(deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=3000), max_size=20))
def test_memory_is_bounded(pieces):
    parser = FrameParser()
    for piece in pieces:
        parser.push(piece)
        assert len(parser._buffer) < FRAME_MAX
