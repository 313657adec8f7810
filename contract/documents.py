"""The contract for people who write the other end in another language: JSON Schema of the record, AsyncAPI document of the topics.

Both are made from the models themselves; docs/protocols/ holds a copy, and a test keeps the two equal.
"""

import json
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from contract.disclosures import RecordEnvelope
from contract.media import BLOB_MAX_BYTES
from contract.names import Name
from contract.receipts import BlobClaim, Receipt
from contract.records import RECORD, RECORD_MAX_BYTES, VERSION
from contract.signatures import Envelope, PayloadType
from contract.topics import ROOT, StationStatus, receipts_topic, records_topic, status_topic

SCHEMA_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
RECORD_SCHEMA_FILE: Final = "record.schema.json"
ASYNCAPI_FILE: Final = "asyncapi.json"
_COMPONENT: Final = "#/components/schemas/{model}"


def documents() -> dict[str, str]:
    """Give the text of each document by its file's name, the same text for the same contract."""
    return {RECORD_SCHEMA_FILE: _text(record_schema()), ASYNCAPI_FILE: _text(asyncapi())}


def record_schema() -> dict[str, Any]:
    """Give the JSON Schema of the record, as it is signed."""
    return {
        "$schema": SCHEMA_DIALECT,
        "$id": RECORD_SCHEMA_FILE,
        "title": f"Weighline record, versions 1 to {VERSION}",
        "description": "One vehicle, or what arrived after its record was signed. UTF-8 JSON in RFC 8785 form, integers only; the bytes in "
        f"this form are the payload of a DSSE envelope of type {PayloadType.RECORD.value}. Version {VERSION} carries, in the place of each "
        "text of a plate, of each event id and of each reason, the SHA-256 of a salt of 16 random bytes followed by the text in UTF-8; "
        "salt and text are a disclosure of the envelope (RecordEnvelope in asyncapi.json). An empty text stands as it is. Version 1, "
        "which carries the texts, is read for ever and written no more.",
        **RECORD.json_schema(mode="serialization"),
    }


def asyncapi() -> dict[str, Any]:
    """Give the AsyncAPI 3.0 document of the MQTT topics, as a station sees them."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Weighline station uplink",
            "version": ROOT.rpartition("/")[2].removeprefix("v"),
            "description": "MQTT 5, QoS 1. A PUBACK is not delivery: a station keeps a record until central's signed receipt has come. "
            "Delivery is at least once; a record is named by station and seq, and the same seq with other bytes is refused. Pictures and "
            "captures go by HTTP: PUT /blobs/<sha256> with the header `Authorization: DSSE <base64 of a signed BlobClaim>`, at most "
            f"{BLOB_MAX_BYTES} bytes.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "records": _channel(records_topic, "envelopeOfRecord", "Signed records, in the order of their seq."),
            "status": _channel(status_topic, "status", "Health of the station, retained; the last will says offline. Never evidence."),
            "receipts": _channel(receipts_topic, "envelopeOfReceipt", "Central's signed word on records, after its own durable commit."),
        },
        "operations": {
            "sendRecords": _operation("send", "records"),
            "sendStatus": _operation("send", "status"),
            "receiveReceipts": _operation("receive", "receipts"),
        },
        "components": {
            "messages": {
                "envelopeOfRecord": _sealed(
                    RecordEnvelope,
                    PayloadType.RECORD,
                    RECORD_SCHEMA_FILE,
                    f"At most {RECORD_MAX_BYTES} bytes. Each digest of the record has its disclosure, in any order; a message whose "
                    "disclosures do not fit counts as damaged on its way and gets no receipt.",
                ),
                "envelopeOfReceipt": _sealed(
                    Envelope, PayloadType.RECEIPT, _COMPONENT.format(model="Receipt"), "Signed with central's receipt key."
                ),
                "status": {"summary": "Unsigned.", "payload": {"$ref": _COMPONENT.format(model="StationStatus")}},
            },
            "schemas": _schemas(Envelope, RecordEnvelope, Receipt, BlobClaim, StationStatus),
        },
    }


def _channel(topic: Any, message: str, description: str) -> dict[str, Any]:  # noqa: ANN401 - a function of contract.topics
    return {
        "address": topic("{station}"),
        "description": description,
        "parameters": {"station": {"description": f"The station's id, matching {TypeAdapter(Name).json_schema()['pattern']}"}},
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
    }


def _operation(action: str, channel: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "bindings": {"mqtt": {"qos": 1, "retain": channel == "status"}}}


def _sealed(envelope: type[Envelope], kind: PayloadType, schema: str, summary: str) -> dict[str, Any]:
    """Describe an envelope of one kind; what lies in its base64 has its own schema."""
    inside = {"contentEncoding": "base64", "contentMediaType": kind.value, "contentSchema": {"$ref": schema}}
    narrowed = {"properties": {"payloadType": {"const": kind.value}, "payload": inside}}
    return {"summary": summary, "payload": {"allOf": [{"$ref": _COMPONENT.format(model=envelope.__name__)}, narrowed]}}


def _schemas(*models: type[BaseModel]) -> dict[str, Any]:
    _, definitions = models_json_schema([(model, "serialization") for model in models], ref_template=_COMPONENT)
    return dict(definitions["$defs"])


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
