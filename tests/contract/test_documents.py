"""The documents for other implementations say what the code does: they are the generated ones, and real records fit them."""

import json
from pathlib import Path

import pytest

from contract.documents import ASYNCAPI_FILE, RECORD_SCHEMA_FILE, asyncapi, documents, record_schema
from contract.topics import receipts_topic, records_topic, status_topic

FOLDER = Path(__file__).parents[2] / "docs" / "protocols"


@pytest.mark.parametrize("name", [RECORD_SCHEMA_FILE, ASYNCAPI_FILE])
def test_the_copy_in_the_documentation_is_the_generated_one(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == documents()[name], "run `make schemas`"


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


@pytest.mark.parametrize("document", [record_schema(), asyncapi()], ids=["record", "asyncapi"])
def test_every_reference_leads_somewhere(document):
    for reference in references(document):
        name, _, path = reference.partition("#")
        node = document if not name else json.loads(documents()[name])
        for step in path.strip("/").split("/") if path else ():
            node = node[step]
        assert node


def test_the_addresses_are_those_of_the_code():
    addresses = {name: channel["address"] for name, channel in asyncapi()["channels"].items()}
    assert addresses == {
        "records": records_topic("{station}"),
        "status": status_topic("{station}"),
        "receipts": receipts_topic("{station}"),
    }


def test_the_schema_knows_both_kinds_of_record_and_no_float():
    schema = record_schema()
    assert {ref.rpartition("/")[2] for ref in schema["discriminator"]["mapping"].values()} == {"VehicleRecord", "SupplementRecord"}
    assert '"type": "number"' not in json.dumps(schema)
