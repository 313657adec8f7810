"""Issuing: each document once, under its hash, in the history of its case; refused where the case has not come to it."""

import threading

import pytest
from sqlalchemy import select

from central.evidence.audit import audit
from central.evidence.models import Act, Blob, IssuedDocument
from central.review.workflow import WORKFLOW, State
from central.web.documents.issued import issued_documents, issued_for, printed, stored_bytes
from central.web.documents.issuing import issue
from central.web.documents.kinds import BOTH, KINDS, Kind, basis_of, language_for
from contract.faults import RejectError
from contract.media import sha256_hex
from tests.central.review.office import REVIEWER, actor
from tests.central.web.prepared_cases import decided_case, major_case, seen_case
from tests.pdf import Pdf

ME = actor(REVIEWER)
PERMIT = {"evidence": "permit shown", "permit_number": "X1", "permit_from": "2020-01-01", "permit_until": "2020-12-31"}


def issued(office, pages, case_id, kind, language="zh"):
    return issue(office.bench.central, pages, case_id, (kind, language), ME)


def refused(office, pages, case_id, kind, language="zh"):
    with pytest.raises(RejectError) as caught:
        issued(office, pages, case_id, kind, language)
    return caught.value.code


def texts(office, item):
    return Pdf(stored_bytes(office.bench.central, item)).text()


def test_an_issued_document_is_a_blob_named_in_the_history_and_never_made_anew(office, pages):
    case_id = decided_case(office)
    item = issued(office, pages, case_id, Kind.NOTICE)
    central = office.bench.central
    assert sha256_hex(stored_bytes(central, item)) == item.sha256
    event = office.view(case_id).history[-1]
    assert (event.action, event.person, [one.sha256 for one in event.documents]) == ("issue-document", "rao", [item.sha256])
    office.pass_days(3)
    assert issued(office, pages, case_id, Kind.NOTICE, "en") == item
    assert len(office.view(case_id).history) == event.version
    with central.database.read() as session:
        assert session.get_one(Blob, item.sha256).size == item.size
        assert issued_documents(session, case_id) == (item,)


def test_a_decision_made_anew_has_a_notice_of_its_own_and_the_first_stays(office, pages):
    case_id = decided_case(office)
    first = issued(office, pages, case_id, Kind.NOTICE)
    office.drive(case_id, "return-decision")
    assert refused(office, pages, case_id, Kind.NOTICE) == "document-not-due"
    office.drive(case_id, "decide-warning")
    with office.bench.central.database.read() as session:
        assert issued_for(session, office.view(case_id), Kind.NOTICE, "zh") is None
    second = issued(office, pages, case_id, Kind.NOTICE)
    assert second.sha256 != first.sha256
    assert "awarning,nofine" in texts(office, second)
    assert "fineof3,000CNY" in texts(office, first)


@pytest.mark.parametrize(
    ("kind", "from_state"), [(Kind.SHEET, State.SCREENED), (Kind.PROPOSAL, State.REVIEWED), (Kind.NOTICE, State.DECIDED)]
)
def test_each_kind_is_due_from_its_step_on(office, pages, kind, from_state):
    case_id = seen_case(office)
    due = {office.state(case_id): basis_of(kind, office.view(case_id)) is not None}
    for step in ("confirm", "pass-legal", "decide-penalty", "notify"):
        office.drive(case_id, step)
        due[office.state(case_id)] = basis_of(kind, office.view(case_id)) is not None
    order = list(due)
    assert [due[state] for state in order] == [order.index(state) >= order.index(from_state) for state in order]


def test_kinds_rest_on_acts_that_the_workflow_has():
    assert {act for row in KINDS.values() for act in row.acts} <= set(WORKFLOW.actions)
    assert set(WORKFLOW.actions["issue-document"].from_states) == set(State) - {State.RECEIVED}


@pytest.mark.parametrize(
    ("kind", "asked", "given"),
    [
        (Kind.SHEET, "zh", "zh"),
        (Kind.SHEET, "en", "en"),
        (Kind.SHEET, BOTH, None),
        (Kind.SHEET, "de", None),
        (Kind.NOTICE, "zh", BOTH),
        (Kind.NOTICE, "en", BOTH),
        (Kind.NOTICE, BOTH, BOTH),
        (Kind.NOTICE, "de", None),
    ],
)
def test_which_language_is_given_for_which_is_asked(kind, asked, given):
    assert language_for(kind, asked) == given


