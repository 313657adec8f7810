"""Real pictures of plates, where they lie beside the checkout."""

import json
import os

import pytest

from tests.conftest import SHARED


@pytest.fixture(scope="session")
def real_crops():
    """Give (file, text on the plate) of every labelled crop; in CI their absence is a failure."""
    folder = SHARED / "plates"
    if not (folder / "labels.json").exists():
        message = f"{folder} is missing: the pictures lie beside the checkout (or set WIM_SHARED)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    labels = json.loads((folder / "labels.json").read_text())
    return [(folder / label["file"], label["plates"][0]["plate"]) for label in labels if label["file"].startswith("crops/")]
