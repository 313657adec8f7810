"""What the calibration refuses is said in both languages: no sentence without a translation, and none past the catalogue."""

import ast
import os
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from pydantic import BaseModel, Field, ValidationError

import calibration
from calibration.__main__ import language_asked
from calibration.refused_input import input_error
from calibration.told import Told, retell, told
from contract.faults import RejectError
from tests.calibration.certificate.office import station_text

FOLDER = Path(next(iter(calibration.__path__)))
SOURCES = sorted(FOLDER.rglob("*.py"))
ERRORS = {"RejectError", "RetryError", "StopError", "HTTPException"}
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")
WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")


def catalogue():
    source = resources.files("calibration").joinpath("locales", "zh", "LC_MESSAGES", "refusals.po")
    with source.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def calls(names):
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield path.relative_to(FOLDER), node


def test_every_sentence_is_translated_and_none_is_left_over():
    used = set()
    for path in SOURCES:
        with path.open("rb") as file:
            used |= {message for _, message, _, _ in extract("python", file, keywords={"told": None})}
    assert used == set(catalogue())


@pytest.mark.parametrize(("message", "translated"), catalogue().items())
def test_a_translation_says_something_with_the_same_figures(message, translated):
    assert translated
    assert sorted(PLACEHOLDER.findall(message)) == sorted(PLACEHOLDER.findall(translated))
    if WORDS.search(PLACEHOLDER.sub("", message)):
        assert re.search(r"[\u4e00-\u9fff]", translated)


def test_every_sentence_stands_in_the_source_as_it_is_and_fills_its_placeholders():
    for path, call in calls({"told"}):
        message, *more = call.args
        assert isinstance(message, ast.Constant), f"{path}:{call.lineno} says what no catalogue can hold"
        assert not more
        names = set(re.findall(r"%\((\w+)\)s", message.value))
        assert names == {keyword.arg for keyword in call.keywords}, f"{path}:{call.lineno}"
        assert message.value % dict.fromkeys(names, "1"), f"{path}:{call.lineno}"


def test_no_error_is_raised_with_words_that_are_in_no_catalogue():
    """Words in an error's own call or in what was assigned to a name that it, or its sentence, is given: only `told` may hold them."""
    loose = []
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
            raised = [node for node in ast.walk(function) if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS]
            told_of = [node for node in ast.walk(function) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "told"]
            given = {argument.id for call in raised for argument in call.args if isinstance(argument, ast.Name)}
            given |= {keyword.value.id for call in told_of for keyword in call.keywords if isinstance(keyword.value, ast.Name)}
            said = [argument for call in raised for argument in call.args[1:]]
            said += [
                node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Assign) and any(getattr(target, "id", "") in given for target in node.targets)
            ]
            loose += [f"{path.relative_to(FOLDER)}:{one.lineno}" for one in said if _words_outside(one)]
    assert loose == []


def _words_outside(node):
    if isinstance(node, ast.Call):
        return False
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(WORDS.search(node.value))
    return any(_words_outside(child) for child in ast.iter_child_nodes(node))


def test_a_sentence_is_english_by_itself_and_chinese_when_retold():
    inner = told("vehicle %(name)s", name="湘A12345")
    error = RejectError("reference-factor", inner, told("%(what)s %(said)s", what=told("axle loads"), said="5 %"))
    assert str(error) == "vehicle 湘A12345: axle loads 5 %"
    assert retell(error, "en") == str(error)
    assert retell(error, "zh") == "车辆 湘A12345: 轴载 5 %"
    assert retell("/data/ledger.sqlite", "zh") == "/data/ledger.sqlite"
    assert isinstance(error.fault().where, str)


class Form(BaseModel):
    name: str = Field(min_length=3, max_length=5)
    kg: float = Field(gt=0, le=10)
    run: int


@pytest.mark.parametrize(
    ("given", "english", "chinese"),
    [
        ({"name": "ab", "kg": 1, "run": 1}, "name: 'ab': must have at least 3 characters", "name: 'ab'：至少须有 3 个字符"),
        ({"name": "abcdef", "kg": 1, "run": 1}, "name: 'abcdef': must have at most 5 characters", "name: 'abcdef'：最多 5 个字符"),
        ({"name": "abc", "kg": 0, "run": 1}, "kg: 0: must be above 0.0", "kg: 0：须大于 0.0"),
        ({"name": "abc", "kg": "x", "run": 1}, "kg: 'x': must be a number", "kg: 'x'：须为数字"),
        ({"name": "abc", "kg": 1}, "run: is missing", "run: 缺少"),
    ],
)
def test_what_a_form_refuses_is_said_in_both(given, english, chinese):
    with pytest.raises(ValidationError) as caught:
        Form.model_validate(given)
    error = input_error(caught.value)
    assert isinstance(error.what, Told)
    assert (retell(error, "en"), retell(error, "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["fit", "x.h5", "--lang", "zh"], "zh"),
        (["accept", "--lang=zh"], "zh"),
        (["fit", "--lang", "en"], "en"),
        (["fit", "--lang"], "en"),
        (["fit", "--lang", "fr"], "en"),
        ([], "en"),
    ],
)
def test_a_command_refuses_in_the_language_it_was_asked_to_speak(arguments, code):
    assert language_asked(arguments) == code


def test_the_environment_names_the_language_where_the_command_does_not(monkeypatch):
    monkeypatch.setenv("WIM_LANG", "zh")
    assert language_asked(["session", "fit"]) == "zh"
    assert language_asked(["fit", "--lang", "en"]) == "en"
    monkeypatch.setenv("WIM_LANG", "fr")
    assert language_asked(["session", "fit"]) == "en"


def test_the_program_refuses_in_chinese(tmp_path):
    station = tmp_path / "station.toml"
    station.write_text(station_text(), encoding="utf-8")
    command = [sys.executable, "-m", "calibration", "certify", "--ledger", str(tmp_path / "l.sqlite"), "--station", str(station)]
    command += ["--key", str(station), "--reason", "x"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=os.environ | {"WIM_LANG": "zh"})
    assert done.returncode == 3
    assert "二者择一" in done.stderr
    assert "Traceback" not in done.stderr
