"""A sample of what `python -m tests.faults.bit_flips` does at length: every flipped bit is found, and its object named."""

import pytest

from tests.bundled import open_evidence
from tests.conftest import SHARED
from tests.faults.bit_flips import OPERATIONAL, ROWS, add_reweighing, flip, places
from tests.time_stamp_authority import serving_authority

pytestmark = pytest.mark.skipif(not (SHARED / "captures").is_dir(), reason="the recorded captures are not there")


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flips")
    with serving_authority(folder / "tsa") as authority, open_evidence(folder / "central", authority, weighed=True) as evidence:
        add_reweighing(evidence)
        yield evidence


def test_every_flipped_bit_is_found_and_its_object_named(stored):
    missed = [told for _, found, told in flip(stored, 250, seed=11) if not found]
    assert missed == []


def test_the_sample_reaches_every_kind_of_object(stored):
    kinds = {place.kind for place in places(stored)}
    assert kinds >= {"bundle member", "bundle file", "blob"}
    assert kinds >= {f"row of {table.__tablename__}" for table in ROWS} - {"row of log_node"}  # a log of some leaves has no full tile yet
    assert set(OPERATIONAL) <= {table.__tablename__ for table in ROWS}
