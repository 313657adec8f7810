"""One case's evidence for all tests of the verifier: made once, forged by each."""

from collections.abc import Iterator

import pytest

from tests.bundled import Evidence, open_evidence
from tests.time_stamp_authority import serving_authority


@pytest.fixture(scope="session")
def evidence(tmp_path_factory) -> Iterator[Evidence]:
    folder = tmp_path_factory.mktemp("evidence")
    with serving_authority(folder / "tsa") as authority, open_evidence(folder / "central", authority, weighed=True) as evidence:
        yield evidence
