"""What every test may count on: the captures, and the rule for programs of the system."""

import glob
import os
from pathlib import Path

import pytest
from hypothesis import settings

SHARED = Path(os.environ.get("WIM_SHARED", Path(__file__).resolve().parents[2] / "shared"))
"""Recordings and pictures that live beside the checkout, not in it."""

settings.register_profile("weighline", deadline=None)
settings.load_profile("weighline")

SYSTEM_PROGRAMS = {
    "mosquitto": "/usr/sbin/mosquitto",
    "chromium": "/usr/bin/chromium",
    "ext4": "/usr/sbin/mkfs.ext4",
    "xfs": "/usr/sbin/mkfs.xfs",
    "postgres": "/usr/lib/postgresql/*/bin/initdb",
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose system program is missing; in CI a missing program is a failure."""
    for marker in item.iter_markers("system"):
        (name,) = marker.args
        if not glob.glob(SYSTEM_PROGRAMS[name]):
            message = f"{name} is not installed: run `make test` as root or install it"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)


@pytest.fixture(scope="session")
def captures() -> Path:
    """Give the folder of recorded sites; in CI its absence is a failure."""
    folder = SHARED / "captures"
    if not folder.is_dir():
        message = f"{folder} is missing: the recordings live beside the checkout (or set WIM_SHARED)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder
