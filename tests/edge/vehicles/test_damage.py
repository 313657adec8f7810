"""Damaged signal: whatever the channels do, the stages go on, give finite figures, and do not depend on the cutting."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.samples import COUNT_MAX
from contract.station import SensorKind
from edge.axles import AxleStage
from edge.vehicles import VehicleStage
from tests.edge.axles.road import Passing, blocks_of, counts_of, lane_of

SAMPLES = 6000
DAMAGE = st.tuples(
    st.sampled_from(["zero", "held", "saturated", "spikes", "shifted", "noisy", "backwards"]),
    st.integers(0, 5),
    st.integers(0, SAMPLES - 1),
    st.integers(1, 3000),
)


def spoil(counts, damage, rng):
    for what, channel, start, length in damage:
        part = counts[channel, start : start + length]
        if what == "zero":
            part[:] = 0
        elif what == "held":
            part[:] = part[0]
        elif what == "saturated":
            part[:] = COUNT_MAX
        elif what == "spikes":
            part[::37] = -COUNT_MAX
        elif what == "shifted":
            part += int(rng.integers(-100_000, 100_000))
        elif what == "noisy":
            part += rng.normal(0.0, 3000.0, part.size).astype(np.int32)
        else:
            counts[:, start : start + length] = counts[:, start : start + length][:, ::-1].copy()


def weighed(lane, blocks):
    axles, stage = AxleStage(lane), VehicleStage(lane, None)
    found = [vehicle for block in blocks for vehicle in stage.push(axles.push(block), block.stop)]
    return found + stage.push(axles.finish(), blocks[-1].stop) + stage.finish()


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from([SensorKind.STRIP, SensorKind.PLATE]),
    damage=st.lists(DAMAGE, max_size=6),
    gap=st.none() | st.tuples(st.integers(0, SAMPLES - 1), st.integers(1, 2000)),
    cuts=st.lists(st.integers(1, SAMPLES - 1), max_size=6),
)
def test_no_damage_stops_the_weighing(seed, kind, damage, gap, cuts):
    rng = np.random.default_rng(seed)
    lane = lane_of(kind)
    counts = counts_of(
        lane, [Passing(1.0, 12.0, (6000.0, 9000.0, 9000.0), (3.4, 1.3)), Passing(4.0, 9.0, (900.0, 700.0), (2.6,))], 6.0, rng
    )
    spoil(counts, damage, rng)
    gaps = () if gap is None else ((gap[0], min(SAMPLES, sum(gap))),)
    found = weighed(lane, blocks_of(counts, gaps=gaps))
    assert weighed(lane, blocks_of(counts, cuts=cuts, gaps=gaps)) == found
    for vehicle in found:
        figures = (vehicle.gross_kg, vehicle.gross_u_kg, vehicle.speed_m_s, vehicle.first_axle_sample, vehicle.acceleration_m_s2)
        assert all(math.isfinite(figure) for figure in figures)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), loudest=st.sampled_from([2, 500, 2**23]))
def test_noise_is_no_vehicle(seed, loudest):
    lane = lane_of(SensorKind.STRIP)
    counts = np.random.default_rng(seed).integers(-loudest, loudest, (len(lane.sensor), SAMPLES), dtype=np.int32)
    assert weighed(lane, blocks_of(counts)) == []
