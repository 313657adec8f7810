"""Each thing that speaks for or against a match, on the smallest road that shows it."""

import pytest

from contract.plates import PlateColour
from contract.station import Matching
from edge.matching.matcher import Matcher
from edge.matching.passage import Size
from tests.edge.matching.scenery import TRAVEL_S, camera, passage, read, teach

ROAD = Matching(lane_change_share=0.01)


def road(settings=ROAD, learnt=True):
    """Two lanes with a camera each, their clocks known."""
    matcher = Matcher([camera("left", lane=1), camera("right", lane=2)], settings)
    if learnt:
        teach(matcher, cameras=("left", "right"), lanes=(1, 2))
    return matcher


def one_lane(**more):
    matcher = Matcher([camera(**more)])
    teach(matcher)
    return matcher


def test_a_vehicle_that_changed_lanes_is_found_by_the_other_lanes_camera_and_that_is_said():
    matcher = road(Matching(lane_change_share=0.03))
    matcher.add_passage(passage(1, 0, lane=1))
    matcher.add_read(read(1, TRAVEL_S, camera="right"))
    match = matcher.match("v1")
    assert match.text == "湘A00001"
    assert "weighed in lane 1, so it changed lanes" in match.reasons[0]


def test_where_the_station_file_says_that_nobody_changes_lanes_nobody_does():
    matcher = road(Matching())
    matcher.add_passage(passage(1, 0, lane=1))
    matcher.add_read(read(1, TRAVEL_S, camera="right"))
    assert matcher.match("v1").reads == ()


def test_a_vehicle_of_the_cameras_own_lane_comes_before_one_that_may_have_changed():
    matcher = road()
    matcher.add_passage(passage(1, 0, lane=1))
    matcher.add_passage(passage(2, 0, lane=2))
    matcher.add_read(read(1, TRAVEL_S, camera="right"))
    assert matcher.match("v1").reads == ()
    assert [one.probability > 0.95 for one in matcher.match("v2").matched] in ([], [True])


def test_a_straddling_vehicle_read_by_both_cameras_has_both_reads_and_the_better_text():
    matcher = road()
    matcher.add_passage(passage(1, 0, lane=1))
    matcher.add_read(read(1, TRAVEL_S, text="湘A8B345", camera="left", confidence=0.6))
    matcher.add_read(read(2, TRAVEL_S + 0.02, text="湘A88345", camera="right", confidence=0.95))
    match = matcher.match("v1")
    assert (match.text, len(match.reads)) == ("湘A88345", 2)
    assert match.certainty <= 0.95


def test_an_unlearnt_camera_is_matched_with_its_own_lane_only():
    matcher = road(learnt=False)
    matcher.add_passage(passage(1, 0, lane=1))
    matcher.add_read(read(1, TRAVEL_S, camera="right"))
    assert matcher.match("v1").reads == ()


def test_a_camera_that_sees_two_lanes_goes_by_the_lane_it_names():
    wide = camera("wide", also_lanes=(2,), lane_numbers={"1": 1, "2": 2})
    matcher = Matcher([wide])
    teach(matcher, cameras=("wide",), lanes=(1,))
    for number, lane in ((1, 1), (2, 2)):
        matcher.add_passage(passage(number, 0.01 * lane, lane=lane))
        matcher.add_read(read(number, TRAVEL_S, camera="wide", camera_lane=lane))
    texts = [matcher.match(key).text for key in ("v1", "v2")]
    assert texts in (["湘A00001", "湘A00002"], ["", ""])


def test_abreast_in_two_lanes_of_one_camera_that_tells_no_lane_nobody_gets_a_plate():
    matcher = Matcher([camera("wide", also_lanes=(2,))])
    teach(matcher, cameras=("wide",), lanes=(1,))
    for number, lane in ((1, 1), (2, 2)):
        matcher.add_passage(passage(number, 0, lane=lane))
        matcher.add_read(read(number, TRAVEL_S + 0.005 * lane, camera="wide"))
    for key in ("v1", "v2"):
        match = matcher.match(key)
        assert match.reads == ()
        assert "ambiguous" in match.reasons[0]


def test_abreast_a_plates_kind_tells_lorry_from_car():
    matcher = Matcher([camera("wide", also_lanes=(2,))])
    teach(matcher, cameras=("wide",), lanes=(1,))
    matcher.add_passage(passage(1, 0, lane=1, size=Size.LARGE))
    matcher.add_passage(passage(2, 0, lane=2, size=Size.SMALL))
    matcher.add_read(read(1, TRAVEL_S + 0.01, camera="wide", colour=PlateColour.YELLOW))
    matcher.add_read(read(2, TRAVEL_S, camera="wide", colour=PlateColour.BLUE))
    match = matcher.match("v1")
    assert match.text == "湘A00001"
    assert "the plate's kind fits a large vehicle" in match.reasons[0]
    assert matcher.match("v2").text == "湘A00002"


