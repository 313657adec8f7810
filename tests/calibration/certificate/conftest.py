"""The office of this folder's tests."""

import pytest

from tests.calibration.certificate.office import Office


@pytest.fixture
def office(tmp_path) -> Office:
    return Office(tmp_path)
