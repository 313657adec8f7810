import errno

import pytest

from contract.clips import ClipFrame, ClipWanted, StillWanted, read_clip
from contract.faults import RejectError, RetryError
from plate_reader.blobs import BlobFolder
from plate_reader.health import Health
from plate_reader.video import desk as desk_module
from plate_reader.video.desk import ClipDesk
from plate_reader.video.ring import FrameRing
from plate_reader.video.settings import VideoSettings
from plate_reader.video.source import VideoSource
from tests.plate_reader.video.streams import picture

SECOND = 1_000_000
AT = 1_000 * SECOND
WANTED = ClipWanted(seq=7, record_sha256="a" * 64, lane=1, from_us=AT - 6 * SECOND, until_us=AT + 6 * SECOND)


class Scene:
    def __init__(self, folder, bytes_max=10**9):
        self.now_us = AT + 7 * SECOND
        self.source = VideoSource(VideoSettings(name="overview", lanes=(1,), url="http://h/v"), FrameRing(), Health(lambda: 1), None)
        self.source.size = (64, 48)
        self.blobs = BlobFolder(folder, bytes_max)
        self.desk = ClipDesk([self.source], self.blobs, lambda: self.now_us)

    def film(self, from_s=-10.0, until_s=7.0, every_s=0.1):
        for step in range(round((until_s - from_s) / every_s)):
            self.source.ring.add(ClipFrame(AT + round((from_s + step * every_s) * SECOND), picture(step)))


def test_a_clip_holds_every_picture_of_its_time_byte_for_byte(tmp_path):
    scene = Scene(tmp_path)
    scene.film()
    cut = scene.desk.clip(WANTED)
    assert (cut.camera, cut.problem, cut.seq) == ("overview", "", 7)
    frames = read_clip(scene.blobs.path(cut.clip).read_bytes(), "clip")
    assert frames == scene.source.ring.between(WANTED.from_us, WANTED.until_us)
    assert len(frames) == cut.frames == 121
    assert frames[-1].time_us - frames[0].time_us >= 10 * SECOND


def test_it_waits_until_the_time_is_over_and_answers_the_same_again(tmp_path):
    scene = Scene(tmp_path)
    scene.film()
    scene.now_us = WANTED.until_us
    assert scene.desk.clip(WANTED) is None
    scene.now_us += SECOND
    first = scene.desk.clip(WANTED)
    scene.source.ring.add(ClipFrame(WANTED.until_us - 1, picture(3)))
    assert scene.desk.clip(WANTED) == first


def test_what_is_missing_is_said(tmp_path):
    scene = Scene(tmp_path)
    scene.film(-10, -2)
    scene.film(3, 7)
    cut = scene.desk.clip(WANTED)
    assert cut.clip is not None
    assert cut.problem == "no pictures for 5.1 s from 3.9 s on"


@pytest.mark.parametrize(("lane", "says"), [(1, "no picture of that time"), (2, "no --video camera shows lane 2")])
def test_no_picture_is_an_answer_too(tmp_path, lane, says):
    cut = Scene(tmp_path).desk.clip(WANTED.model_copy(update={"lane": lane}))
    assert cut.clip is None
    assert says in cut.problem


def test_a_clip_too_large_is_thinned_evenly_and_says_so(tmp_path, monkeypatch):
    scene = Scene(tmp_path)
    scene.film()
    monkeypatch.setattr(desk_module, "CLIP_MAX_BYTES", 50 * len(picture(1)))
    cut = scene.desk.clip(WANTED)
    assert cut.frames == 41
    assert "80 of 121 pictures left out" in cut.problem


def test_the_nearest_picture_is_the_overview_and_one_of_another_time_is_none(tmp_path):
    scene = Scene(tmp_path)
    with pytest.raises(RejectError, match="within 2 s"):
        scene.desk.still(StillWanted(lane=1, time_us=AT))
    scene.film()
    taken = scene.desk.still(StillWanted(lane=1, time_us=AT + 40_000))
    assert taken.time_us == AT
    assert scene.blobs.path(taken.picture).read_bytes() == scene.source.ring.nearest(AT).jpeg
    with pytest.raises(RejectError, match="within 2 s"):
        scene.desk.still(StillWanted(lane=1, time_us=AT + 60 * SECOND))
    with pytest.raises(RejectError, match="no --video camera"):
        scene.desk.still(StillWanted(lane=2, time_us=AT))


def test_a_full_folder_puts_the_station_off_until_the_edge_has_emptied_it(tmp_path):
    scene = Scene(tmp_path, bytes_max=5_000)
    scene.film()
    with pytest.raises(RetryError, match="at most 5000"):
        scene.desk.clip(WANTED)
    taken = [scene.desk.still(StillWanted(lane=1, time_us=AT + step * SECOND // 10)) for step in range(5)]
    large = [picture(number, size=(400, 400)) for number in range(2)]
    scene.blobs.put(large[0][:1_000])
    with pytest.raises(OSError, match="at most") as raised:
        scene.blobs.put(large[1])
    assert raised.value.errno == errno.EDQUOT
    for one in taken:
        scene.blobs.path(one.picture).unlink()
    scene.blobs.put(picture(200))
    assert len(list(tmp_path.glob("??/*"))) == 2
