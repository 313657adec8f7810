"""Each record names the one before it: nothing can be taken out, put in or moved without being seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.canonical import canonical_bytes
from contract.chain import GENESIS, check_link, link_of
from contract.faults import RejectError
from tests.signing_station import SigningStation


def chain_of(length):
    station = SigningStation()
    records = []
    for _ in range(length):
        record = station.vehicle()
        station.sign(record)
        records.append(record)
    return records


def first_fault(records):
    before = GENESIS
    for record in records:
        try:
            check_link(before, record, "test")
        except RejectError as error:
            return error.code
        before = link_of(record, canonical_bytes(record))
    return None


CHAIN = chain_of(6)


def test_a_whole_chain_has_no_fault():
    assert first_fault(CHAIN) is None


@given(st.integers(0, len(CHAIN) - 2))
def test_a_record_taken_out_leaves_a_gap(place):
    assert first_fault(CHAIN[:place] + CHAIN[place + 1 :]) == "chain-gap"


@given(st.permutations(CHAIN).filter(lambda records: records != CHAIN))
def test_another_order_is_seen(records):
    assert first_fault(records) == "chain-gap"


@given(st.integers(0, len(CHAIN) - 2), st.integers(1, 10_000))
def test_a_record_changed_breaks_the_link_after_it(place, more):
    changed = CHAIN[place].model_copy(update={"time_us": CHAIN[place].time_us + more})
    assert first_fault([*CHAIN[:place], changed, *CHAIN[place + 1 :]]) == "chain-break"


def test_another_station_s_record_of_the_right_number_breaks_it():
    other = chain_of(3)
    assert first_fault([*CHAIN[:2], other[2].model_copy(update={"prev_sha256": "f" * 64})]) == "chain-break"


def test_the_error_names_both_numbers():
    with pytest.raises(RejectError, match="seq 3 does not follow seq 0"):
        check_link(GENESIS, CHAIN[2], "test")
