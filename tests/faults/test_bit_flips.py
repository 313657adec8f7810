"""A sample of what `python -m tests.faults.bit_flips` does at length: every flipped bit is found, and its object named."""

from pathlib import Path

import pytest

from central.evidence.models import Base
from tests.conftest import SHARED
from tests.faults.bit_flips import flip, kinds_of
from tests.faults.vouched import NO_PART_OF_A_CASE, UNVOUCHED, VOUCHED
from tests.faults.whole_case import open_whole_case
from tests.time_stamp_authority import serving_authority

recorded = pytest.mark.skipif(not (SHARED / "captures").is_dir(), reason="the recorded captures are not there")
DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flips")
    with serving_authority(folder / "tsa") as authority, open_whole_case(folder / "central", authority) as evidence:
        yield evidence


@recorded
def test_every_flipped_bit_is_found_and_its_object_named(stored):
    assert [one.told for one in flip(stored, 250, seed=11) if one.check is None or not one.named] == []


@recorded
def test_the_sample_reaches_every_kind_of_object_and_every_column_that_is_vouched_for(stored):
    kinds = kinds_of(stored)
    assert set(kinds) == {"bundle member", "bundle file", "blob file", "file of the log"} | {f"row of {table}" for table in VOUCHED}
    columns = {f"{place.table.__tablename__}.{place.column}" for held in kinds.values() for place in held if place.table is not None}
    empty = {"station_key.valid_until_us", "case_file.trip"}  # no key has an end yet, and a trip needs two stations
    assert {f"{table}.{column}" for table, names in VOUCHED.items() for column in names.split()} - columns == empty


def test_each_column_of_the_database_is_vouched_for_or_is_left_out_by_name():
    """Whoever adds one decides what vouches for it (`tests.faults.vouched`)."""
    tables = {name: set(table.columns.keys()) for name, table in Base.metadata.tables.items()}
    assert set(tables) == VOUCHED.keys() | NO_PART_OF_A_CASE.keys()
    for name, columns in VOUCHED.items():
        assert tables[name] == set(columns.split()) | UNVOUCHED.get(name, {}).keys(), name
        assert not set(columns.split()) & UNVOUCHED.get(name, {}).keys(), name


def test_what_nothing_vouches_for_is_told_in_the_documentation():
    told = (DOCS / "log.md").read_text(encoding="utf-8")
    for table, columns in UNVOUCHED.items():
        for column in columns:
            assert f"`{table}.{column}`" in told
    for table in NO_PART_OF_A_CASE:
        assert f"`{table}`" in told
