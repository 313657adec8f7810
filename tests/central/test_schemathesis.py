"""What the document promises against what a served central answers: requests made up from the document itself, right and wrong ones.

Schemathesis makes boundary values, missing and surplus parameters, wrong types, wrong methods and random cases from a fixed seed; every
answer must be one that the document names, of its content type and schema, and none a 5xx. The examples are those of the document but for
what only this world knows: which case stands where, which picture there is. So every operation is also asked what it does.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from central.webhooks.endpoints import deliveries_page
from tests.central.permissions.world import OWN, Visitor, World, living

pytestmark = pytest.mark.timeout(900)

EXAMPLES = {"token": 12, "administrator": 6, "nobody": 3, "reviewer": 2, "legal": 2, "approver": 2}
"""Random cases for each operation, by who asks."""
PHASES = {"token": "examples,coverage,fuzzing"}
"""Every boundary value is asked once, by the one whose requests reach every operation; the others ask `examples,fuzzing`."""
ACTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "reviewer": ("screened", "confirm", {"opinion": "plate and axles agree with the pictures"}),
    "legal": ("reviewed", "pass-legal", {"opinion": "facts, procedure and article hold"}),
    "approver": ("legally-reviewed", "decide-penalty", {"amount_cents": 300_000, "reason": "as the schedule has it"}),
}
"""What each case role does to a case that stands where it begins."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
SIGNED = {"PUT /blobs/{sha256}"}
"""Asks for a station's signature over the very bytes, which no generator makes; tests/central/test_blobs.py has it."""


@dataclass
class Run:
    """The world, and what each operation was answered so far, by everybody."""

    world: World
    statuses: dict[str, set[int]] = field(default_factory=dict)

    def note(self, har: Path, document: dict[str, Any]) -> None:
        patterns = {path: re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)) + "$") for path in document["paths"]}
        for entry in json.loads(har.read_text())["log"]["entries"]:
            asked = urlsplit(entry["request"]["url"]).path
            matching = sorted((path for path, pattern in patterns.items() if pattern.match(asked)), key=lambda path: path.count("{"))
            if matching:
                self.statuses.setdefault(f"{entry['request']['method']} {matching[0]}", set()).add(entry["response"]["status"])


def known(world: World, visitor: Visitor, actor: str) -> dict[str, Any]:
    """Give what the examples of this world are, by the parameter's name."""
    central = world.central
    endpoint = world.endpoint(visitor.token_id)
    with central.database.read() as session:
        delivery = deliveries_page(session, endpoint)[0].id
    state, action, _ = ACTS.get(actor, ACTS["reviewer"])
    return {
        "station": OWN,
        "seq": 1,
        "sha256": world.pictures[OWN],
        "endpoint": endpoint,
        "delivery": delivery,
        "number": 1,
        "case_id": world.case("own", state),
        "action": action,
    }


def document_with(world: World, values: dict[str, Any], actor: str) -> dict[str, Any]:
    """Give the served document with these examples in its paths and its acts."""
    document: dict[str, Any] = world.client.get("/api/v1/openapi.json").json()
    for verbs in document["paths"].values():
        for operation in verbs.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and parameter["name"] in values:
                    parameter["schema"].pop("examples", None)
                    parameter["example"] = values[parameter["name"]]
    version = world.offices[OWN].row(values["case_id"]).version
    fields = ACTS.get(actor, ACTS["reviewer"])[2]
    document["components"]["schemas"]["ActRequest"]["examples"] = [{"version": version, "fields": fields}]
    return document


def ask(run: Run, actor: str, folder: Path) -> str:
    """Ask as one of them, note what was answered, and give what the document does not allow."""
    world = run.world
    visitor = world.visitor(actor)
    headers = visitor.headers | ({"X-CSRF-Token": visitor.login.csrf_token} if visitor.login is not None else {})
    document = document_with(world, known(world, visitor, actor), actor)
    folder.mkdir()
    (folder / "openapi.json").write_text(json.dumps(document))
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", "openapi.json", "--url", str(world.client.base_url)),
        *("--phases", PHASES.get(actor, "examples,fuzzing"), "--max-examples", str(EXAMPLES[actor])),
        *("--seed", "1", "--generation-deterministic", "--report-har-path", "asked.har"),
        # A browser sends its cookie whatever else is wrong, so only of a program is a damaged credential to be refused.
        *("--checks", ",".join(CHECKS + (("ignored_auth",) if actor == "token" else ())), "--no-shrink", "--no-color", "--warnings", "off"),
        *("--request-timeout", "20", "--continue-on-failure"),
        *(part for name, value in headers.items() for part in ("--header", f"{name}: {value}")),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    if (folder / "asked.har").exists():
        run.note(folder / "asked.har", document)
    held = done.returncode == 0 and "No issues found" in done.stdout
    return "" if held else f"as {actor}:\n{done.stdout[-8_000:]}{done.stderr[-2_000:]}"


def test_every_answer_is_one_that_the_document_names_and_every_operation_does_what_it_is_for(tmp_path: Path):
    """All ask one world, for it is what all of them have reached that must be everything: each operation has answered somebody 2xx."""
    with living(tmp_path / "world") as world:
        run = Run(world)
        refused = [said for actor in EXAMPLES if (said := ask(run, actor, tmp_path / actor))]
        assert not refused, "\n".join(refused)
        document = world.client.get("/api/v1/openapi.json").json()
    operations = {f"{verb.upper()} {path}" for path, verbs in document["paths"].items() for verb in verbs}
    never = {one for one in operations if not any(200 <= status < 300 for status in run.statuses.get(one, ()))}
    assert never == SIGNED, {one: sorted(run.statuses.get(one, ())) for one in sorted(never)}
