"""One capture file for an hour of traffic and for one vehicle: what was written is read back, and what is none is refused by name."""

import io

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.captures import CaptureHeader, CaptureReader, capture_bytes, clip_gaps
from contract.faults import RejectError
from contract.samples import Gap

HEADER = CaptureHeader("plates2", 1, "2026-03-01T10:00:00+08:00", 1_000.0, 21.5, ("A", "B"), 500)


def open_bytes(data):
    return CaptureReader(io.BytesIO(data), "one.h5")


@st.composite
def recordings(draw):
    samples = draw(st.integers(1, 400))
    first = draw(st.integers(0, 2**40))
    counts = np.frombuffer(draw(st.binary(min_size=8 * samples, max_size=8 * samples)), dtype=np.int32).reshape(2, samples)
    bounds = sorted(draw(st.sets(st.integers(0, samples), max_size=6)))
    gaps = tuple(Gap(first + a, first + b) for a, b in zip(bounds[::2], bounds[1::2], strict=False))
    pavement = draw(st.none() | st.floats(-40, 70))
    return CaptureHeader("plates2", 1, HEADER.start_utc, 1_000.0, pavement, ("A", "B"), first), counts, gaps


@settings(deadline=None)  # files are slow by their own measure
@given(recordings(), st.integers(1, 150), st.permutations(["A", "B"]))
def test_what_was_written_is_read_back_for_any_size_of_block(recording, size, order):
    header, counts, gaps = recording
    reader = open_bytes(capture_bytes(header, counts, gaps))
    assert (reader.header, reader.gaps, reader.samples) == (header, gaps, counts.shape[1])
    blocks = list(reader.blocks(tuple(order), size))
    assert np.array_equal(np.concatenate([block.counts for block in blocks], axis=1), counts[[header.channels.index(c) for c in order]])
    assert [block.start for block in blocks] == list(range(header.first_sample, header.first_sample + counts.shape[1], size))
    lost = {at for block in blocks for gap in block.gaps for at in range(gap.start, gap.stop)}
    assert lost == {at for gap in gaps for at in range(gap.start, gap.stop)}


def test_a_vehicle_of_whose_signal_nothing_came_has_a_capture_too():
    """Else the record of a vehicle amid a long gap ends the edge."""
    nothing = np.zeros((2, 0), np.int32)
    reader = open_bytes(capture_bytes(HEADER, nothing))
    assert (reader.samples, list(reader.blocks(("A", "B"), 10))) == (0, [])


@settings(deadline=None)
@given(recordings())
def test_the_same_signal_gives_the_same_bytes(recording):
    assert capture_bytes(*recording) == capture_bytes(*recording)


def damaged(change):
    buffer = io.BytesIO(capture_bytes(HEADER, np.zeros((2, 10), np.int32)))
    with h5py.File(buffer, "r+") as file:
        change(file)
    return buffer.getvalue()


def put(name, value):
    return lambda file: file.attrs.__setitem__(name, value)


def rewrite_counts(data, channels):
    def change(file):
        del file["counts"]
        file.create_dataset("counts", data=data).attrs["channels"] = channels

    return change


@pytest.mark.parametrize(
    "change",
    [
        put("format", "other"),
        put("version", 2),
        put("rate_hz", 0.0),
        put("rate_hz", float("nan")),
        put("lane", "x"),
        lambda file: file.attrs.__delitem__("station"),
        lambda file: file.__delitem__("counts"),
        rewrite_counts(np.zeros((2, 10)), ["A", "B"]),
        rewrite_counts(np.zeros((2, 10), np.int32), ["A"]),
        rewrite_counts(np.zeros(10, np.int32), ["A"]),
        lambda file: file.create_dataset("lost", data=np.array([[5, 5]])),
        lambda file: file.create_dataset("lost", data=np.array([1, 2, 3])),
    ],
)
def test_an_unsound_capture_is_refused_by_name(change):
    with pytest.raises(RejectError, match=r"one\.h5: is HDF5 but no sound capture") as caught:
        open_bytes(damaged(change))
    assert caught.value.code == "capture-invalid"


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_what_is_no_hdf5_is_refused(data):
    with pytest.raises(RejectError, match="no readable HDF5"):
        open_bytes(data)


def test_a_channel_that_is_missing_is_named():
    reader = open_bytes(capture_bytes(HEADER, np.zeros((2, 10), np.int32)))
    with pytest.raises(RejectError, match="no channel 'C'; it holds A, B"):
        list(reader.blocks(("A", "C")))


def test_damaged_samples_are_refused_where_they_lie():
    noise = np.arange(2_000, dtype=np.int32).reshape(2, 1_000) * 7_919
    data = capture_bytes(HEADER, noise)
    with h5py.File(io.BytesIO(data), "r") as file:
        where = file["counts"].id.get_chunk_info(0)
    broken = bytearray(data)
    broken[where.byte_offset : where.byte_offset + where.size] = bytes(where.size)
    with pytest.raises(RejectError, match="samples 0 to 1000 cannot be read"):
        list(open_bytes(bytes(broken)).blocks(("A", "B")))


def test_gaps_are_clipped_to_the_block():
    assert clip_gaps((Gap(0, 5), Gap(8, 20)), 4, 10) == (Gap(4, 5), Gap(8, 10))


def test_the_recorded_sites_open(captures):
    for path in sorted(captures.glob("*/traffic.h5")):
        with path.open("rb") as stream:
            assert CaptureReader(stream, str(path)).samples > 0
