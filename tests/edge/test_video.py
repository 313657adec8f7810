"""Overview pictures and clips as the edge wants them: when it asks, what it does with each answer, and what survives a restart."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.chain import Link
from contract.clips import CLIP_TYPE, ClipCut
from contract.disclosures import parse_record_envelope
from contract.faults import RetryError, StopError
from contract.media import MediaRole, sha256_hex
from contract.records import parse_record
from contract.signatures import PayloadType, key_id, open_envelope
from contract.station import Video, parse_station
from edge.outbox import Blob, ClipSpan, Outbox
from edge.pictures import PictureFolder
from edge.recorder import Recorder
from edge.video import CLIP_LIFE_US, VideoDesk
from tests.contract.test_station import SOUND
from tests.edge.outbox.queueing import maker
from tests.edge.reader_stand_in import Reader

SECOND = 1_000_000
AT = 1_790_000_000 * SECOND
PICTURE = "ab" * 32
CLIP = b"RIFF clip"


@pytest.fixture
def reader():
    with Reader() as reader:
        yield reader


@pytest.fixture
def outbox(tmp_path):
    outbox = Outbox(tmp_path / "outbox", 64)
    yield outbox
    outbox.close()


class Station:
    """A desk over an outbox, with a clock to set and faults to read."""

    def __init__(self, reader, outbox):
        self.now_us, self.faults = AT, []
        self.desk = VideoDesk(Video(reader_url=reader.url), outbox.wanted_clips, self.faults.append, lambda: self.now_us)

    @property
    def codes(self):
        return [fault.code for fault in self.faults]


@pytest.fixture
def station(reader, outbox):
    station = Station(reader, outbox)
    yield station
    station.desk.stop()


def recorder(outbox, tmp_path, key, note):
    return Recorder(
        parse_station(SOUND, "site.toml"),
        rules=None,
        software=None,
        station_text="[station]",
        outbox=outbox,
        key=key,
        pictures=PictureFolder(tmp_path / "blobs"),
        note=note,
        certified=False,
    )


def leave(tmp_path, data):
    """Leave a blob in the shared folder, as the plate reader does."""
    sha256 = sha256_hex(data)
    path = tmp_path / "blobs" / sha256[:2] / sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return sha256, path


def cut(wish, clip=None, problem=""):
    return ClipCut(seq=wish["seq"], record_sha256=wish["record_sha256"], camera="overview", clip=clip, frames=9, problem=problem)


def want(outbox, seconds=6):
    return outbox.append(maker(), clip=ClipSpan(1, AT - seconds * SECOND, AT + seconds * SECOND))


def test_an_overview_is_asked_for_a_moment_later_and_given_once(station, reader):
    reader.answers["/stills"] = lambda wish: (200, {"camera": "overview", "picture": PICTURE, "time_us": wish["time_us"]})
    station.desk.passed(1, [("1-5", AT)])
    station.desk.turn()
    assert reader.asked == []
    station.now_us += SECOND
    station.desk.turn()
    assert reader.asked == [("/stills", {"lane": 1, "time_us": AT})]
    assert [station.desk.still("1-5"), station.desk.still("1-5")] == [PICTURE, None]


def test_a_refused_overview_is_said_and_not_asked_again(station, reader):
    reader.answers["/stills"] = lambda _: (404, {"detail": "no camera shows this lane"})
    station.desk.passed(1, [("1-5", AT)])
    station.now_us += SECOND
    station.desk.turn()
    station.desk.turn()
    assert len(reader.asked) == 1
    assert station.codes == ["overview-missing"]
    assert station.desk.still("1-5") is None


def test_a_vehicle_that_is_recorded_is_no_longer_asked_for(station, reader):
    station.desk.passed(1, [("1-5", AT), ("1-6", AT)])
    assert station.desk.still("1-5") is None
    station.now_us += 60 * SECOND
    station.desk.turn()
    assert reader.asked == []


def test_a_reader_that_is_away_or_fails_is_asked_again(station, reader, outbox):
    want(outbox)
    station.now_us += 8 * SECOND
    reader.answers["/clips"] = lambda _: (503, {"detail": "disk full"})
    with pytest.raises(RetryError, match="disk full"):
        station.desk.turn()
    reader.close()
    station.now_us += 2 * SECOND
    with pytest.raises(RetryError, match="does not answer"):
        station.desk.turn()
    assert len(outbox.wanted_clips(5)) == 1


def test_a_clip_is_asked_for_when_its_time_is_over_until_it_is_there_and_becomes_a_signed_supplement(station, reader, outbox, tmp_path):
    key, stored = Ed25519PrivateKey.generate(), want(outbox)
    sha256, path = leave(tmp_path, CLIP)
    record = recorder(outbox, tmp_path, key, station.faults.append).add_clip
    station.desk.turn()
    assert reader.asked == []
    reader.answers["/clips"] = lambda _: (202, {"state": "waiting"})
    for _ in range(2):
        station.now_us += 8 * SECOND
        station.desk.turn()
    assert reader.asked[-1][1] == {
        "seq": 1,
        "record_sha256": stored.sha256,
        "lane": 1,
        "from_us": AT - 6 * SECOND,
        "until_us": AT + 6 * SECOND,
    }
    reader.answers["/clips"] = lambda wish: (200, cut(wish, sha256).model_dump())
    station.now_us += 2 * SECOND
    station.desk.turn()
    station.desk.record(record)
    assert outbox.wanted_clips(5) == []
    assert not path.exists()
    envelope = parse_record_envelope(outbox.envelope(2), "supplement")
    supplement = parse_record(open_envelope(envelope, PayloadType.RECORD, {key_id(key.public_key()): key.public_key()}, "s"), "s")
    assert Link(supplement.of_seq, supplement.of_sha256) == stored
    (media,) = supplement.media
    assert (media.role, media.sha256, media.media_type, media.size) == (MediaRole.CLIP, sha256, CLIP_TYPE, len(CLIP))
    assert outbox.waiting_blobs(5)[0].path.read_bytes() == CLIP
    station.now_us += 2 * SECOND
    asked = len(reader.asked)
    station.desk.turn()
    assert len(reader.asked) == asked


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda wish: (200, cut(wish, problem="no picture of that time").model_dump()), "clip-missing"),
        (lambda wish: (200, cut(wish, "cd" * 32).model_dump()), "picture-missing"),
        (lambda _: (422, {"detail": "lane: too large"}), "clip-missing"),
        (lambda _: (200, {"nonsense": True}), "clip-missing"),
    ],
)
def test_a_clip_that_is_none_is_given_up_with_a_fault(station, reader, outbox, tmp_path, answer, code):
    want(outbox)
    reader.answers["/clips"] = answer
    station.now_us += 8 * SECOND
    station.desk.turn()
    station.desk.record(recorder(outbox, tmp_path, Ed25519PrivateKey.generate(), station.faults.append).add_clip)
    assert station.codes == [code]
    assert outbox.wanted_clips(5) == []
    assert outbox.head().seq == 1


def test_a_clip_nobody_gave_in_ten_minutes_is_given_up(station, reader, outbox, tmp_path):
    want(outbox)
    station.now_us += CLIP_LIFE_US + 10 * SECOND
    station.desk.turn()
    station.desk.record(recorder(outbox, tmp_path, Ed25519PrivateKey.generate(), station.faults.append).add_clip)
    assert reader.asked == []
    assert station.codes == ["clip-missing"]


def test_a_clip_the_outbox_cannot_take_now_is_asked_for_again(station, reader, outbox, tmp_path):
    want(outbox)
    reader.answers["/clips"] = lambda wish: (200, cut(wish, leave(tmp_path, CLIP)[0]).model_dump())

    def full(_cut, _time_us):
        raise RetryError("outbox-full", "outbox", "is full")

    for add in (full, recorder(outbox, tmp_path, Ed25519PrivateKey.generate(), station.faults.append).add_clip):
        station.now_us += 10 * SECOND
        station.desk.turn()
        station.desk.record(add)
    assert station.codes == ["outbox-full"]
    assert len(reader.asked) == 2
    assert outbox.head().seq == 2


def test_no_room_for_the_clips_bytes_gives_it_up_and_keeps_the_record(tmp_path, outbox):
    of, faults = want(outbox), []
    big = Blob.of(bytes(20_000_000), "image/jpeg")
    outbox.append(maker(), [big])
    sha256, _ = leave(tmp_path, bytes(13_000_000))
    add = recorder(outbox, tmp_path, Ed25519PrivateKey.generate(), faults.append).add_clip
    assert add(cut({"seq": of.seq, "record_sha256": of.sha256}, sha256), AT) is None
    assert [fault.code for fault in faults] == ["blobs-full"]
    assert outbox.wanted_clips(5) == []


def test_wanted_clips_survive_a_restart(tmp_path):
    outbox = Outbox(tmp_path / "outbox", 64)
    links = [want(outbox, seconds) for seconds in (5, 6)]
    outbox.close()
    again = Outbox(tmp_path / "outbox", 64)
    try:
        assert [Link(one.seq, one.record_sha256) for one in again.wanted_clips(5)] == links
        assert again.counts().wanted_clips == 2
        again.close_clip(1)
        assert [one.seq for one in again.wanted_clips(5)] == [2]
    finally:
        again.close()


def test_a_station_without_video_wants_nothing(outbox):
    desk = VideoDesk(None, outbox.wanted_clips, lambda _: None, lambda: AT)
    desk.start()
    desk.passed(1, [("1-5", AT)])
    assert desk.still("1-5") is None
    assert desk.health()["configured"] is False
    desk.stop()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('reader_url = "http://192.0.2.1:80"', "reader_url"),
        ('reader_url = "http://127.0.0.1:8702"\nbefore_s = 4\nafter_s = 5', "less than the 10 s"),
        ('reader_url = "http://127.0.0.1:8702"\nafter_s = 90', "after_s"),
    ],
)
def test_a_wrong_video_table_is_refused(table, says):
    with pytest.raises(StopError, match=says):
        parse_station(f"{SOUND}\n[video]\n{table}\n", "site.toml")
