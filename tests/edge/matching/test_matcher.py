import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.faults import RejectError
from edge.matching.matcher import REMEMBERED as VEHICLES_REMEMBERED
from edge.matching.matcher import Matcher
from edge.matching.watch import IDS_REMEMBERED, REMEMBERED
from tests.edge.matching.scenery import START_US, camera, passage, read

TRAVEL_S = 0.5
"""10 m at 20 m/s."""


def test_a_lone_read_at_the_expected_time_is_the_vehicles():
    matcher = Matcher([camera()])
    matcher.add_passage(passage(1, 0))
    matcher.add_read(read(1, TRAVEL_S + 0.02))
    match = matcher.match("v1")
    assert match.text == "湘A00001"
    assert 0.9 < match.certainty <= 0.97
    assert match.matched[0].residual_us == 20_000
    assert "湘A00001" in match.reasons[0]


def test_without_a_read_the_reason_says_so():
    matcher = Matcher([camera()])
    matcher.add_passage(passage(1, 0))
    match = matcher.match("v1")
    assert (match.text, match.certainty, match.reads) == ("", 0.0, ())
    assert match.reasons == ("front: no read within 1200 ms of the expected time",)


def test_the_answer_is_given_once_and_stays():
    matcher = Matcher([camera()])
    matcher.add_passage(passage(1, 0))
    first = matcher.match("v1")
    matcher.add_read(read(1, TRAVEL_S))
    assert matcher.match("v1") is first
    with pytest.raises(KeyError):
        matcher.match("v2")


def test_a_read_between_two_vehicles_goes_to_neither():
    matcher = Matcher([camera()])
    for number, at_s in ((1, 0.0), (2, 1.0)):
        matcher.add_passage(passage(number, at_s))
    matcher.add_read(read(1, TRAVEL_S + 0.5))
    for key in ("v1", "v2"):
        match = matcher.match(key)
        assert match.reads == ()
        assert "ambiguous" in match.reasons[0]
    assert matcher.late_matches() == ()


def test_two_plates_for_one_vehicle_give_none():
    matcher = Matcher([camera()])
    matcher.add_passage(passage(1, 0))
    matcher.add_read(read(1, TRAVEL_S))
    matcher.add_read(read(2, TRAVEL_S + 0.1))
    assert matcher.match("v1").reads == ()


def test_one_plate_read_twice_is_one_sighting():
    matcher = Matcher([camera()])
    matcher.add_passage(passage(1, 0))
    matcher.add_read(read(1, TRAVEL_S, text="湘A12345", confidence=0.8))
    matcher.add_read(read(2, TRAVEL_S + 0.1, text="湘A12345", confidence=0.95))
    match = matcher.match("v1")
    assert len(match.reads) == 2
    assert 0.9 < match.certainty <= 0.95


def test_close_followers_are_told_apart_by_their_order():
    matcher = Matcher([camera()])
    for number in range(6):
        matcher.add_passage(passage(number, number * 0.9))
        matcher.add_read(read(number, number * 0.9 + TRAVEL_S + 0.05))
    for number in range(6):
        match = matcher.match(f"v{number}")
        assert match.text in {"", f"湘A{number:05d}"}
    assert sum(bool(matcher.match(f"v{number}").text) for number in range(6)) >= 5


def test_front_and_rear_that_agree_are_surer_than_one():
    matcher = Matcher([camera(), camera("rear", -5.0, facing="rear")])
    matcher.add_passage(passage(1, 0))
    matcher.add_read(read(1, TRAVEL_S, text="湘A12345", confidence=0.9))
    matcher.add_read(read(2, -0.25, text="湘A12345", camera="rear", confidence=0.9))
    match = matcher.match("v1")
    assert len(match.reads) == 2
    assert match.certainty > 0.95


def test_front_and_rear_that_differ_are_no_proof():
    matcher = Matcher([camera(), camera("rear", -5.0, facing="rear")])
    matcher.add_passage(passage(1, 0))
    matcher.add_read(read(1, TRAVEL_S, text="湘A12345"))
    matcher.add_read(read(2, -0.25, text="湘A12346", camera="rear"))
    match = matcher.match("v1")
    assert match.certainty < 0.6
    assert any("different plates" in reason for reason in match.reasons)


def test_a_trailers_plate_stands_beside_the_tractors():
    matcher = Matcher([camera(), camera("rear", -5.0, facing="rear")])
    matcher.add_passage(passage(1, 0))
    matcher.add_read(read(1, TRAVEL_S, text="湘A12345"))
    matcher.add_read(read(2, -0.25, text="湘A6789挂", camera="rear"))
    match = matcher.match("v1")
    assert (match.text, match.trailer_text) == ("湘A12345", "湘A6789挂")
    assert min(match.certainty, match.trailer_certainty) > 0.9


def test_a_trailers_plate_alone_names_no_vehicle():
    matcher = Matcher([camera("rear", -5.0, facing="rear")])
    matcher.add_passage(passage(1, 0))
    matcher.add_read(read(2, -0.25, text="湘A6789挂", camera="rear"))
    match = matcher.match("v1")
    assert (match.text, match.certainty, match.trailer_text) == ("", 0.0, "湘A6789挂")


def test_a_vehicle_without_readable_plate_keeps_its_picture_and_no_plate():
    matcher = Matcher([camera()])
    matcher.add_passage(passage(1, 0))
    matcher.add_read(read(1, TRAVEL_S, text="", confidence=0.0))
    match = matcher.match("v1")
    assert len(match.reads) == 1
    assert (match.text, match.certainty) == ("", 0.0)


