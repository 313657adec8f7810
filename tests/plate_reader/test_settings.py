import os
import re
import subprocess
import sys

import pytest

from contract.faults import StopError
from plate_reader.credentials import read_secrets
from plate_reader.folders.names import NamePattern
from plate_reader.login import Scheme
from plate_reader.settings import parse_settings
from tests.plate_reader.test_guide import guide_settings

WHOLE = """
listen = "127.0.0.1:8702"
edge_url = "http://127.0.0.1:8701"
secrets = "{secrets}"
[reading]
wait_s = 2.0
[[camera]]
name = "front"
protocol = "dahua"
addresses = ["192.0.2.10", "2001:db8::/64"]
login = "digest"
user = "itsapi"
silent_s = 120
[[camera]]
name = "ftp"
protocol = "folder"
zone = "+08:00"
[camera.folder]
path = "/srv/ftp"
"""


def camera(**more):
    lines = {"name": '"front"', "protocol": '"isapi"', **more}
    return "[[camera]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())


def test_a_whole_file():
    settings = parse_settings(WHOLE.format(secrets="/x"), "plates.toml")
    front, ftp = settings.camera
    assert (front.login, front.silent_s, ftp.offset.utcoffset(None).total_seconds()) == (Scheme.DIGEST, 120, 8 * 3600)
    assert front.allows("192.0.2.10")
    assert front.allows("::ffff:192.0.2.10")
    assert front.allows("2001:db8::1")
    assert not front.allows("192.0.2.11")
    assert not front.allows(None)
    assert ftp.allows("198.51.100.1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("listen = ", "is not valid TOML"),
        ("liste = 1", "is not a key"),
        (camera(protocol='"onvif"'), "isapi, dahua, axis, platerecognizer, folder, still are allowed"),
        (camera(addresses='["front.example"]'), "front.example"),
        (camera(login='"digest"', user='"c"'), "secrets, the path of the file of secrets, is missing"),
        (camera(login='"digest"'), "login digest needs user"),
        (camera(login='"open"'), "'none', 'basic', 'digest' or 'token'"),
        (camera(zone='"east"'), "an offset to UTC"),
        (camera(silent_s="0"), "greater than 0"),
        (camera(protocol='"folder"', zone='"+08:00"'), "protocol folder and the table [camera.folder] go together"),
        (camera(protocol='"folder"', folder='{path = "/x"}'), "a folder needs zone"),
        (camera(protocol='"folder"', zone='"Z"', folder='{path = "/x", pattern = "{plate}.jpg"}'), "{time} once"),
        (camera(protocol='"folder"', zone='"Z"', folder='{path = "/x", pattern = "../{time}.jpg"}'), "{time} once"),
        (camera(protocol='"still"', still='{url = "rtsp://192.0.2.1/", lane = 1}'), "RTSP is not read"),
        (camera(protocol='"still"', still='{url = "http://u:p@192.0.2.1/", lane = 1}'), "without user and password"),
        (camera(name='"../x"'), "pattern"),
        (camera() + camera(), "two cameras are called 'front'"),
        ("[reading]\nwait_s = -1", "greater than 0"),
    ],
)
def test_what_cannot_be_is_refused_with_what_is_allowed(text, says):
    with pytest.raises(StopError) as caught:
        parse_settings(text, "plates.toml")
    assert says in str(caught.value)
    assert "plates.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "mode", "code"),
    [
        ('front = "s3cret-words"', 0o600, None),
        ('front = "s3cret-words"', 0o640, None),
        ('front = "s3cret-words"', 0o644, "secrets-open"),
        ('front = "s3cret-words"', 0o620, "secrets-open"),
        ('front = "short"', 0o600, "secret-missing"),
        ("front = 12345678", 0o600, "secret-missing"),
        ("", 0o600, "secret-missing"),
        ('front = "s3cret-words"\nback = "s3cret-words"', 0o600, "secret-unknown"),
        ("front", 0o600, "secrets-syntax"),
    ],
)
def test_secrets(tmp_path, text, mode, code):
    path = tmp_path / "secrets.toml"
    path.write_text(text)
    path.chmod(mode)
    settings = parse_settings(WHOLE.format(secrets=path), "plates.toml")
    if code is None:
        assert read_secrets(path, settings)["front"].secret == "s3cret-words"
        return
    with pytest.raises(StopError) as caught:
        read_secrets(path, settings)
    assert caught.value.code == code
    assert "s3cret" not in caught.value.what


def run(*options):
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "plate_reader", "run", *options], capture_output=True, text=True, timeout=60, check=False, env=environment
    )


def test_the_command_names_what_is_missing_and_what_is_wrong(tmp_path):
    missing = run("--listen", "127.0.0.1:0")
    assert missing.returncode == 2
    assert "--edge-url is missing" in missing.stderr
    (tmp_path / "plates.toml").write_text("[[camera]]\nname = 'front'\nprotocol = 'telepathy'\n")
    wrong = run("--settings", str(tmp_path / "plates.toml"))
    assert wrong.returncode == 1
    assert "telepathy" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    away = run("--settings", str(tmp_path / "none.toml"))
    assert "none.toml: cannot be read" in away.stderr


def test_help_names_every_address_and_option():
    shown = re.sub(r"\s+", " ", run("--help").stdout)
    for word in ("--settings", "--reading", "/isapi/CAMERA", "/dahua/CAMERA", "/axis/CAMERA", "/platerecognizer/CAMERA", "GET /health"):
        assert word in shown


def test_patterns_find_their_fields():
    pattern = NamePattern("{lane}_{time}_{plate}.jpg", "%Y%m%d%H%M%S%f")
    assert pattern.matches("1_20260302160005123_湘A12345.JPG")
    assert not pattern.matches(".1_20260302160005123_湘A12345.jpg")
    assert not pattern.matches("1_20260302160005123_湘A12345.jpg.part")


def test_the_guides_settings_are_valid(tmp_path):
    settings = guide_settings(tmp_path)
    assert {camera.protocol for camera in settings.camera} == {"isapi", "dahua", "axis", "platerecognizer", "folder", "still"}
