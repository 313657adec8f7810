import json

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from firmware_sims.plate_picture import draw_plate_picture
from plate_reader.__main__ import app
from plate_reader.decode import BYTES_MAX
from plate_reader.read_command import looks_like_crop


def run(*arguments):
    return CliRunner().invoke(app, ["read", *map(str, arguments)])


def lines_of(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def crop(tmp_path):
    path = tmp_path / "crop.jpg"
    draw_plate_picture("湘A12345", "blue").save(path, quality=90)
    return path


@pytest.fixture
def scene(tmp_path):
    path = tmp_path / "scene.png"
    rng = np.random.default_rng(3)
    road = Image.fromarray(rng.normal(110, 8, (720, 1280, 3)).clip(0, 255).astype(np.uint8))
    road.paste((30, 32, 36), (420, 300, 860, 640))
    road.paste(draw_plate_picture("粤B8D0Q7", "yellow").resize((170, 54)), (560, 520))
    road.save(path)
    return path


def test_a_crop_and_a_scene_are_read(crop, scene):
    result = run(crop, scene, "--json")
    assert result.exit_code == 0
    of_crop, of_scene = lines_of(result)
    (plate,) = of_crop["plates"]
    assert (plate["text"], plate["colour"], plate["kind"], plate["rows"]) == ("湘A12345", "blue", "ordinary", 1)
    assert plate["box"] == [[0, 0], [440, 0], [440, 140], [0, 140]]
    assert len(plate["characters"]) == 7
    assert of_crop["ms"] > 0
    (plate,) = of_scene["plates"]
    assert (plate["text"], plate["colour"]) == ("粤B8D0Q7", "yellow")
    assert np.mean(plate["box"], axis=0) == pytest.approx((645, 547), abs=15)
    assert (of_scene["width"], of_scene["height"]) == (1280, 720)


def test_the_table_is_for_people(crop):
    result = run(crop)
    assert result.exit_code == 0
    assert "湘A12345" in result.stdout
    assert "ordinary" in result.stdout


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("text.jpg", b"no picture at all", "picture-not-jpeg"),
        ("empty.jpg", b"", "picture-not-jpeg"),
        ("head.jpg", b"\xff\xd8\xff\xe0", "picture-damaged"),
        ("bomb.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\x7f\xff\xff\xff" * 2 + b"\x08\x02\0\0\0" + bytes(4), "picture-too-large"),
        ("fat.jpg", b"\xff\xd8\xff" + bytes(BYTES_MAX), "picture-too-large"),
    ],
)
def test_a_bad_picture_is_named_and_the_others_go_on(crop, tmp_path, name, content, code):
    bad = tmp_path / name
    bad.write_bytes(content)
    result = run(bad, crop, "--json")
    assert result.exit_code == 3
    refused, good = lines_of(result)
    assert refused["picture"] == str(bad)
    assert refused["error"]["code"] == code
    assert "plates" not in refused
    assert good["plates"][0]["text"] == "湘A12345"


def test_a_cut_picture_a_folder_and_a_missing_file_are_errors(crop, tmp_path):
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(crop.read_bytes()[:900])
    result = run(cut, tmp_path, tmp_path / "none.jpg")
    assert result.exit_code == 3
    assert "cut off" in result.stderr
    assert "is a folder; name its pictures" in result.stderr
    assert "is no file" in result.stderr


def test_a_bad_grammar_ends_it_before_any_picture(crop, tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text("name = 3")
    result = run(crop, "--grammar", bad)
    assert result.exit_code == 1
    assert "bad.toml: name" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("size", "is_crop"),
    [
        ((94, 24), True),
        ((440, 220), True),
        ((640, 200), True),
        ((1280, 720), False),
        ((320, 320), False),
        ((640, 60), False),
        ((60, 160), False),
    ],
)
def test_a_crop_is_small_and_wide(size, is_crop):
    assert looks_like_crop(np.zeros((size[1], size[0], 3), np.uint8)) == is_crop
