"""The API's document, walked: every operation says what it is for, shows an example of each thing, and names every refusal."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import jsonschema_rs
import pytest

from central.api.document import described_routes, document_of, scope_of
from central.app import create_app
from central.config import Settings
from central.evidence.messages import EventType, message_of
from central.evidence.tokens import Scope

PROBLEM = {"$ref": "#/components/schemas/Problem"}
OPEN = {"/health", "/metrics", "/blobs/{sha256}"}
"""What is not under `/api/v1` and asks no scope: a service manager, a monitoring system and the stations' own signatures."""


@cache
def app_and_document() -> tuple[Any, dict[str, Any]]:
    app = create_app(Settings(data=Path(mkdtemp())))
    app.state.central.database.close()
    return app, json.loads(json.dumps(document_of(app)))


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, verbs in app_and_document()[1]["paths"].items():
        for verb, operation in verbs.items():
            yield f"{verb.upper()} {path}", operation


def resolved(schema: Any) -> Any:
    """Put the components in place of their references, as a validator of one schema needs it."""
    return {**schema, "components": app_and_document()[1]["components"]} if isinstance(schema, dict) else schema


def example_of(content: dict[str, Any]) -> Any:
    if "example" in content:
        return content["example"]
    schema = content.get("schema", {})
    while "$ref" in schema:
        schema = app_and_document()[1]["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    assert schema.get("examples"), f"no example: {json.dumps(content)[:200]}"
    return schema["examples"][0]


@pytest.mark.parametrize(("name", "operation"), [pytest.param(name, one, id=name) for name, one in operations()])
class TestOperation:
    def test_says_what_it_is_for(self, name, operation):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name

    def test_shows_an_example_of_each_parameter_that_is_allowed(self, name, operation):
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description"), (name, parameter["name"])
            examples = parameter["schema"].get("examples") or [parameter.get("example")]
            assert examples[0] is not None, (name, parameter["name"])
            for example in examples:
                jsonschema_rs.validate(resolved(parameter["schema"]), example)

    def test_shows_an_example_of_each_body_and_answer_that_is_allowed(self, name, operation):
        contents = [operation["requestBody"]["content"]] if "requestBody" in operation else []
        for status, answer in operation["responses"].items():
            assert answer["description"], (name, status)
            assert answer["description"] not in {"Successful Response", "Validation Error"}, (name, status)
            contents += [answer["content"]] if "content" in answer else []
            assert "content" in answer or status == "204", (name, status)
        for content in contents:
            for media in content.values():
                jsonschema_rs.validate(resolved(media.get("schema", {})), example_of(media))

    def test_names_its_refusals_in_one_shape(self, name, operation):
        refusals = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
        assert "503" in refusals
        if operation.get("security"):
            assert refusals.keys() >= {"401", "403"}
        for status, answer in refusals.items():
            if (name, status) != ("GET /health", "503"):
                assert answer["content"].keys() == {"application/problem+json"}, (name, status)
                assert answer["content"]["application/problem+json"]["schema"] == PROBLEM, (name, status)


def test_every_event_that_may_be_sent_is_described_as_it_is_sent():
    section = app_and_document()[1]["webhooks"]
    assert section.keys() == {event.value for event in EventType}
    lack = []
    for event in EventType:
        operation = section[event.value]["post"]
        content = operation["requestBody"]["content"]["application/json"]
        lack += [(event.value, part) for part in ("summary", "description", "responses") if not operation.get(part)]
        lack += [(event.value, header["name"]) for header in operation["parameters"] if not (header["description"] and header["example"])]
        jsonschema_rs.validate(resolved(content["schema"]), content["example"])
        example = content["example"]
        sent = message_of(event, example["subject"], example["data"], example["time_us"]).model_dump_json()
        assert json.loads(sent) == example, "what is sent is what is shown"
    assert lack == []


def test_the_document_holds_to_openapi_3_1():
    assert app_and_document()[1]["openapi"].startswith("3.1")


def test_every_route_of_the_api_asks_a_scope():
    for route in described_routes(app_and_document()[0]):
        assert (scope_of(route) is None) == (route.path_format in OPEN), f"{route.path_format}: give it RequireScope, or name it in OPEN"


def test_every_scope_opens_something():
    asked = {scope_of(route) for route in described_routes(app_and_document()[0])}
    assert asked - {None} == set(Scope)


def test_every_list_is_paged_by_key():
    for name, operation in operations():
        if not name.startswith("GET ") or name.endswith("}"):
            continue  # what changes something, and one thing with all that belongs to it
        answer = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
        if (
            answer
            and "/analysis/" not in name  # a table of one selection, bounded by its stations and months
            and "example" not in answer
            and isinstance(example := example_of(answer), dict)
            and any(isinstance(value, list) for value in example.values())
        ):
            names = {parameter["name"] for parameter in operation["parameters"]}
            assert "limit" in names, name
            assert names & {"before", "after"}, name
            assert "next" in example, name
