from dataclasses import replace

import numpy as np
import pytest

from firmware_sims.layout import Layout, Sensor
from firmware_sims.sensor_response import CURVE, PER_K_MOST, REFERENCE_C, draw_responses
from tests.firmware_sims.rig import small_layout

PLATE = Sensor("P0L", "plate", 0.0, 0.7, (0.0, 1.75), 0.5)


def plates(station):
    return Layout(station, 1, 3.5, 1000.0, (PLATE, replace(PLATE, channel="P0R", lateral_m=(1.75, 3.5))))


def test_a_sites_sensors_are_its_own_and_loops_have_none():
    layout = small_layout()
    responses = draw_responses(layout)
    assert responses == draw_responses(layout)
    assert responses != draw_responses(replace(layout, station="elsewhere"))
    assert [response is None for response in responses] == [sensor.kind == "loop" for sensor in layout.sensors]


def test_sensitivity_varies_along_a_sensor_and_with_temperature_within_bounds():
    layout = small_layout()
    y_m = np.linspace(0, 1.75, 50)
    for number in range(20):
        sensor, response = layout.sensors[0], draw_responses(replace(layout, station=str(number)))[0]
        cold, warm = (response.sensitivity(sensor, y_m, celsius) for celsius in (REFERENCE_C, REFERENCE_C + 30))
        assert np.abs(cold / response.gain - 1).max() <= CURVE
        assert np.ptp(cold) > 0.001
        assert warm / cold - 1 == pytest.approx(np.full(50, 30 * response.per_k))
        assert abs(response.per_k) <= PER_K_MOST


def test_a_plate_settles_at_its_load_after_ringing_at_its_own_frequency():
    response = draw_responses(plates("ring"))[0]
    load = np.zeros(3000)
    load[500:] = 1000.0
    signal = response.ring(load, 1000.0)
    assert signal[:499] == pytest.approx(0, abs=1e-6)
    assert signal[-500:] == pytest.approx(1000.0, abs=1e-3)
    assert signal.max() > 1500.0
    swing = signal[500:900] - 1000.0
    found_hz = np.argmax(np.abs(np.fft.rfft(swing * np.hanning(400), 8192))) * 1000.0 / 8192
    assert found_hz == pytest.approx(response.ring_hz, abs=2.0)


def test_the_zero_drifts_slowly_and_hums():
    response = draw_responses(small_layout())[0]
    zero = response.zero_counts(np.arange(400_000), 1000.0)
    by_cycle = zero.reshape(-1, 20)
    assert np.ptp(by_cycle, axis=1) == pytest.approx(np.full(len(by_cycle), 2 * response.hum_counts), rel=0.4)
    assert np.abs(np.diff(by_cycle.mean(axis=1))).max() < 1.0
    assert np.ptp(by_cycle.mean(axis=1)) > response.drift_counts
