"""Other systems are told of a case's steps, in the transaction of each, and never whose case it is."""

import json

from sqlalchemy import select

from central.evidence.journal import SERVICE
from central.evidence.messages import EventType
from central.evidence.models import WebhookEvent
from central.webhooks.endpoints import add_endpoint
from tests.central.review.office import PLATE, Office

WAY = (
    "confirm",
    "return",
    "confirm",
    "pass-legal",
    "decide-penalty",
    "notify",
    "record-objection",
    "hear",
    "close",
    "inform-home",
    "publish",
)


def listen(office: Office, *events: EventType) -> None:
    central = office.bench.central
    with central.database.write() as session:
        add_endpoint(session, central.vault, SERVICE, "credit", "https://credit.example/hook", events=events, now_us=office.bench.clock())


def test_each_step_that_others_wait_for_is_told_once_and_none_names_a_plate(office: Office):
    listen(office, *(event for event in EventType if event.value.startswith("case.")))
    case_id = office.new_case()
    office.drive(case_id, *WAY)
    with office.bench.central.database.read() as session:
        told = [(row.type, row.subject, row.body) for row in session.scalars(select(WebhookEvent).order_by(WebhookEvent.id))]
    assert [kind for kind, _, _ in told] == [
        "case.opened", "case.returned", "case.decided", "case.notified", "case.objected", "case.closed", "case.published",
    ]  # fmt: skip
    assert {subject for _, subject, _ in told} == {f"case/{case_id}"}
    assert all(PLATE not in body.decode() for _, _, body in told)
    decided = json.loads(told[2][2])["data"]
    assert (decided["case"], decided["state"], decided["outcome"]) == (case_id, "decided", "penalty")
    assert (decided["station"], decided["seq"]) == (office.bench.station.id, 1)


def test_who_listens_to_decisions_only_is_told_of_nothing_else(office: Office):
    listen(office, EventType.CASE_DECIDED)
    office.drive(office.new_case(), "confirm", "pass-legal", "decide-penalty")
    with office.bench.central.database.read() as session:
        assert session.scalars(select(WebhookEvent.type)).all() == ["case.decided"]
