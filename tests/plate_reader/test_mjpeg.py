from hypothesis import given
from hypothesis import strategies as st

from plate_reader.cameras.mjpeg import first_picture
from tests.plate_reader.pushes import SCENE, jpeg

OTHER = jpeg(64, 48, (200, 10, 10))


def stream(*pictures):
    return b"".join(b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + picture + b"\r\n" for picture in pictures)


def test_the_first_whole_picture_is_found_to_the_byte():
    assert first_picture(stream(SCENE, OTHER)) == SCENE
    assert first_picture(SCENE) == SCENE


@given(st.integers(0, len(SCENE) - 1))
def test_a_stream_that_begins_amid_a_picture_gives_the_next(cut):
    found = first_picture(SCENE[cut:] + b"\r\n" + stream(OTHER))
    assert found in (SCENE, OTHER)
    assert cut == 0 or found == OTHER


@given(st.integers(0, len(SCENE) - 1))
def test_a_picture_that_has_not_come_whole_is_none(length):
    assert first_picture(SCENE[:length]) is None


@given(st.binary(max_size=500))
def test_bytes_that_are_no_picture_give_none_or_a_part_of_them(data):
    found = first_picture(data)
    assert found is None or (found in data and found.startswith(b"\xff\xd8\xff"))


def test_a_thumbnail_inside_is_not_the_picture():
    inside = b"\xff\xe1" + (len(OTHER) + 2).to_bytes(2, "big") + OTHER
    whole = SCENE[:2] + inside + SCENE[2:]
    assert first_picture(stream(whole)) == whole
