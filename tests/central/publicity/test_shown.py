"""What everyone may see: published stations with the certificates of their newest records, decisions with masked plates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.publicity.decisions import PUBLISHED, DecisionKey, parse_key, public_decision, public_decisions
from central.publicity.masking import masked
from central.publicity.stations import public_station, public_stations
from central.review.workflow import State
from contract.faults import RejectError
from tests.central.web.prepared_cases import CERTIFICATE, notified_case, published_case, seen_case

STATION = "G104-K12"


def decisions(office, before=None, limit=50):
    with office.bench.central.database.read() as session:
        return public_decisions(session, before, limit)


def station(office, now_us=None):
    with office.bench.central.database.read() as session:
        return public_station(session, STATION, office.bench.clock() if now_us is None else now_us)


def test_only_what_is_published_is_shown_and_its_plate_is_masked(office):
    notified_case(office, "湘A99999")
    assert decisions(office) == ()
    published_case(office)
    (row,) = decisions(office)
    assert (row.number, row.plate, row.outcome, row.amount_cents, row.over_kg) == (
        f"{STATION}/2026/00002",
        "湘A••••5",
        "penalty",
        300_000,
        6_200,
    )
    with office.bench.central.database.read() as session:
        assert public_decision(session, row.number) == row
        assert public_decision(session, f"{STATION}/2026/00001") is None
        assert public_decision(session, "%") is None


def test_the_state_that_is_shown_is_one_of_the_workflow():
    assert State(PUBLISHED) is State.PUBLISHED


def test_decisions_are_paged_by_key_newest_first(office):
    for number in range(5):
        published_case(office, f"湘A1234{number}")
    whole = decisions(office)
    assert [row.key.published_us for row in whole] == sorted((row.key.published_us for row in whole), reverse=True)
    pages = [decisions(office, limit=2)]
    while pages[-1]:
        pages.append(decisions(office, pages[-1][-1].key, 2))
    assert [row for page in pages for row in page] == list(whole)


@pytest.mark.parametrize("text", ["", "1", "1-", "-1", "a-b", "1-2-3", "1" * 50, f"{2**60}-1", "1-2 "])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(RejectError, match="is not <time>-<number>"):
        parse_key(text)


def test_a_key_is_read_as_it_is_written():
    assert parse_key(str(DecisionKey(17, 4))) == DecisionKey(17, 4)


def test_a_station_shows_each_lanes_newest_certificates(office):
    seen_case(office, lane=2)
    seen_case(office, certificate=None)
    found = station(office)
    assert found is not None
    assert [(lane.lane, lane.certificate) for lane in found.lanes] == [(1, None), (2, CERTIFICATE)]
    now_us = office.bench.clock()
    assert [lane.verification.number for lane in found.lanes] == ["JJG-2026-7", "JJG-2026-417"]
    assert all(lane.verified_at(now_us) for lane in found.lanes)
    assert not found.lanes[1].verified_at(CERTIFICATE.verification.until_us)
    assert (found.publication.road, found.publication.stake) == ("G104", "K12+300")
    office.publish(from_us=now_us, certificate=None, verified_from_us=None, verified_until_us=None)
    found = station(office)
    assert found is not None
    assert [lane.verified_at(now_us) for lane in found.lanes] == [False, True]


def test_a_station_that_is_not_published_or_no_longer_is_not_shown(office):
    seen_case(office)
    now_us = office.bench.clock()
    office.publish(from_us=now_us - 20, until_us=now_us - 10)
    assert station(office, now_us - 15) is not None
    assert station(office) is None
    office.publish(from_us=now_us - 5, stake="K13")
    found = station(office)
    assert found is not None
    assert found.publication.stake == "K13"
    assert len(found.earlier) == 2
    with office.bench.central.database.read() as session:
        assert [one.id for one in public_stations(session, now_us)] == [STATION]
        assert public_station(session, "nowhere", now_us) is None


@pytest.mark.parametrize(
    ("plate", "shown"),
    [
        ("湘A12345", "湘A••••5"),
        ("湘AD12345", "湘A•••••5"),
        ("湘A1挂", "••••"),
        ("", ""),
        ("A", "•"),
        ("ABCDE", "•••••"),
        ("ABCDEF", "AB•••F"),
    ],
)
def test_masks(plate, shown):
    assert masked(plate) == shown


@given(st.text(max_size=20))
def test_a_mask_is_as_long_as_the_plate_and_hides_at_least_three_characters_or_all(plate):
    shown = masked(plate)
    assert len(shown) == len(plate)
    assert shown.count("•") >= min(3, len(plate))
