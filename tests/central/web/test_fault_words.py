"""Every fault that a station may count has words in both languages; a code of a later station stands alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import edge
from central.evidence.stations import store_status
from central.web.fault_words import FAULTS, fault_word
from central.web.translation import language
from contract.topics import DriftKind, StationState, StationStatus
from edge.cabinet import WHAT
from edge.drivers.framing import DAMAGE
from edge.samples.quality import Condition
from tests.central.web.serving import Site

NOTES = {"Fault", "RetryError", "RejectError", "_fault", "_tell", "_note", "_refused"}
"""Calls of the edge whose first argument, or `code`, is a fault's code."""
COMMANDS = {"__main__.py", "replay.py", "reweigh.py", "reweigh_command.py", "rules_command.py", "live.py"}
"""What these raise answers a command or a question, and is counted by nobody."""


def codes() -> Iterator[str]:
    for path in Path(edge.__file__).parent.rglob("*.py"):
        calls = () if path.name in COMMANDS else ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for call in calls:
            if isinstance(call, ast.Call) and (getattr(call.func, "id", None) or getattr(call.func, "attr", None)) in NOTES:
                given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "code")]
                yield from (
                    one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str) and " " not in one.value
                )
    yield from (*WHAT, *DAMAGE, *(f"channel-{condition}" for condition in Condition), *(f"drift-{kind}" for kind in DriftKind))


@pytest.mark.parametrize("code", sorted(set(codes())))
def test_every_code_that_a_station_counts_has_words(code):
    assert fault_word(code, language("en")) == FAULTS[code]
    assert fault_word(code, language("zh")) != FAULTS[code]


def test_a_stations_faults_stand_in_words_and_with_their_code(officer: Site):
    bench = officer.bench
    status = StationStatus(
        station=bench.station.id, state=StationState.ONLINE, time_us=bench.clock(), faults={"bad-crc": 1_204, "of-a-later-version": 1}
    )
    with bench.central.database.write() as session:
        store_status(session, status, status.model_dump_json().encode(), bench.clock())
    for path in ("/stations", f"/stations/{bench.station.id}"):
        page = officer.page(path)
        assert "1,204 × digitiser frames with a wrong checksum" in page
        assert ">bad-crc</code>" in page
        assert "1 × <code>of-a-later-version</code>" in page
        assert "采集器帧校验错误" in officer.page(path, "zh")
