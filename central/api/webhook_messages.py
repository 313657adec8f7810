"""The webhooks of the API's document (OpenAPI 3.1): what each endpoint is sent, from the very models of the messages."""

from typing import Any, Final

from central.api.examples import STATION, TIME_US
from central.evidence.messages import EventType, message_model, message_of
from central.review.workflow import WORKFLOW, Decision

_SUMMARIES: Final = {
    EventType.RECORD_OVERLOAD: "An overload was recorded",
    EventType.CASE_OPENED: "A case was opened",
    EventType.CASE_RETURNED: "A case was returned to an earlier step",
    EventType.CASE_DECIDED: "A case was decided",
    EventType.CASE_NOTIFIED: "A party was notified",
    EventType.CASE_OBJECTED: "A party objected",
    EventType.CASE_CLOSED: "A case was closed",
    EventType.CASE_PUBLISHED: "A decision was published",
    EventType.TEST: "A test, asked for by hand",
}
_TOLD: Final = "Sent to each endpoint that listens for `{event}` and may know of the station. {about} Answer 2xx within 10 s; the same \
`webhook-id` may come twice. How the signature is verified: Standard Webhooks 1.0.0."
_HEADERS: Final = (
    ("webhook-id", "The event; the same at each try", "evt_17"),
    ("webhook-timestamp", "When this try was made, UTC in s; refuse what is older than five minutes", str(TIME_US // 1_000_000)),
    ("webhook-signature", "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
)
_AFTER_DECISION: Final = {EventType.CASE_NOTIFIED, EventType.CASE_OBJECTED, EventType.CASE_CLOSED, EventType.CASE_PUBLISHED}
_ANSWERS: Final = {
    "2XX": {"description": "It has arrived."},
    "410": {"description": "The receiver wants nothing any more; the endpoint is stopped."},
    "default": {"description": "It is tried again, for three days; `Retry-After` is heeded."},
}


def webhooks(schemas: dict[str, Any]) -> dict[str, Any]:
    """Give the section, and add the schemas that it refers to."""
    return {event.value: {"post": _operation(event, schemas)} for event in EventType}


def example_of(event: EventType) -> dict[str, Any]:
    """Give a message of a kind as it is sent; the step of a case is one of the workflow that tells it."""
    if event is EventType.RECORD_OVERLOAD:
        data: dict[str, Any] = {"station": STATION, "seq": 5071, "time_us": TIME_US, "gross_kg": 61_300, "over_kg": 12_300}
        return message_of(event, f"vehicle/{STATION}/5071", data | {"enforceable": True}, TIME_US).model_dump(mode="json")
    if event is EventType.TEST:
        return message_of(event, "webhook/3", {"endpoint": 3}, TIME_US).model_dump(mode="json")
    action = next(one for one in WORKFLOW.actions.values() if one.event is event)
    state = action.to or action.from_states[0]
    outcome = action.outcome or (Decision.PENALTY if event in _AFTER_DECISION else None)
    data = {"case": 12, "station": STATION, "seq": 5071, "version": 6, "action": action.name, "state": state, "outcome": outcome}
    return message_of(event, "case/12", data, TIME_US).model_dump(mode="json")


def _operation(event: EventType, schemas: dict[str, Any]) -> dict[str, Any]:
    model = message_model(event)
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= schema.pop("$defs", {})
    schemas[model.__name__] = schema
    about = str(model.model_fields["data"].annotation.__doc__).splitlines()[0]
    return {
        "operationId": f"told_{event.value.replace('.', '_')}",
        "summary": _SUMMARIES[event],
        "description": _TOLD.format(event=event.value, about=about),
        "tags": ["webhooks"],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}, "example": example}
            for name, text, example in _HEADERS
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}, "example": example_of(event)}},
        },
        "responses": _ANSWERS,
    }
