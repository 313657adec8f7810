"""The journal and the log as an auditor sees them, and as nobody else does."""

import pytest

from central.checkpointing.keeper import Keeper
from central.evidence.accounts import Role, account_id, add_account, make_login_link_token
from central.evidence.acts import ActFilter, find_acts
from central.evidence.journal import SERVICE, Actor, Verb, note
from central.evidence.log import leaves
from contract.log.checkpoints import verify_proof_text
from contract.units import US_PER_S
from tests.central.bench import Bench
from tests.central.web.serving import Site

HOUR_US = 3_600 * US_PER_S


def log_in_as(site: Site, role: Role) -> None:
    with site.bench.central.database.write() as session:
        account = account_id(session, role.value) or add_account(session, role.value, role, None, site.bench.clock())
        token = make_login_link_token(session, account, site.bench.clock(), 60 * US_PER_S)
    site.client.cookies.clear()
    assert site.client.post("/login/once", data={"token": token}).status_code == 303


@pytest.fixture
def auditor(site: Site) -> Site:
    log_in_as(site, Role.AUDITOR)
    return site


def sign(bench: Bench) -> None:
    keeper = Keeper(bench.central.database, bench.central.settings, now_us=bench.clock)
    keeper.keep(anew=True)
    keeper.close()


def subjects(bench: Bench, **narrowed: object) -> list[str]:
    with bench.central.database.read() as session:
        return [row.entry.subject for row in find_acts(session, ActFilter(**narrowed)).rows]


def test_the_journal_is_found_by_person_act_subject_and_time(bench: Bench):
    start = bench.clock()
    people = [Actor(name, name, "10.0.0.7") for name in ("Anna", "Bo")]
    with bench.central.database.write() as session:
        for number in range(40):
            verb = Verb.SAW if number % 4 else Verb.PRINTED
            note(session, people[number % 2], verb, f"case/{number // 10}/{number}", now_us=start + number * HOUR_US)
    assert len(subjects(bench)) == 40
    assert subjects(bench, person="Anna", verb=Verb.PRINTED, subject="case/1/") == ["case/1/16", "case/1/12"]
    assert subjects(bench, subject="case/1/16") == ["case/1/16"]
    assert subjects(bench, from_us=start + 10 * HOUR_US, until_us=start + 13 * HOUR_US) == ["case/1/12", "case/1/11", "case/1/10"]
    assert subjects(bench, person="Nobody") == subjects(bench, until_us=start) == subjects(bench, from_us=start + 40 * HOUR_US) == []


def test_pages_of_the_journal_follow_each_other_without_gap_or_repetition(bench: Bench):
    with bench.central.database.write() as session:
        for number in range(25):
            note(session, SERVICE, Verb.DID, f"n/{number}", now_us=bench.clock())
    found, before = [], None
    with bench.central.database.read() as session:
        while True:
            page = find_acts(session, ActFilter(), before, 10)
            found += [row.entry.subject for row in page.rows]
            if (before := page.next_id) is None:
                break
    assert found == [f"n/{number}" for number in reversed(range(25))]


@pytest.mark.parametrize("role", Role)
def test_the_journal_is_for_auditors_and_administrators(site: Site, role: Role):
    log_in_as(site, role)
    audits = role in {Role.AUDITOR, Role.ADMINISTRATOR}
    assert site.get("/acts").status_code == (200 if audits else 403)
    assert site.get("/log").status_code == 200
    assert ('href="/acts"' in site.page("/vehicles")) == audits


def test_nobody_reads_either_without_logging_in(site: Site):
    for path in ("/acts", "/log", "/log/leaves/0", "/log/leaves/0/proof.txt", "/log/records/S1/1"):
        assert site.get(path).status_code == 303


