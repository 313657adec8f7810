"""The commands as a technician runs them, and the words in both languages."""

import json
import subprocess
import sys
from importlib import resources

import numpy as np
import pytest
from babel.messages.pofile import read_po

from calibration.statics import figure
from calibration.statics.limits import known_limits, parse_limits
from calibration.statics.words import language
from contract.faults import RejectError
from tests.calibration.statics.test_load import carried_out


def check(*arguments):
    command = [sys.executable, "-m", "calibration", "check", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def test_file(tmp_path):
    readings = carried_out(bow=0.5, hold_s=1800.0)
    file = tmp_path / "test.csv"
    lines = np.column_stack([readings.time_s, readings.value, readings.mass_kg])
    np.savetxt(file, lines, delimiter=",", header="time_s,value,mass_kg", comments="", fmt="%.6f")
    return file


def test_a_dead_weight_test_is_judged_by_class(test_file):
    done = check("load", test_file, "--rated-kg", 10_000, "--json")
    assert done.returncode == 0, done.stderr
    figures = {one["name"]: one for one in json.loads(done.stdout)["figures"]}
    assert figures["linearity_terminal"]["value"] == pytest.approx(0.5, abs=1e-6)
    strict = check("load", test_file, "--rated-kg", 10_000, "--class", "load-cell-c3", "--lang", "zh")
    assert strict.returncode == 1
    assert "线性" in strict.stdout
    assert "超出限值" in strict.stdout
    assert "from memory" in strict.stdout


def test_zero_and_shunt_and_wrong_input(tmp_path, test_file):
    file = tmp_path / "zero.csv"
    file.write_text("time_s,value\n" + "".join(f"{60 * k},{200 + k % 3}\n" for k in range(60)), encoding="utf-8")
    assert check("zero", file, "--rated", 100_000).returncode == 0
    assert check("shunt", "--without", 0, "--with", 0.873, "--bridge-ohm", 350, "--shunt-ohm", 100_000).returncode == 0
    for arguments, words in (
        (("zero", file, "--rated", 0), "rated"),
        (("load", file, "--rated-kg", 100), "no column 'mass_kg'"),
        (("load", test_file, "--rated-kg", 100, "--class", "best"), "known are strip"),
        (("shunt", "--without", 0, "--with", 1), "either --expected"),
    ):
        done = check(*arguments)
        assert done.returncode == 3
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_every_sentence_has_a_chinese_one():
    source = resources.files("calibration.statics").joinpath("locales", "zh", "LC_MESSAGES", "statics.po")
    with source.open("rb") as file:
        catalogue = read_po(file, locale="zh")
    messages = {message.id: message.string for message in catalogue if message.id}
    assert all(messages.values())
    wanted = set(figure.NAMES.values())
    for name in ("figure", "zero", "dead_weight", "command"):
        text = resources.files("calibration.statics").joinpath(f"{name}.py").read_text(encoding="utf-8")
        wanted |= {part.split('"')[1] for part in text.split("N_(")[1:] if part.startswith('"')}
    assert wanted == set(messages)


def test_one_language_says_it_with_the_figures():
    one = figure.Figure(name="creep", limit=0.5, value=-0.61, at="10000 kg")
    assert one.words(language("en")) == "creep: -0.6100 %, allowed ± 0.5 %: BEYOND THE LIMIT (10000 kg)"
    assert one.words(language("zh")) == "蠕变：-0.6100 %，允许 ± 0.5 %：超出限值 (10000 kg)"
    assert not figure.passed([one])
    assert not figure.passed([figure.Figure(name="creep", limit=0.5, why_not="no")])


def test_limits_are_data_and_checked():
    assert known_limits()["strip"].linearity_percent == 1.0
    assert known_limits()["strip"].uniformity_percent == 2.0
    with pytest.raises(RejectError, match="keys are"):
        parse_limits('[mine]\nsource = "me"\n', "mine.toml")
    with pytest.raises(RejectError, match="no TOML"):
        parse_limits("[mine\n", "mine.toml")
