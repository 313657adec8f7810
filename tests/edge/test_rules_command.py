"""`wim-edge rules` as a person and as a program calls it."""

import json
import subprocess
import sys
from importlib.resources import files

import pytest

from contract.rules import rule_pack, shipped_packs


def rules(*arguments):
    command = [sys.executable, "-m", "edge", "rules", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={"COLUMNS": "160", "PYTHONIOENCODING": "utf-8"}
    )


def text_of(name):
    return files("contract.rules").joinpath(name).read_text(encoding="utf-8")


def test_the_shipped_packs_are_listed():
    done = rules("show")
    assert done.returncode == 0, done.stderr
    assert all(pack.id in done.stdout and pack.sha256[:16] in done.stdout for pack in shipped_packs().values())
    listed = json.loads(rules("show", "--json").stdout)
    assert {(one["id"], one["sha256"]) for one in listed} == {(pack.id, pack.sha256) for pack in shipped_packs().values()}


@pytest.mark.parametrize("family", ["cn", "eu", "us"])
def test_a_pack_is_shown_whole_with_its_digest(family):
    pack = rule_pack(family)
    done = rules("show", "--pack", pack.id)
    assert done.returncode == 0, done.stderr
    assert pack.sha256 in done.stdout
    for limit in (*pack.gross, *pack.group, *pack.window):
        assert str(limit.load_kg) in done.stdout
    assert "stopped-on-array" in done.stdout
    assert json.loads(rules("show", "--pack", pack.id, "--json").stdout) == pack.model_dump(mode="json")


def test_a_file_is_shown_too(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(text_of("cn.toml").replace("cn-62-2016", "cn-own"), encoding="utf-8")
    assert "cn-own, version 2" in rules("show", "--pack", path).stdout


def test_a_name_that_is_neither_says_what_there_is():
    done = rules("show", "--pack", "xx")
    assert done.returncode == 3
    assert "is neither a file nor shipped; this version has: cn-62-2016, eu-96-53, us-bridge-formula" in done.stderr


def test_sound_packs_pass_the_check(tmp_path):
    paths = [tmp_path / name for name in shipped_packs()]
    for path in paths:
        path.write_text(text_of(path.name), encoding="utf-8")
    done = rules("check", *paths)
    assert done.returncode == 0, done.stderr
    assert all(pack.sha256 in done.stdout for pack in shipped_packs().values())


def test_every_fault_is_named_by_file_and_key_and_the_sound_ones_stand(tmp_path):
    good, bad, twin = tmp_path / "good.toml", tmp_path / "bad.toml", tmp_path / "twin.toml"
    good.write_text(text_of("cn.toml"), encoding="utf-8")
    bad.write_text(text_of("us.toml").replace("limit_lb = 80000", "limit_lb = 0\nspeed = 3"), encoding="utf-8")
    twin.write_text(text_of("cn.toml").replace("2016-09-21", "2030-01-01"), encoding="utf-8")
    done = rules("check", good, bad, twin, tmp_path / "none.toml")
    assert done.returncode == 3
    assert f"{good}: sound" in done.stdout
    assert f"{bad}: gross[1].limit_lb: 0: should be greater than 0; gross[1].speed: is no key of a rule pack" in done.stderr
    assert f"{twin}: effective_from: 2030-01-01 lies within {good}" in done.stderr
    assert "none.toml: cannot be read as a rule pack" in done.stderr
    told = json.loads(rules("check", "--json", good, bad).stdout)
    assert [one["id"] for one in told["sound"]] == ["cn-62-2016"]
    assert [one["code"] for one in told["faults"]] == ["rules-invalid"]
