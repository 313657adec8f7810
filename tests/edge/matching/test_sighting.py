import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.plates import Alternative, CameraReading, OwnReading
from edge.matching.sighting import Timed, group, texts_of
from tests.edge.matching.scenery import read

APART_US = 1_200_000


def timed(number, at_s, **more):
    return Timed(read(number, at_s, **more), at_s * 1e6)


def own(text, confidence, *alternatives, kind=""):
    others = tuple(Alternative(text=other, confidence=share) for other, share in alternatives)
    return OwnReading(text=text, confidence=confidence, alternatives=others, kind=kind)


def test_repeats_of_one_plate_are_one_sighting_with_the_surest_text():
    (sighting,) = group([timed(1, 0.0, text="湘A8B345", confidence=0.6), timed(2, 0.3, text="湘A88345", confidence=0.95)], APART_US)
    assert (sighting.text, len(sighting.reads)) == ("湘A88345", 2)
    assert sighting.confidence <= 0.95


@pytest.mark.parametrize(("other", "later_s"), [("湘A12346", 0.3), ("湘A12345", 1.3), ("", 0.1)])
def test_other_plates_later_ones_and_blank_ones_stand_apart(other, later_s):
    assert len(group([timed(1, 0.0, text="湘A12345"), timed(2, later_s, text=other)], APART_US)) == 2


def test_a_text_among_the_others_alternatives_is_the_same_plate_and_gains_by_it():
    misread = timed(1, 0.0, text="湘A12346", confidence=0.5, own_reading=own("湘A12346", 0.5, ("湘A12340", 0.4)))
    better = timed(2, 0.2, text="湘A12340", confidence=0.6)
    (sighting,) = group([misread, better], APART_US)
    assert sighting.text == "湘A12340"


def test_all_that_a_read_can_mean_never_exceeds_what_its_own_word_leaves():
    doubtful = read(
        1,
        0,
        text="湘A12345",
        confidence=0.7,
        camera_reading=CameraReading(text="湘A12346", confidence=0.9),
        own_reading=own("湘A12345", 0.8, ("湘A1234S", 0.1), ("", 0.05)),
    )
    assert texts_of(doubtful) == pytest.approx({"湘A12345": 0.7, "湘A12346": 0.3, "湘A1234S": 0.1})


TIMED = st.builds(
    lambda number, at_s, text, confidence: timed(number, at_s, text=text, confidence=confidence),
    st.integers(1, 9_999),
    st.floats(0, 5),
    st.sampled_from(["湘A8B345", "湘A88345", "湘A1D345", "湘A10345", ""]),
    st.floats(0, 1),
)


@given(st.lists(TIMED, max_size=8, unique_by=lambda one: one.read.event_id), st.randoms(use_true_random=False))
def test_grouping_knows_no_order_and_loses_nothing(reads, random):
    shuffled = list(reads)
    random.shuffle(shuffled)
    sightings = group(reads, APART_US)
    assert sightings == group(shuffled, APART_US)
    assert sorted(one.event_id for sighting in sightings for one in sighting.reads) == sorted(one.read.event_id for one in reads)
    assert all(0 <= sighting.confidence <= max(one.confidence for one in sighting.reads) for sighting in sightings)
