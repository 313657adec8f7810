"""What the document promises against what a served central answers: requests made up from the document itself, right and wrong ones.

Schemathesis makes boundary values, missing and surplus parameters, wrong types, wrong methods and random cases from a fixed seed; every
answer must be one that the document names, of its content type and schema, and none a 5xx.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.central.permissions.world import World, living

EXAMPLES = {"token": 12, "administrator": 6, "nobody": 3}
"""Random cases for each operation, by who asks."""
PHASES = {"token": "examples,coverage,fuzzing", "administrator": "examples,fuzzing", "nobody": "examples,fuzzing"}
"""Every boundary value is asked once, by the one whose requests reach every operation."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with living(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.mark.parametrize("actor", EXAMPLES)
def test_every_answer_is_one_that_the_document_names(world: World, actor: str, tmp_path: Path):
    headers = world.visitor(actor).headers
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{world.client.base_url}/api/v1/openapi.json"),
        *("--phases", PHASES[actor], "--max-examples", str(EXAMPLES[actor]), "--seed", "1", "--generation-deterministic"),
        # A browser sends its cookie whatever else is wrong, so only of a program is a damaged credential to be refused.
        *("--checks", ",".join(CHECKS + (("ignored_auth",) if actor == "token" else ())), "--no-shrink", "--no-color", "--warnings", "off"),
        *("--request-timeout", "20", "--continue-on-failure"),
        *(part for name, value in headers.items() for part in ("--header", f"{name}: {value}")),
    ]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert run.returncode == 0, run.stdout[-8_000:] + run.stderr[-2_000:]
    assert "No issues found" in run.stdout, run.stdout[-2_000:]
