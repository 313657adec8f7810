import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.plates import CameraReading, OwnReading, PlateColour, PlateRead
from plate_reader.reading.agree import combine
from plate_reader.syntax import plausible

PLATE, OTHER, NONE = "湘A12345", "湘A12346", ""


def read(text, confidence, colour=PlateColour.UNKNOWN):
    camera = None if text is None else CameraReading(text=text, confidence=confidence)
    return PlateRead(camera="front", event_id="e", time_us=1, text=text or "", confidence=confidence, colour=colour, camera_reading=camera)


def own(text, confidence):
    return OwnReading(text=text, confidence=confidence, colour=PlateColour.YELLOW, kind="ordinary")


@pytest.mark.parametrize(
    ("camera", "ours", "expected"),
    [
        ((PLATE, 0.9), (PLATE, 0.95), (PLATE, 0.95)),
        ((PLATE, 0.9), (OTHER, 0.5), (PLATE, 0.45)),
        ((PLATE, 0.9), (OTHER, 0.95), (OTHER, 0.095)),
        (("湘AI2345", 0.9), (PLATE, 0.6), (PLATE, 0.06)),
        ((PLATE, 0.9), (NONE, 0.0), (PLATE, 0.9)),
        ((NONE, 0.0), (PLATE, 0.9), (PLATE, 0.45)),
        ((NONE, 0.0), (NONE, 0.0), (NONE, 0.0)),
        ((None, 0.0), (PLATE, 0.9), (PLATE, 0.9)),
        ((None, 0.0), (NONE, 0.0), (NONE, 0.0)),
    ],
)
def test_what_two_readings_amount_to(camera, ours, expected):
    joined = combine(read(*camera), own(*ours))
    assert (joined.text, joined.confidence) == (expected[0], pytest.approx(expected[1]))
    assert joined.own_reading == own(*ours)
    assert joined.camera_reading == read(*camera).camera_reading


TEXTS = st.sampled_from([PLATE, OTHER, "湘AI2345", "苏B99999"])


@given(TEXTS, st.floats(0, 1), TEXTS, st.floats(0, 1))
def test_disagreement_never_raises_confidence_and_both_stay(text, confidence, ours, sure):
    joined = combine(read(text, confidence), own(ours, sure))
    if text == ours:
        assert joined.confidence == max(confidence, sure)
    else:
        assert joined.confidence <= (confidence if joined.text == text else sure)
        assert plausible(joined.text) or not (plausible(text) or plausible(ours))
    assert (joined.camera_reading.text, joined.own_reading.text) == (text, ours)
    assert PlateRead.model_validate_json(joined.model_dump_json()) == joined


def test_the_cameras_colour_stays_and_ours_fills_the_gap():
    assert combine(read(PLATE, 0.9, PlateColour.BLUE), own(PLATE, 0.9)).colour is PlateColour.BLUE
    assert combine(read(PLATE, 0.9), own(PLATE, 0.9)).colour is PlateColour.YELLOW


def test_a_read_of_before_there_were_two_readings_is_read_as_it_was():
    before = '{"camera":"front","event_id":"e","time_us":1,"text":"湘A12345","confidence":0.9}'
    kept = PlateRead.model_validate_json(before)
    assert (kept.camera_reading, kept.own_reading) == (None, None)