def test_a_late_read_finds_its_vehicle_once():
    matcher = Matcher([camera()])
    matcher.add_passage(passage(1, 0))
    matcher.add_passage(passage(2, 10))
    assert matcher.match("v1").reads == ()
    matcher.add_read(read(1, TRAVEL_S))
    (late,) = matcher.late_matches()
    assert (late.key, late.text) == ("v1", "湘A00001")
    assert matcher.late_matches() == ()


def test_a_read_for_a_vehicle_still_waiting_is_not_late():
    matcher = Matcher([camera()])
    matcher.add_passage(passage(1, 0))
    matcher.add_read(read(1, TRAVEL_S))
    assert matcher.late_matches() == ()
    assert matcher.match("v1").text


def test_playback_shortens_the_way():
    matcher = Matcher([camera(position_m=60.0, tolerance_ms=100)])
    matcher.add_passage(passage(1, 0, playback=4.0))
    matcher.add_read(read(1, 60 / 20 / 4))
    assert matcher.match("v1").text


def test_a_read_that_comes_twice_counts_once():
    matcher = Matcher([camera()])
    assert matcher.add_read(read(1, TRAVEL_S))
    assert not matcher.add_read(read(1, TRAVEL_S))


def test_a_camera_of_another_station_is_refused_by_name():
    matcher = Matcher([camera()])
    assert matcher.cameras == ("front",)
    with pytest.raises(RejectError, match=r"no camera of this station, which has front"):
        matcher.add_read(read(1, 0, camera="other"))


def test_memory_stays_bounded_and_what_is_given_up_is_said():
    matcher = Matcher([camera()])
    for number in range(IDS_REMEMBERED + 500):
        matcher.add_read(read(number, number * 100.0))
    for number in range(2 * VEHICLES_REMEMBERED):
        matcher.add_passage(passage(number, number * 100.0 + 50))
        matcher.match(f"v{number}")
    watch = matcher._views[0].watches["front"]
    assert (len(watch.unused), len(watch.seen_ids)) == (REMEMBERED, IDS_REMEMBERED)
    assert len(matcher._known) == len(matcher._order) == len(matcher._matches) == VEHICLES_REMEMBERED
    assert len(watch._expected) <= 2 * VEHICLES_REMEMBERED
    given_up = [fault for fault in matcher.take_faults() if fault.code == "plate-read-unmatched"]
    assert len(given_up) == IDS_REMEMBERED + 500 - REMEMBERED
    assert matcher.take_faults() == ()


PASSAGES = st.lists(st.floats(0, 30), min_size=1, max_size=8).map(sorted)
READS = st.lists(st.tuples(st.floats(0, 32), st.sampled_from(["湘A11111", "湘A22222", "湘A33333", ""]), st.floats(0, 1)), max_size=10)


@given(PASSAGES, READS, st.data())
def test_the_order_in_which_reads_arrive_does_not_matter(times, sightings, data):
    reads = [read(number, at_s, text=text, confidence=confidence) for number, (at_s, text, confidence) in enumerate(sightings)]
    answers = []
    for arrival in (reads, data.draw(st.permutations(reads))):
        matcher = Matcher([camera()])
        for number, at_s in enumerate(times):
            matcher.add_passage(passage(number, at_s))
        for one in arrival:
            matcher.add_read(one)
        answers.append([matcher.match(f"v{number}") for number in range(len(times))])
    assert answers[0] == answers[1]


def test_a_repeated_read_beyond_the_tolerance_is_neither_shown_nor_left_for_another_vehicle():
    matcher = Matcher([camera()])
    matcher.add_passage(passage(0, 1.0))
    matcher.add_read(read(0, 0.0, text="湘A11111", confidence=0.4))
    matcher.add_read(read(1, 1.0, text="湘A11111"))
    assert [one.read.event_id for one in matcher.match("v0").matched] == ["front-1"]
    matcher.add_passage(passage(1, -0.5))
    assert matcher.match("v1").matched == ()


@given(PASSAGES, READS, st.data())
def test_no_read_ever_goes_to_two_vehicles(times, sightings, data):
    reads = [read(number, at_s, text=text, confidence=confidence) for number, (at_s, text, confidence) in enumerate(sightings)]
    deeds = data.draw(st.permutations([*(("read", one) for one in reads), *(("decide", number) for number in range(len(times)))]))
    matcher = Matcher([camera()])
    for number, at_s in enumerate(times):
        matcher.add_passage(passage(number, at_s))
    given = []
    for kind, what in deeds:
        if kind == "read":
            matcher.add_read(what)
            matches = matcher.late_matches()
        else:
            matches = (matcher.match(f"v{what}"),)
        for match in matches:
            assert 0 <= match.certainty <= 1
            assert all(abs(one.residual_us) <= 1_200_000 for one in match.matched)
            given += [one.event_id for one in match.reads]
    assert len(given) == len(set(given))


@given(st.floats(0.05, 1.1), st.floats(-0.02, 0.02))
def test_one_read_amid_two_near_vehicles_is_never_given_away_while_the_clock_is_unknown(gap_s, nudge_s):
    matcher = Matcher([camera()])
    matcher.add_passage(passage(1, 0))
    matcher.add_passage(passage(2, gap_s))
    matcher.add_read(read(1, TRAVEL_S + gap_s / 2 + nudge_s))
    assert matcher.match("v1").reads == matcher.match("v2").reads == ()


def test_times_are_those_of_the_station_file_offset():
    matcher = Matcher([camera(clock_offset_ms=-5_000)])
    matcher.add_passage(passage(1, 0))
    matcher.add_read(read(1, TRAVEL_S - 5))
    assert matcher.match("v1").text
    assert matcher.clock_offsets_us() == {"front": -5_000_000}
    assert START_US > 0
