"""What must hold whatever the road: no read twice, no order of arrival, and no foreign read that turns right into wrong."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.station import Matching
from edge.matching.matcher import Matcher
from tests.edge.matching.scenery import TRAVEL_S, camera, passage, read, teach

SETTINGS = Matching(lane_change_share=0.01)
SEEDS = st.integers(0, 100_000)
NOISE_S = 0.012
"""Scatter of the cameras in these scenes, as `teach` shows it to the matcher."""


class Road:
    """Two lanes for half a minute, vehicles at least 0.5 s apart in each, every camera within two scatters of the expected time."""

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        self.passages, self.reads = [], []
        for lane in (1, 2):
            at_s = 0.0
            while at_s < 30:
                at_s += 0.5 + rng.exponential(1.5)
                number = len(self.passages)
                self.passages.append(passage(number, at_s, 18.0 + 4 * rng.random(), lane=lane))
                if rng.random() < 0.95:
                    late_s = np.clip(NOISE_S * rng.standard_normal(), -2 * NOISE_S, 2 * NOISE_S)
                    self.reads.append(read(number, at_s + 10 / self.passages[-1].speed_m_s + late_s, camera=f"cam-{lane}"))
        self.passages.sort(key=lambda one: one.time_us)

    def matches(self, reads):
        matcher = Matcher([camera("cam-1", lane=1), camera("cam-2", lane=2)], SETTINGS)
        teach(matcher, cameras=("cam-1", "cam-2"), lanes=(1, 2))
        for one in self.passages:
            matcher.add_passage(one)
        for one in reads:
            matcher.add_read(one)
        return {one.key: matcher.match(one.key) for one in self.passages}


def number_of(match_read):
    return int(match_read.read.event_id.split("-")[-1])


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_within_the_waiting_time_does_not_matter(seed, random):
    road = Road(seed)
    shuffled = list(road.reads)
    random.shuffle(shuffled)
    assert road.matches(road.reads) == road.matches(shuffled)


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_on_an_orderly_road_nothing_is_wrong_and_nearly_all_is_matched(seed):
    road = Road(seed)
    matches = road.matches(road.reads)
    found = [(key, number_of(one)) for key, match in matches.items() for one in match.matched]
    assert all(key == f"v{number}" for key, number in found)
    assert len(found) >= 0.9 * len(road.reads)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.floats(0, 32), st.sampled_from(["cam-1", "cam-2"]), st.booleans())
def test_a_foreign_read_turns_no_right_match_into_a_wrong_one(seed, at_s, name, blank):
    road = Road(seed)
    before = road.matches(road.reads)
    foreign = read(99_999, at_s, text="" if blank else "川C98765", camera=name)
    after = road.matches([*road.reads, foreign])
    for key, match in before.items():
        had = {one.read.event_id: one.probability for one in match.matched}
        has = {one.read.event_id: one.probability for one in after[key].matched}
        if had:
            assert foreign.event_id not in has
        assert all(has[event] <= had[event] + 0.01 for event in has.keys() & had.keys())
        assert all(int(event.split("-")[-1]) == int(key[1:]) for event in has.keys() - {foreign.event_id})


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.floats(-0.02, 0.02), st.integers(0, 200))
def test_a_foreign_read_right_beside_the_own_one_leaves_the_vehicle_without_or_with_its_own(seed, beside_s, which):
    road = Road(seed)
    own = road.reads[which % len(road.reads)]
    foreign = own.model_copy(update={"event_id": "x-99999", "text": "川C98765", "time_us": own.time_us + round(beside_s * 1e6)})
    key = f"v{int(own.event_id.split('-')[-1])}"
    assert "x-99999" not in {one.read.event_id for one in road.matches([*road.reads, foreign])[key].matched}


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.data())
def test_no_read_goes_to_two_vehicles_in_any_order_of_events(seed, data):
    road = Road(seed)
    matcher = Matcher([camera("cam-1", lane=1), camera("cam-2", lane=2)], SETTINGS)
    deeds = [*(("read", one) for one in road.reads), *(("passage", one) for one in road.passages)]
    given_out = []
    for kind, what in data.draw(st.permutations(deeds)):
        if kind == "passage":
            matcher.add_passage(what)
            matches = (matcher.match(what.key),)
        else:
            matcher.add_read(what)
            matches = matcher.late_matches()
        given_out += [event for match in matches for event in ((one.camera, one.event_id) for one in match.reads)]
        assert all(0 <= match.certainty <= 1 for match in matches)
    assert len(given_out) == len(set(given_out))


def test_the_way_the_travel_time_is_written_here_is_the_scenerys():
    assert TRAVEL_S == 10 / 20
