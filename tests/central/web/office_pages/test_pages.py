"""The pages of cases as answers: who sees what, filters, acts, refusals, what the journal notes."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from sqlalchemy import select

from central.evidence.accounts import Role, account_id, add_account, make_login_link_token
from central.evidence.masking import masked_plate
from central.evidence.models import Act
from central.review.workflow import State
from contract.units import US_PER_S
from tests.central.bench import Bench
from tests.central.review.office import PLATE, Office
from tests.central.web.serving import Site, serving

NAMES = {
    "rao": Role.REVIEWER,
    "liu": Role.LEGAL,
    "an": Role.APPROVER,
    "wu": Role.AUDITOR,
    "tan": Role.TECHNICIAN,
    "adm": Role.ADMINISTRATOR,
}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
HTML = {"Accept": "text/html", "Accept-Language": "en"}


class Desk:
    """Somebody at the pages."""

    def __init__(self, site: Site, name: str) -> None:
        bench = site.bench
        with bench.central.database.write() as session:
            account = account_id(session, name)
            assert account is not None
            token = make_login_link_token(session, account, bench.clock(), 60 * US_PER_S)
        self.client = httpx.Client(base_url=site.url, timeout=20)
        assert self.client.post("/login/once", data={"token": token}).status_code == 303

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path, headers=HTML)

    def page(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text[:400]
        return answer.text

    def post(self, path: str, **fields: object) -> httpx.Response:
        token = TOKEN.search(self.get("/vehicles").text)
        assert token is not None
        return self.client.post(path, data={"csrf_token": token.group(1)} | fields, headers=HTML)


@pytest.fixture
def office(sqlite_bench: Bench) -> Office:
    office = Office(sqlite_bench)
    office.publish()
    with sqlite_bench.central.database.write() as session:
        for name, role in NAMES.items():
            add_account(session, name, role, None, sqlite_bench.clock())
    return office


@pytest.fixture
def at(office: Office) -> Iterator[Callable[[str], Desk]]:
    """Give whoever sits down at the pages."""
    with serving(office.bench) as site, ExitStack() as closing:

        def sit(name: str) -> Desk:
            desk = Desk(site, name)
            closing.callback(desk.client.close)
            return desk

        yield sit


def acts(bench: Bench) -> list[tuple[str, str, str]]:
    with bench.central.database.read() as session:
        return [(row.account, row.verb, row.subject) for row in session.scalars(select(Act).order_by(Act.id))]


@pytest.mark.parametrize(("name", "status"), [("rao", 200), ("liu", 200), ("an", 200), ("wu", 200), ("tan", 200), ("adm", 403)])
def test_who_looks_at_cases_and_who_does_not(office, at, name, status):
    case = office.new_case()
    desk = at(name)
    for path in ("/cases", f"/cases/{case}", f"/cases/{case}/compare", f"/cases/{case}/version", "/cases/news"):
        assert desk.get(path).status_code == status, path


def test_a_case_that_is_not_there_is_not_found(office, at):
    assert at("rao").get("/cases/4711").status_code == 404


def test_the_work_list_is_one_persons_and_all_is_everybodys(office, at):
    case = office.new_case()
    assert f'id="case-{case}"' in at("rao").page("/cases")
    liu = at("liu")
    assert "Nothing waits for you." in liu.page("/cases")
    assert f'id="case-{case}"' in liu.page("/cases?view=all")
    assert f'id="case-{case}"' in at("wu").page("/cases")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("state=screened", 2),
        ("state=decided", 0),
        ("plate=a123", 1),
        ("station=other", 0),
        ("gates=yes", 2),
        ("gates=no", 0),
        ("major=no", 2),
        ("overdue=yes", 0),
        ("from=2026-09-21T22:13:21", 1),
        ("until=2026-09-21T22:13:21", 1),
        ("outcome=penalty", 0),
    ],
)
def test_filters_stand_in_the_address(office, at, query, count):
    office.new_case()
    office.new_case(plate="沪B77777")
    page = at("rao").page(f"/cases?view=all&{query}")
    assert len(re.findall(r'<tr id="case-', page)) == count


@pytest.mark.parametrize("query", ["state=x", "station=%20!", "from=x", "outcome=x", "gates=maybe", "after=x", "plate=" + 17 * "1"])
def test_a_filter_that_cannot_be_used_is_told_beside_its_field(office, at, query):
    answer = at("rao").get(f"/cases?{query}")
    assert answer.status_code == 400
    assert 'class="error"' in answer.text


def test_an_act_goes_to_the_next_case_and_is_told_there(office, at):
    first, second = office.new_case(), office.new_case(plate="沪B77777")
    rao = at("rao")
    version = office.row(first).version
    answer = rao.post(f"/cases/{first}/acts/confirm", version=version, opinion="plate and axles agree", list="state=screened")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/cases/{second}?state=screened&done=confirm&case={first}"
    assert f"Case {first}: Overload confirmed." in rao.page(answer.headers["location"])
    assert office.state(first) is State.REVIEWED


@pytest.mark.parametrize(
    ("name", "action", "fields", "status", "words"),
    [
        ("rao", "confirm", {}, 400, "This is needed."),
        ("rao", "dismiss", {"ground": "no-ground", "reason": "rain"}, 400, "Choose one of the list."),
        ("rao", "record-exemption", {"exemption": "none-such", "evidence": "papers"}, 400, "Choose one of the list."),
        ("rao", "pass-legal", {"opinion": "well"}, 403, "Your account does not hold the role"),
        ("rao", "notify", {"served_by": "post", "served_us": "2026-09-21T22:00"}, 409, "does not stand where this leads on from"),
        ("tan", "confirm", {"opinion": "well"}, 403, "Your account does not hold the role"),
        ("wu", "confirm", {"opinion": "well"}, 403, "Your account does not hold the role"),
    ],
)
def test_what_is_refused_says_why_on_the_cases_page(office, at, name, action, fields, status, words):
    case = office.new_case()
    answer = at(name).post(f"/cases/{case}/acts/{action}", version=office.row(case).version, **fields)
    assert answer.status_code == status
    assert words in answer.text
    assert office.state(case) is State.SCREENED


def test_a_stale_version_is_a_conflict_that_names_who_acted(office, at):
    case = office.new_case()
    stale = office.row(case).version
    office.drive(case, "record-exemption")
    answer = at("rao").post(f"/cases/{case}/acts/confirm", version=stale, opinion="as it was")
    assert answer.status_code == 409
    assert "Someone has acted on this case" in answer.text
    assert "Exemption recorded" in answer.text
    assert ">as it was</textarea>" in answer.text


def test_a_form_without_the_sessions_token_is_refused(office, at):
    case = office.new_case()
    rao = at("rao")
    answer = rao.client.post(f"/cases/{case}/acts/confirm", data={"version": "2", "opinion": "well"}, headers=HTML)
    assert answer.status_code == 403
    assert office.state(case) is State.SCREENED


def test_dismissals_need_ground_and_reason_and_leave_what_changed(office, at):
    cases = [office.new_case(plate=f"京A1000{number}") for number in range(3)]
    rao = at("rao")
    chosen = [f"{case}:{office.row(case).version}" for case in cases]
    assert rao.post("/cases/dismiss", case=chosen, ground="pictures-unclear", reason="").status_code == 400
    office.drive(cases[0], "confirm")
    answer = rao.post("/cases/dismiss", case=[*chosen, "x:y"], ground="pictures-unclear", reason="rain on the lens", list="view=all")
    assert answer.headers["location"] == f"/cases?view=all&done=dismiss&case=2&kept={cases[0]}"
    assert [office.state(case) for case in cases] == [State.REVIEWED, State.DISMISSED, State.DISMISSED]


def test_who_looks_only_gets_no_form_and_no_plate_in_lists(office, at):
    case = office.new_case()
    tan = at("tan")
    assert PLATE not in tan.page("/cases")
    assert masked_plate(PLATE) in tan.page("/cases")
    assert "/acts/" not in tan.page(f"/cases/{case}")
    assert PLATE in at("rao").page("/cases")


def test_every_page_is_noted_with_who_saw_it_and_never_with_a_plate(office, at):
    case = office.new_case()
    rao = at("rao")
    for path in (
        f"/cases?plate={PLATE}",
        f"/cases/{case}",
        f"/cases/{case}/compare",
        "/stations",
        "/stations/G104-K12",
        "/vehicles?lane=1",
    ):
        rao.page(path)
    noted = [(verb, subject) for account, verb, subject in acts(office.bench) if account == "rao"]
    assert noted[-6:] == [
        ("searched", "list/cases"),
        ("saw", f"case/{case}"),
        ("saw", f"case/{case}/earlier"),
        ("saw", "list/stations"),
        ("saw", "station/G104-K12"),
        ("searched", "list/vehicles"),
    ]
    with office.bench.central.database.read() as session:
        kept = b"".join(session.scalars(select(Act.entry)))
    assert PLATE not in json.dumps(kept.decode(), ensure_ascii=False)


def test_a_comparison_names_only_passages_of_this_plate(office, at):
    office.overload(loads_kg=(5_000, 8_000, 8_000, 7_500, 7_500))
    office.overload(loads_kg=(5_000, 8_000, 8_000, 7_500, 7_500), plate="沪B77777")
    case = office.new_case()
    rao = at("rao")
    page = rao.page(f"/cases/{case}/compare")
    assert "1 earlier passage" in page
    assert rao.get(f"/cases/{case}/compare?with=G104-K12/1").status_code == 200
    assert rao.get(f"/cases/{case}/compare?with=G104-K12/2").status_code == 404
    chart = rao.client.get(f"/cases/{case}/compare.json?theme=dark").json()
    assert chart["doc"]["roots"]


def test_a_plate_that_two_vehicles_bear_is_told_on_the_case_beside_each_other_and_ruled_out_by_form(office, at):
    station = office.bench.station
    office.bench.send(station.sign(station.vehicle(loads_kg=(5_000, 9_000))))
    case = office.new_case()
    rao = at("rao")
    page = rao.page(f"/cases/{case}")
    for words in (
        "No other vehicle seen under this plate",
        "passage G104-K12/1 of it was another vehicle",
        "It is in doubt whose plate this is",
    ):
        assert words in page
    assert '<option value="G104-K12/1"' in page
    beside = rao.page(f"/cases/{case}/compare")
    for words in ("Whose plate is it?", "another vehicle?", "/vehicles/G104-K12/1"):
        assert words in beside
    chinese = rao.client.get(f"/cases/{case}/compare", headers=HTML | {"Accept-Language": "zh"}).text
    assert "号牌可能被套用或误读" in chinese


def test_the_arithmetic_gates_and_history_stand_on_the_page_in_both_languages(office, at):
    case = office.new_case()
    office.drive(case, "record-exemption", "confirm")
    rao = at("rao")
    page = rao.page(f"/cases/{case}")
    for words in ("Penalty 2,500", "5 × 500 CNY = 2,500 CNY", "Signature of the station good", "plate and axles agree with the pictures"):
        assert words in page
    chinese = rao.client.get(f"/cases/{case}", headers=HTML | {"Accept-Language": "zh"}).text
    for words in ("待办事项", "5 × 500元 = 2,500元", "办理过程", "站点签名有效"):
        assert words in chinese


def test_a_page_that_is_left_open_does_not_keep_its_session_alive(office, at):
    office.new_case()
    rao, liu = at("rao"), at("liu")
    answers = []
    for _ in range(4):
        office.bench.clock.now_us += 10 * 60 * US_PER_S
        answers.append(rao.client.get("/cases/news", headers={"X-Weighline-Background": "yes"}).status_code)
        assert liu.get("/cases").status_code == 200, "whoever works stays logged in"
    assert answers == [200, 200, 303, 303]
