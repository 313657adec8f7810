import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.faults import RejectError
from plate_reader.video.mjpeg import MjpegParser, boundary_of
from tests.plate_reader.video.streams import part, picture

PICTURES = [picture(number) for number in range(4)]


def fed(data, cuts=()):
    parser = MjpegParser(b"frame", frame_max_bytes=20_000)
    found = []
    for start, stop in zip((0, *cuts), (*cuts, len(data)), strict=True):
        found += parser.feed(data[start:stop])
    return parser, found


@given(st.lists(st.booleans(), min_size=4, max_size=4), st.lists(st.integers(0, 3_000), max_size=12))
def test_any_cutting_of_the_stream_gives_the_same_pictures(lengths, cuts):
    data = b"".join(part(one, length) for one, length in zip(PICTURES, lengths, strict=True)) + b"--frame\r\n"
    parser, found = fed(data, sorted(cut for cut in cuts if cut < len(data)))
    assert found == PICTURES
    assert parser.damaged == 0
    assert parser.size == (64, 48)


@given(st.binary(max_size=30_000), st.integers(1, 4_000))
def test_garbage_gives_nothing_and_the_next_whole_picture_is_found(garbage, step):
    data = part(PICTURES[0]) + garbage + b"\r\n" + part(PICTURES[1]) + part(PICTURES[2]) + b"--frame\r\n"
    parser, found = fed(data, range(step, len(data), step))
    assert set(found) <= set(PICTURES)
    assert found[0] == PICTURES[0]
    assert found[-1] == PICTURES[2]
    assert len(parser._buffer) <= 20_000 + 4_000 + step


def test_what_is_cut_mislabelled_or_no_picture_is_counted():
    cut = part(PICTURES[0])[:300]
    lying = part(PICTURES[1]).replace(b"Content-Length: ", b"Content-Length: 9")
    text = part(b"<html>camera restarts</html>")
    parser, found = fed(cut + part(PICTURES[2]) + text + lying + part(PICTURES[3]) + b"--frame\r\n")
    assert found == [PICTURES[2], PICTURES[1], PICTURES[3]]
    assert parser.damaged == 2


def test_an_endless_part_does_not_fill_the_memory():
    parser = MjpegParser(b"frame", frame_max_bytes=20_000)
    parser.feed(b"--frame\r\nContent-Type: image/jpeg\r\n\r\n")
    for _ in range(100):
        assert parser.feed(b"\xff" * 5_000) == []
        assert len(parser._buffer) < 30_000
    assert parser.feed(part(PICTURES[0]) + b"--frame") == [PICTURES[0]]


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        ("multipart/x-mixed-replace; boundary=frame", b"frame"),
        ('multipart/x-mixed-replace;boundary="--my frame"', b"my frame"),
        ("Multipart/X-Mixed-Replace; Boundary=--x", b"x"),
    ],
)
def test_boundaries_as_cameras_write_them(header, boundary):
    assert boundary_of(header, "cam") == boundary


@pytest.mark.parametrize("header", ["", "image/jpeg", "multipart/x-mixed-replace", "multipart/x-mixed-replace; boundary=--"])
def test_what_is_no_stream_is_refused(header):
    with pytest.raises(RejectError, match="multipart"):
        boundary_of(header, "cam")