def test_every_act_shows_its_leaf_which_is_proved_on_request(auditor: Site):
    auditor.bench.send(auditor.bench.station.next_envelope())
    auditor.page("/vehicles/G104-K12/1")
    page = auditor.page("/acts?subject=vehicle%2FG104-K12%2F1")
    with auditor.bench.central.database.read() as session:
        (row,) = find_acts(session, ActFilter(subject="vehicle/G104-K12/1")).rows
    assert f'href="/log/leaves/{row.leaf}"' in page
    assert "Not signed yet" in auditor.page(f"/log/leaves/{row.leaf}")
    assert auditor.get(f"/log/leaves/{row.leaf}/proof.txt").status_code == 404
    sign(auditor.bench)
    proved = auditor.page(f"/log/leaves/{row.leaf}")
    assert "Proved just now" in proved
    assert "刚刚验证通过" in auditor.page(f"/log/leaves/{row.leaf}", "zh")
    text, data = (auditor.get(f"/log/leaves/{row.leaf}/{name}").content for name in ("proof.txt", "leaf.json"))
    verify_proof_text(text, data, auditor.bench.central.trusted.log.verifier, "test")


def test_an_act_that_was_changed_does_not_hold_and_says_where(auditor: Site):
    sign(auditor.bench)
    with auditor.bench.central.database.write() as session:
        session.connection().exec_driver_sql("UPDATE act SET person = 'nobody' WHERE id = 1")
        leaf = leaves.leaf_of_act(session, 1)
    page = auditor.page(f"/log/leaves/{leaf.index}")
    assert "Does not hold" in page
    assert "lists show another act than its entry" in page


def test_a_records_leaf_is_for_who_sees_its_station_and_an_acts_for_auditors(auditor: Site):
    auditor.bench.send(auditor.bench.station.next_envelope())
    sign(auditor.bench)
    address = auditor.get("/log/records/G104-K12/1").headers["location"]
    log_in_as(auditor, Role.REVIEWER)
    assert "Proved just now" in auditor.page(address)
    assert auditor.get("/log/leaves/0").status_code == 404
    assert auditor.get("/log/leaves/99999").status_code == 404
    assert auditor.get("/log/records/G104-K12/7").status_code == 404


def test_the_log_shows_checkpoints_as_text_to_copy(auditor: Site):
    assert "No checkpoint yet" in auditor.page("/log")
    for _ in range(22):
        sign(auditor.bench)
    page = auditor.page("/log")
    with auditor.bench.central.database.read() as session:
        size = leaves.size(session)
    assert f"{auditor.bench.central.trusted.log.origin}\n{size}\n" in page
    assert 'href="/log?before=3"' in page
    assert auditor.get("/log/checkpoints/22").text in page.replace("&#43;", "+")
    assert auditor.get("/log/checkpoints/99").status_code == 404
    assert "<td" in auditor.page("/log?before=3")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("verb=flew", "Choose one of the list"),
        ("subject=" + "x" * 130, "at most 120"),
        ("from=yesterday", "2026-03-02T16:00"),
        ("before=x", "damaged"),
    ],
)
def test_a_filter_that_cannot_be_used_says_what_is_allowed(auditor: Site, query: str, told: str):
    answer = auditor.get(f"/acts?{query}")
    assert answer.status_code == 400
    assert told in answer.text


def test_a_search_is_noted_once_however_often_it_is_refreshed(auditor: Site):
    for path in ("/vehicles?plate=A1", "/vehicles?plate=A1", "/vehicles?plate=A1&before=5-5", "/vehicles?plate=A2", "/acts", "/acts"):
        auditor.get(path)
    assert subjects(auditor.bench, subject="list/vehicles") == ["list/vehicles"] * 2
    assert subjects(auditor.bench, subject="list/acts") == ["list/acts"]
    auditor.bench.clock.now_us += 31 * 60 * US_PER_S
    log_in_as(auditor, Role.AUDITOR)
    auditor.get("/vehicles?plate=A1")
    assert len(subjects(auditor.bench, subject="list/vehicles")) == 3


def test_no_plate_that_was_searched_stands_in_the_journal(auditor: Site):
    auditor.bench.send(auditor.bench.station.next_envelope())
    auditor.get("/vehicles?plate=A12345")
    with auditor.bench.central.database.read() as session:
        assert all("A12345" not in row.entry.model_dump_json() for row in find_acts(session, ActFilter()).rows)
