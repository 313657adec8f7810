import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.clips import ClipFrame, clip_bytes, read_clip
from contract.faults import RejectError

FRAMES = [ClipFrame(1_000_000 + 100_000 * number, b"\xff\xd8\xff%d\xff\xd9" % (7**number)) for number in range(12)]
CLIP = clip_bytes(FRAMES, 640, 360)


@given(st.lists(st.tuples(st.integers(1, 2**52), st.binary(min_size=1, max_size=300)), min_size=1, max_size=30))
def test_what_was_written_is_read(pairs):
    frames = [ClipFrame(*pair) for pair in sorted(pairs, key=lambda pair: pair[0])]
    assert read_clip(clip_bytes(frames, 64, 48), "clip") == frames


def test_it_is_an_avi_file_whose_index_points_at_the_pictures():
    assert (CLIP[:4], CLIP[8:12]) == (b"RIFF", b"AVI ")
    assert struct.unpack_from("<I", CLIP, 4)[0] == len(CLIP) - 8
    at = CLIP.index(b"avih") + 8
    interval_us, _, _, _, count = struct.unpack_from("<5I", CLIP, at)
    assert (interval_us, count) == (100_000, 12)
    assert struct.unpack_from("<2I", CLIP, at + 32) == (640, 360)
    movie = CLIP.index(b"movi")
    index = CLIP.rindex(b"idx1") + 8
    for number, frame in enumerate(FRAMES):
        name, _, offset, size = struct.unpack_from("<4s3I", CLIP, index + 16 * number)
        assert (name, CLIP[movie + offset : movie + offset + 4]) == (b"00dc", b"00dc")
        assert CLIP[movie + offset + 8 :][:size] == frame.jpeg


@given(st.integers(0, len(CLIP) - 1))
def test_a_clip_cut_anywhere_is_refused(length):
    with pytest.raises(RejectError, match="clip"):
        read_clip(CLIP[:length], "clip")


@given(st.integers(0, len(CLIP) * 8 - 1))
def test_a_flipped_bit_never_crashes(bit):
    damaged = bytearray(CLIP)
    damaged[bit // 8] ^= 1 << bit % 8
    try:
        frames = read_clip(bytes(damaged), "clip")
    except RejectError:
        return
    assert len(frames) == len(FRAMES)


def test_no_pictures_and_too_many_are_program_errors():
    for count in (0, 6_001):
        with pytest.raises(ValueError, match="6000"):
            clip_bytes([ClipFrame(1, b"x")] * count, 1, 1)
