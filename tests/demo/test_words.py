"""What the demo says: every failing equality by name, the table's line of a vehicle, the summary's last word."""

import io

import pytest
from rich.console import Console

from demo.comparison import compare
from demo.summary import Stored, summarise
from demo.summary_text import show_summary
from demo.table import VehicleTable, verdict_words
from demo.truth import Playback
from tests.demo.makers import driven, recorded

PLAYBACK = Playback(event="playback", counter_offset=0, rate_hz=4_000.0, speedup=1.0)
GOOD = {"records": 2, "vehicles": 2, "verified": 2, "chain": "unbroken", "blobs_missing": 0, "quarantine": 0}
HEALTH = {"last_seq": 2, "waiting": 0, "faults": {"bad-crc": 3}}


def summary_of(vehicles, records, stored=None, health=None):
    return summarise(
        compare(vehicles, records, PLAYBACK.rate_hz),
        Stored(**(GOOD | (stored or {}))),
        health=HEALTH | (health or {}),
        restarts={"edge": 1},
        playback=PLAYBACK,
        last_sensor_m=7.3,
        started_us=1_790_000_000_000_000,
    )


def text_of(draw):
    console = Console(width=160, file=io.StringIO(), force_terminal=False)
    draw(console)
    return console.file.getvalue()


def test_all_that_holds_is_said_in_one_line():
    summary = summary_of([driven(1), driven(2)], [recorded(1), recorded(2)])
    assert summary.failures == ()
    assert summary.first_vehicle_s == 3.0
    assert summary.latency is not None
    assert summary.latency.max_s == pytest.approx(3.0 - (7.3 + 11.6) / 20, abs=0.01)
    text = text_of(lambda console: show_summary(summary, console))
    assert "2 = 2 = 2" in text
    assert "bad-crc 3" in text
    assert "Everything that drove is recorded once" in text


@pytest.mark.parametrize(
    ("vehicles", "records", "stored", "health", "words"),
    [
        ([1, 2, 3], [1, 2], {}, {}, "vehicles without a record: (3,)"),
        ([1], [1, 2], {}, {}, "records without a vehicle, seq: (2,)"),
        ([1, 2], [1, 2], {"vehicles": 3}, {}, "2 driven, 3 stored"),
        ([1, 2], [1, 2], {"verified": 1}, {}, "2 stored, 1 verified"),
        ([1, 2], [1, 2], {"chain": "broken"}, {}, "the chain is broken"),
        ([1, 2], [1, 2], {"blobs_missing": 4}, {}, "4 pictures and captures are missing"),
        ([1, 2], [1, 2], {"quarantine": 1}, {}, "1 in quarantine"),
        ([1, 2], [1, 2], {}, {"waiting": 5}, "5 still wait in the station"),
        ([1, 2], [1, 2], {}, {"last_seq": 3}, "the station's last record is 3, 2 are stored"),
    ],
)
def test_whatever_does_not_hold_is_named(vehicles, records, stored, health, words):
    summary = summary_of([driven(n) for n in vehicles], [recorded(n) for n in records], stored, health)
    assert words in " | ".join(summary.failures)
    assert words in text_of(lambda console: show_summary(summary, console))


def test_a_wrong_verdict_is_listed_and_fails():
    vehicles = [driven(1, gvw_kg=60_000, overloaded=True), driven(2, gvw_kg=43_500, overloaded=True)]
    summary = summary_of(vehicles, [recorded(1), recorded(2, "inside-guard-band")])
    assert [each.judged for each in summary.disagreements] == ["wrong", "too close to call"]
    assert summary.failures == ("overload verdicts that are wrong: 1",)


def test_the_table_says_why_an_overload_is_not_enforced():
    overload = recorded(1, "overload", ("line-plays-faster-than-real-time",), gross_kg=61_300).record
    assert verdict_words(overload).plain == "OVERLOAD not enforceable: line plays faster than real time"
    assert verdict_words(recorded(1, "overload").record).style == "bold red"
    table = VehicleTable()
    table.add([overload])
    text = text_of(lambda console: console.print(table))
    for words in ("湘A00001", "61.3", "72", "OVERLOAD"):
        assert words in text