def test_refusals(office, pages):
    case_id = seen_case(office)
    assert refused(office, pages, 99, Kind.SHEET) == "no-case"
    assert refused(office, pages, case_id, Kind.SHEET, "de") == "language-unknown"
    assert refused(office, pages, case_id, Kind.NOTICE) == "document-not-due"
    with office.bench.central.database.read() as session:
        assert session.scalars(select(IssuedDocument)).all() == []


def test_of_ten_who_issue_at_once_all_get_the_same(office, pages):
    case_id = decided_case(office)
    found, barrier = [], threading.Barrier(10)

    def work():
        barrier.wait()
        found.append(issued(office, pages, case_id, Kind.NOTICE))

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 10
    assert len({item.sha256 for item in found}) == 1
    assert sum(event.action == "issue-document" for event in office.view(case_id).history) == 1


def test_a_document_that_was_altered_is_found_and_not_given(office, pages):
    item = issued(office, pages, decided_case(office), Kind.NOTICE)
    central = office.bench.central
    with central.database.read() as session:
        assert audit(session, central.blobs).failures == []
    path = central.blobs.path(item.sha256)
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    with pytest.raises(RejectError, match="no longer has the hash"):
        stored_bytes(central, item)
    with central.database.read() as session:
        assert [line for line in audit(session, central.blobs).failures if "notice" in line]
    path.unlink()
    with pytest.raises(RejectError, match="is not in the blob folder"):
        stored_bytes(central, item)


def test_every_copy_is_noted(office, pages):
    item = issued(office, pages, decided_case(office), Kind.NOTICE)
    printed(office.bench.central, item, ME)
    with office.bench.central.database.read() as session:
        act = session.scalars(select(Act).where(Act.verb == "printed")).one()
    assert act.subject == f"case/{item.case_id}"
    assert item.sha256.encode() in act.entry
    assert "湘".encode() not in act.entry


def test_the_notice_tells_facts_grounds_and_rights_in_both_languages(office, pages):
    item = issued(office, pages, major_case(office), Kind.NOTICE)
    said = texts(office, item)
    for text in (
        "行政处罚告知书",
        "编号：G104-K12/2026/00001",
        "车辆湘A12345的驾驶人或所有人",
        "G104 K12+300",
        "处罚款25,000元",
        "第3条第1款第7项",
        "第43条",
        "第44条",
        "第45条",
        "5个工作日",
        "要求听证",
        "第63条、第64条",
        "Highway bureau 公路局",
        "机关印章",
        "93,000千克",
        "Notice of an administrative penalty",
        "No. G104-K12/2026/00001",
        "a fine of 25,000 CNY",
        "art. 44",
        "(art. 45)",
        "within 5 working days",
        "may ask for a hearing",
        "(art. 63 and 64)",
        "This is a translation",
    ):
        assert "".join(text.split()).lower() in said.lower(), text


def test_a_case_that_is_not_major_offers_no_hearing(office, pages):
    said = texts(office, issued(office, pages, decided_case(office), Kind.NOTICE))
    assert "听证" not in said
    assert "hearing" not in said


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Decision proposal", "The rules propose a fine of 3,000 CNY", "Opinions")),
        ("zh", ("处理意见书", "规则建议：罚款3,000元", "意见")),
    ],
)
def test_the_proposal_shows_arithmetic_gates_exemptions_and_opinions(office, pages, language, words):
    case_id = seen_case(office)
    office.act(
        case_id,
        "record-exemption",
        REVIEWER,
        exemption="transport-permit",
        evidence="permit shown",
        permit_number="X1",
        permit_from="2020-01-01",
        permit_until="2020-12-31",
    )
    office.drive(case_id, "confirm", "pass-legal")
    said = texts(office, issued(office, pages, case_id, Kind.PROPOSAL, language))
    for text in (*words, "rao", "plate and axles agree with the pictures", "facts, procedure and article hold", "permit shown"):
        assert "".join(text.split()) in said, text


def test_text_that_no_font_has_does_not_stop_a_document(office, pages):
    case_id = seen_case(office)
    office.act(case_id, "confirm", REVIEWER, opinion="plate agrees 🚚")
    assert "[U+1F69A]" in texts(office, issued(office, pages, case_id, Kind.PROPOSAL, "en"))
