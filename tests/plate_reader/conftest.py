"""Real pictures of plates, where they lie beside the checkout."""

import json
import os

import pytest

from tests.conftest import SHARED


@pytest.fixture(scope="session")
def tagged_pictures():
    """Give (file, what is tagged in it) of every real picture; in CI their absence is a failure."""
    folder = SHARED / "plates"
    if not (folder / "labels.json").exists():
        message = f"{folder} is missing: the pictures lie beside the checkout (or set WIM_SHARED)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return [(folder / label["file"], label["plates"]) for label in json.loads((folder / "labels.json").read_text())]


@pytest.fixture(scope="session")
def real_crops(tagged_pictures):
    """Give (file, text on the plate) of every labelled crop."""
    return [(file, plates[0]["plate"]) for file, plates in tagged_pictures if file.parent.name == "crops"]


@pytest.fixture(scope="session")
def real_scenes(tagged_pictures):
    """Give (file, tagged plates) of every road scene."""
    return [(file, plates) for file, plates in tagged_pictures if file.parent.name == "scenes"]
