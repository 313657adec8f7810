from hypothesis import given, settings
from hypothesis import strategies as st

from edge.matching.matcher import Matcher
from tests.edge.matching.scenery import START_US, camera, passage, read

TRAVEL_S = 0.5


def drive(matcher, headways_s, offset_s, *, first=0, at_s=0.0, arrival_s=None):
    """Let vehicles pass one after the other, each decided before the next; `offset_s` gives the camera's clock error by number."""
    matches = []
    for number, headway_s in enumerate(headways_s, start=first):
        at_s += headway_s
        matcher.add_passage(passage(number, at_s))
        arrived_us = None if arrival_s is None else START_US + round((at_s + TRAVEL_S + arrival_s) * 1e6)
        matcher.add_read(read(number, at_s + TRAVEL_S + offset_s(number)), arrived_us)
        matches.append(matcher.match(f"v{number}"))
    return matches, at_s


def uneven(count, seed=1):
    """Headways from 3 to 9 s that never repeat a pattern."""
    return [3 + 6 * ((number + seed) * 0.6180339887 % 1) for number in range(count)]


def test_a_drifting_clock_is_followed_beyond_the_tolerance():
    matcher = Matcher([camera()])
    matches, _ = drive(matcher, uneven(300), lambda number: 0.01 * number)
    assert all(match.text == f"湘A{number:05d}" for number, match in enumerate(matches))
    assert matcher.clock_offsets_us()["front"] > 2_500_000
    assert {fault.code for fault in matcher.take_faults()} == {"camera-clock-drift"}


def test_a_sure_clock_makes_sure_matches():
    matcher = Matcher([camera()])
    matches, _ = drive(matcher, uneven(20), lambda number: 0.3)
    assert matches[-1].matched[0].probability > matches[0].matched[0].probability
    state = matcher.clock_states()["front"]
    assert abs(state.offset_us - 300_000) < state.offset_u_us < 60_000  # at one speed only, a clock and 1 m of distance look alike


@settings(deadline=None, max_examples=25)
@given(st.sampled_from([-40.0, -7.0, 5.0, 60.0, 900.0]), st.integers(1, 50))
def test_a_jump_is_seen_said_and_followed_and_no_plate_goes_astray(jump_s, seed):
    matcher = Matcher([camera()])
    _, at_s = drive(matcher, uneven(20, seed), lambda number: 0.0, arrival_s=0.3)
    matches, _ = drive(matcher, uneven(60, seed + 7), lambda number: jump_s, first=20, at_s=at_s, arrival_s=0.3)
    assert sum(match.text == f"湘A{number:05d}" for number, match in enumerate(matches, start=20)) >= 35
    assert sum(match.text not in {"", f"湘A{number:05d}"} for number, match in enumerate(matches, start=20)) <= 1
    assert "camera-clock-jump" in {fault.code for fault in matcher.take_faults()}
    assert abs(matcher.clock_offsets_us()["front"] - jump_s * 1e6) < 50_000


def test_after_a_jump_the_vehicles_passed_over_get_their_plates_late():
    matcher = Matcher([camera()])
    _, at_s = drive(matcher, uneven(20), lambda number: 0.0, arrival_s=0.3)
    drive(matcher, uneven(30), lambda number: 5.0, first=20, at_s=at_s, arrival_s=0.3)
    late = matcher.late_matches()
    assert len(late) >= 5
    assert all(match.text == f"湘A{int(match.key[1:]):05d}" for match in late)


def test_evenly_spaced_traffic_teaches_no_jump():
    matcher = Matcher([camera()])
    _, at_s = drive(matcher, [6.0] * 20, lambda number: 0.0)
    drive(matcher, [6.0] * 40, lambda number: 3.0, first=20, at_s=at_s)
    assert matcher.take_faults() == ()
    assert abs(matcher.clock_offsets_us()["front"]) < 1_000


def test_a_dead_camera_that_comes_back_is_believed_at_once():
    matcher = Matcher([camera()])
    _, at_s = drive(matcher, uneven(10), lambda number: 0.0)
    for number in range(10, 20):
        matcher.add_passage(passage(number, at_s + number * 5))
        assert matcher.match(f"v{number}").reads == ()
    matches, _ = drive(matcher, uneven(5), lambda number: 0.0, first=20, at_s=at_s + 200)
    assert all(match.text for match in matches)


def test_a_picture_from_the_future_is_not_matched_and_said():
    matcher = Matcher([camera()])
    matcher.add_passage(passage(1, 0))
    matcher.add_passage(passage(2, 5))
    matcher.add_read(read(1, 5 + TRAVEL_S), arrived_us=START_US + 600_000)
    assert matcher.match("v2").reads == ()
    (fault,) = matcher.take_faults()
    assert fault.code == "camera-clock-ahead"
