"""Cases on their whole way: from arrival to publication, returned, dismissed, objected."""

from central.review.workflow import Decision, State
from tests.central.review.office import Office


def test_a_case_goes_from_arrival_to_publication(office: Office):
    case_id = office.new_case()
    assert [one.gate for one in office.view(case_id).checklist.fallen] == []
    assert office.state(case_id) is State.SCREENED
    office.drive(case_id, "confirm", "pass-legal", "decide-penalty", "notify")
    view = office.view(case_id)
    assert (view.line.state, view.line.outcome, view.line.amount_cents) == (State.NOTIFIED, Decision.PENALTY, 300_000)
    assert view.line.notice_number == f"{office.bench.station.id}/2026/00001"
    office.pass_days(15)
    office.drive(case_id, "close", "inform-home", "publish")
    view = office.view(case_id)
    assert view.line.state is State.PUBLISHED
    assert [event.action for event in view.history] == [
        "open", "clear", "confirm", "pass-legal", "decide-penalty", "notify", "close", "inform-home", "publish",
    ]  # fmt: skip
    assert [event.version for event in view.history] == list(range(1, 10))
