import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sims.errors import SimulationError
from firmware_sims.fault_kinds import KINDS, list_kinds
from tests.firmware_sims.rig import Core

PAGE = Path(__file__).parents[2] / "docs" / "protocols" / "simulator-control.md"


def test_the_page_and_the_program_know_the_same_faults():
    section = PAGE.read_text(encoding="utf-8").partition("## Faults")[2].partition("## Start and end")[0]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(KINDS)


def test_the_list_is_json():
    assert {entry["name"] for entry in json.loads(json.dumps(list_kinds()))} == set(KINDS)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("explode", {}, "unknown; known are"),
        ("drop", {"q": "1"}, "no argument 'q'; allowed are p, for_s, times"),
        ("drop", {"p": "2"}, "p=2; 0 to 1 are allowed"),
        ("drop", {"p": "often"}, "no number"),
        ("drop", {"p": "nan"}, "0 to 1 are allowed"),
        ("dead", {}, "channel is required; allowed are R0L"),
        ("dead", {"channel": "R9"}, "allowed are R0L, R0R, loopA"),
        ("dead_camera", {"camera": "side"}, "allowed are front, rear"),
        ("modbus_exception", {"target": "moon"}, "allowed are digitiser, site"),
    ],
)
def test_wrong_input_says_what_is_allowed(core, name, arguments, message):
    with pytest.raises(SimulationError, match=message):
        core.faults.add(name, arguments)
    assert core.faults.describe() == []


def test_times_ends_a_fault(core):
    core.faults.add("drop", {"times": "3"})
    assert sum(core.faults.strikes("drop") is not None for _ in range(10)) == 3
    assert core.faults.counts == {"drop": 3}


def test_zero_seconds_last_until_cleared(core):
    fault = core.faults.add("drop", {"for_s": "0"})
    core.hand.seconds += 1e6
    assert core.faults.strikes("drop") is fault
    assert core.faults.clear(fault.id) == 1
    assert core.faults.strikes("drop") is None


def test_a_fault_meets_the_camera_it_names_or_all(core):
    core.faults.add("misread", {"camera": "front"})
    core.faults.add("duplicate_push", {})
    assert core.faults.strikes("misread", camera="front")
    assert not core.faults.strikes("misread", camera="rear")
    assert core.faults.strikes("duplicate_push", camera="rear")


@given(p=st.floats(0.05, 0.95), seed=st.integers(0, 2**32))
def test_probability_is_about_what_was_asked(p, seed):
    board = Core(seed).faults
    board.add("drop", {"p": str(p)})
    struck = sum(board.strikes("drop") is not None for _ in range(2000))
    assert abs(struck / 2000 - p) < 0.07
