"""Every command, option, setting, module, target and file that a document names is there."""

import importlib.util
import re
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel

from calibration.__main__ import app as calibration
from central.__main__ import app as central
from central.config import Settings
from contract.station import Station
from demo.__main__ import app as demo
from edge.__main__ import app as edge
from firmware_sims.__main__ import app as firmware_sims
from plate_reader.__main__ import app as plate_reader
from tests.docs.mentions import HOME, codes, command_lines
from verifier.__main__ import parser

PROGRAMS = {
    "wim-calibration": calibration,
    "wim-central": central,
    "wim-demo": demo,
    "wim-edge": edge,
    "wim-plates": plate_reader,
    "wim-sims": firmware_sims,
}
PLACEHOLDER = re.compile(r"[A-Z…./<\[]")
"""What begins so stands for something that the reader fills in."""


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_command_line_names_commands_and_options_that_there_are(program):
    root = typer.main.get_command(PROGRAMS[program])
    lines = command_lines(program)
    assert lines, f"no document tells of {program}"
    wrong = [f"{mention}: {fault}" for mention, words in lines for fault in faults(root, words)]
    assert not wrong, "\n".join(wrong)


def faults(root: Any, words: list[str]) -> list[str]:
    """Name the words of a command line that are no command or option of the program; `root` is a command as typer makes it."""
    found, at = [], [root]
    for word in words:
        plain = word.strip("[]").partition("=")[0]
        if plain.startswith("-") and len(plain) > 1:
            if plain not in options(at):
                found.append(f"{plain} is no option of {' '.join(str(one.name) for one in at[1:]) or 'the program'}")
        elif hasattr(at[-1], "commands") and not PLACEHOLDER.match(plain):
            names = plain.split("|")
            found += [f"{name} is no command" for name in names if name not in at[-1].commands]
            if not found and len(names) == 1:
                at.append(at[-1].commands[plain])
    return found


def options(path: list[Any]) -> set[str]:
    """Give the options of a command and of the groups above it."""
    return {"--help", *(name for command in path for one in command.params for name in (*one.opts, *one.secondary_opts))}


def test_every_option_of_the_verifier_is_one():
    known = {name for action in parser()._actions for name in action.option_strings}
    lines = command_lines("wim-verify")
    assert lines
    assert [str(mention) for mention, words in lines if {word for word in words if word.startswith("--")} - known] == []


def test_a_command_line_that_is_wrong_is_found():
    root = typer.main.get_command(central)
    assert faults(root, ["log", "chekc"]) == ["chekc is no command"]
    assert faults(root, ["log", "check", "--agianst", "FILE"]) == ["--agianst is no option of log check"]
    assert faults(root, ["log", "check", "--against", "FILE"]) == []


def test_every_module_and_target_can_be_run():
    targets = set(re.findall(r"^([a-z]+):", (HOME / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    wrong = []
    for mention in codes():
        for module in re.findall(r"python -m ([\w.]+)", mention.code):
            if importlib.util.find_spec(module) is None:
                wrong.append(f"{mention}: no module {module}")
        for target in re.findall(r"^make ([a-z]+)", mention.code):
            if target not in targets:
                wrong.append(f"{mention}: no target {target}")
    assert not wrong, "\n".join(wrong)


def test_every_file_of_ours_that_is_named_is_there():
    folders = "docs|contract|edge|calibration|plate_reader|central|verifier|firmware_sims|demo|tests|bench|deploy"
    named = re.compile(rf"(?:{folders})/[\w./-]*\w")
    wrong = [str(one) for one in codes() if named.fullmatch(one.code) and not any(HOME.glob(f"{one.code}*"))]
    assert not wrong, "\n".join(wrong)


def test_every_setting_that_is_named_is_a_key_of_its_table():
    named = [(one, *found.groups()) for one in codes() if (found := re.match(r"\[(\w+)\] (\w+)", one.code))]
    assert len(named) > 10
    wrong = [f"{mention}: [{table}] has no {key}" for mention, table, key in named if key not in keys_of(table)]
    assert not wrong, "\n".join(wrong)


def keys_of(table: str) -> set[str]:
    """Give the keys of a table, whichever settings file it stands in."""
    fields = [model.model_fields[table].annotation for model in (Settings, Station) if table in model.model_fields]
    models = [one for field in fields for one in (field, *get_args(field)) if isinstance(one, type) and issubclass(one, BaseModel)]
    return {key for model in models for key in model.model_fields}
