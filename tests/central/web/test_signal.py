import io
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from central.web.overview import overview_svg
from central.web.signal import BUCKETS_MAX, read_signal
from central.web.translation import language
from central.web.waveform import waveform_item
from contract.captures import CaptureHeader, capture_bytes
from contract.faults import RejectError
from contract.samples import Gap
from tests.central.web.passages import CHANNELS, FIRST_SAMPLE, RATE_HZ, crossings, passage, signal
from tests.signing_station import SigningStation

RECORD = passage(SigningStation())


@settings(max_examples=30)
@given(counts=arrays.arrays(np.int32, st.tuples(st.just(2), st.integers(1, 5_000)), elements=st.integers(-(2**23), 2**23)))
def test_reducing_keeps_the_extremes(counts):
    data = capture_bytes(CaptureHeader("s", 1, "2026-01-01T00:00:00+00:00", 1_000.0, None, ("A", "B")), counts)
    reduced = read_signal(io.BytesIO(data), RECORD, "test")
    assert reduced.buckets <= BUCKETS_MAX
    for trace, channel in zip(reduced.traces, counts, strict=True):
        assert (trace.low <= trace.high).all()
        assert trace.low.min() == channel.min()
        assert trace.high.max() == channel.max()


def test_rows_pair_left_and_right_and_loops_stand_apart():
    reduced = read_signal(io.BytesIO(signal()), RECORD, "test")
    assert {name: [trace.side for trace in traces] for name, traces in reduced.rows.items()} == {
        "R0": ["left", "right"],
        "R1": ["left", "right"],
    }
    assert reduced.loops == ("loopA",)
    assert reduced.start_s == pytest.approx(-0.5)


def test_gaps_and_flagged_crossings_are_excluded_with_their_reason():
    flagged = replace(crossings()[1], flags=("spike",))
    record = passage(SigningStation(), crossings=(flagged,))
    reduced = read_signal(io.BytesIO(signal((Gap(FIRST_SAMPLE + 10, FIRST_SAMPLE + 30),))), record, "test")
    assert reduced.gaps_s == ((pytest.approx(-0.495), pytest.approx(-0.485)),)
    text = json.dumps(waveform_item(reduced, language("en"), "light"), default=str)
    assert "samples lost" in text
    assert "R0L: spike in the signal" in text


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("code", ["en", "zh"])
def test_ten_channels_for_five_seconds_stay_small(code, theme):
    names = tuple(f"R{row}{side}" for row in range(5) for side in "LR")
    counts = np.random.default_rng().integers(-(2**23), 2**23, (10, 20_000), dtype=np.int32)
    data = capture_bytes(CaptureHeader("s", 1, "2026-01-01T00:00:00+00:00", 4_000.0, None, names), counts)
    item = waveform_item(read_signal(io.BytesIO(data), RECORD, "test"), language(code), theme)
    assert len(json.dumps(item)) < 400_000


def test_the_picture_shows_every_row_and_axle():
    svg = overview_svg(read_signal(io.BytesIO(signal()), RECORD, "test"), language("zh"))
    assert svg.count('class="mark"') == 20
    assert "自第一轴到达原点起的时间" in svg


def test_an_hour_of_traffic_is_no_vehicles_capture(monkeypatch):
    monkeypatch.setattr("central.web.signal.SAMPLES_MAX", 100)
    with pytest.raises(RejectError, match="1 to 100 are drawn"):
        read_signal(io.BytesIO(signal()), RECORD, "test")


def test_what_is_no_capture_is_refused():
    with pytest.raises(RejectError, match="no readable HDF5"):
        read_signal(io.BytesIO(b"nothing"), RECORD, "test")


def test_the_sample_rate_is_the_captures():
    assert read_signal(io.BytesIO(signal()), RECORD, "test").rate_hz == RATE_HZ
    assert len(CHANNELS) == 5