def test_a_plate_of_the_wrong_kind_lowers_the_probability():
    found = {}
    for colour in (PlateColour.BLUE, PlateColour.UNKNOWN, PlateColour.YELLOW):
        matcher = Matcher([camera()], Matching(certainty_min=0.5))
        teach(matcher)
        matcher.add_passage(passage(1, 0, size=Size.LARGE))
        matcher.add_read(read(1, TRAVEL_S + 0.03, colour=colour))
        found[colour] = matcher.match("v1").matched[0].probability
    assert found[PlateColour.BLUE] < found[PlateColour.UNKNOWN] < found[PlateColour.YELLOW]


@pytest.mark.parametrize(("wanted", "found"), [(0.5, 1), (0.9999999, 0)])
def test_below_the_wanted_certainty_vehicle_and_read_stay_apart_and_the_record_says_so(wanted, found):
    matcher = Matcher([camera()], Matching(certainty_min=wanted))
    matcher.add_passage(passage(1, 0))
    matcher.add_read(read(1, TRAVEL_S))
    match = matcher.match("v1")
    assert len(match.reads) == found
    assert found or "ambiguous; 1 reads and 1 vehicles" in match.reasons[0]


def test_a_misread_repeat_is_the_same_vehicle_and_the_surer_text_stands():
    matcher = one_lane()
    matcher.add_passage(passage(1, 0))
    matcher.add_read(read(1, TRAVEL_S, text="湘A1D345", confidence=0.7))
    matcher.add_read(read(2, TRAVEL_S + 0.3, text="湘A10345", confidence=0.96))
    match = matcher.match("v1")
    assert (match.text, len(match.reads)) == ("湘A10345", 2)
    assert match.certainty <= 0.96
    assert "2 reads of it, also read as 湘A1D345" in match.reasons[0]


def test_a_repeat_that_comes_late_is_its_vehicles_and_never_the_next_ones():
    matcher = one_lane()
    matcher.add_passage(passage(1, 0))
    matcher.add_passage(passage(2, 0.4))
    matcher.add_read(read(1, TRAVEL_S, text="湘A12345"))
    assert matcher.match("v1").text == "湘A12345"
    matcher.add_read(read(2, TRAVEL_S + 0.4, text="湘A1234S"))
    assert matcher.match("v2").reads == ()
    (late,) = matcher.late_matches()
    assert (late.key, late.text) == ("v1", "湘A1234S")
    assert matcher.late_matches() == ()


def test_front_and_rear_of_two_vehicles_are_not_taken_for_one():
    matcher = Matcher([camera(), camera("rear", facing="rear")])
    teach(matcher, cameras=("front", "rear"), lanes=(1, 1))
    matcher.add_passage(passage(1, 0))
    matcher.add_read(read(1, TRAVEL_S, text="湘A12345"))
    matcher.add_read(read(2, TRAVEL_S + 0.05, text="川C98765", camera="rear"))
    assert matcher.match("v1").certainty < 0.9


def test_front_and_rear_that_agree_support_each_other():
    probabilities = []
    for text in ("湘A12345", ""):
        matcher = Matcher([camera(), camera("rear", facing="rear")], Matching(certainty_min=0.5))
        teach(matcher, cameras=("front", "rear"), lanes=(1, 1))
        matcher.add_passage(passage(1, 0))
        matcher.add_read(read(1, TRAVEL_S + 0.05, text="湘A12345"))
        matcher.add_read(read(2, TRAVEL_S + 0.05, text=text, camera="rear"))
        probabilities.append(max(one.probability for one in matcher.match("v1").matched if one.read.text))
    agreed, alone = probabilities
    assert agreed > alone


def test_while_its_clock_may_have_jumped_a_camera_matches_nothing():
    matcher = one_lane()
    at_s = [0.0, 2.1, 3.4, 6.2, 7.1, 9.9, 11.0, 14.2]
    for number, now_s in enumerate(at_s):
        matcher.add_passage(passage(number, now_s))
        matcher.add_read(read(number, now_s + TRAVEL_S + 3.4))  # the read of v0 lies where that of v2 should
    matches = [matcher.match(f"v{number}") for number in range(len(at_s))]
    assert "its clock is in doubt" in matches[2].reasons[0]
    assert all(match.reads == () for match in matches[:3])
    assert all(match.text in {"", f"湘A{number:05d}"} for number, match in enumerate(matches))  # the jump is proven by then, and followed


def test_the_clocks_state_says_how_sure_it_is():
    matcher = one_lane()
    state = matcher.clock_states()["front"]
    assert state.matches == 30
    assert abs(state.offset_us) < 3 * state.offset_u_us < 300_000
