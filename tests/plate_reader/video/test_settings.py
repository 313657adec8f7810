import pytest

from contract.faults import StopError
from plate_reader.settings import parse_settings
from plate_reader.video.settings import VideoSettings, check_names


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name=o,url=http://h/v", "lanes: Field required"),
        ("name=o,lanes=1,url=ftp://h/v", "http://HOST/PATH"),
        ("name=o,lanes=1,url=rtsp://h/v", "RTSP is not read"),
        ("name=o,lanes=1,url=http://u:p@h/v", "user and password_file"),
        ("name=o,lanes=one,url=http://h/v", "lanes joined by"),
        ("name=o,lanes=0,url=http://h/v", "greater than or equal to 1"),
        ("name=o,lanes=1,url=http://h/v,zoom=2", "zoom: Extra inputs"),
    ],
)
def test_wrong_options_are_refused_with_what_is_allowed(text, says):
    with pytest.raises(StopError, match=says):
        VideoSettings.parse(text)


def test_options_are_read(tmp_path):
    (tmp_path / "password").write_text("secret\n")
    parsed = VideoSettings.parse(f"name=o,lanes=1+2,url=http://h/v?channel=1&subtype=0,user=wim,password_file={tmp_path}/password")
    assert (parsed.lanes, parsed.url, parsed.user, parsed.password()) == ((1, 2), "http://h/v?channel=1&subtype=0", "wim", "secret")
    with pytest.raises(StopError, match="cannot be read"):
        VideoSettings.parse("name=o,lanes=1,url=http://h/v,password_file=/nowhere").password()


def test_two_of_one_name_are_refused():
    one = VideoSettings.parse("name=o,lanes=1,url=http://h/v")
    with pytest.raises(StopError, match="not all different"):
        check_names([one, one])


def test_the_settings_file_has_them_too():
    text = 'video_keep_s = 90\n[[video]]\nname = "overview"\nlanes = [1, 2]\nurl = "http://192.0.2.20/video.mjpeg"\n'
    settings = parse_settings(text, "plates.toml")
    assert (settings.video[0].lanes, settings.video_keep_s, settings.blobs_max_mb) == ((1, 2), 90, 2_048)
    with pytest.raises(StopError, match="RTSP is not read"):
        parse_settings(text.replace("http://", "rtsp://"), "plates.toml")
