"""The public pages: no login, no whole plate, bounded and braked; one's own case after number and plate, and an objection to it."""

import re
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import select

from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.evidence.log.checkpoints import log_key, make_checkpoint
from central.evidence.models import Act, CaseObjection
from central.publicity.brakes import BY_ADDRESS
from central.publicity.own_case import VISIT_US
from central.review.workflow import State
from central.web.documents.issuing import issue
from central.web.documents.kinds import Kind
from central.web.pages import make_pages
from contract.log.checkpoints import open_checkpoint
from contract.log.notes import Note, VerifierKey
from contract.media import sha256_hex
from tests.central.bench import Bench
from tests.central.review.office import REVIEWER, Office, actor
from tests.central.web.prepared_cases import notified_case, published_case
from tests.central.web.serving import Site

NUMBER, PLATE = "G104-K12/2026/00001", "湘A12345"
PAGES = (
    "/public",
    "/public/stations",
    "/public/stations/G104-K12",
    "/public/decisions",
    "/public/decisions/G104-K12/2026/00002",
    "/public/query",
    "/public/query?notice=G104-K12/2026/00001",
    "/public/checkpoints",
    "/public/checkpoints.txt",
    "/public/checkpoints/1.txt",
    "/public/log-keys.txt",
)
PLATES = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}")


@pytest.fixture
def office(sqlite_bench: Bench) -> Office:
    made = Office(sqlite_bench)
    made.publish(office="Highway bureau 公路局")
    return made


@pytest.fixture
def public(office: Office, site: Site) -> Iterator[Site]:
    """Give the pages to a stranger: one case with a served notice, one that was published, and a signed log."""
    first = notified_case(office)
    issue(office.bench.central, make_pages(CHINA_STANDARD_TIME), first, (Kind.NOTICE, "zh"), actor(REVIEWER))
    before_us = office.bench.clock.now_us
    published_case(office, "湘B67890")
    office.bench.clock.now_us = before_us + 2_000_000
    with office.bench.central.database.write() as session:
        make_checkpoint(session, log_key(office.bench.central.settings.key_folder, None), office.bench.clock())
    return site


def asked(site: Site, number: str = NUMBER, plate: str = PLATE, **headers: str) -> httpx.Response:
    return site.client.post("/public/query", data={"notice": number, "plate": plate}, headers={"Accept": "text/html"} | headers)


def enter(site: Site) -> str:
    assert asked(site).headers["location"] == "/public/case"
    return site.page("/public/case")


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_without_the_query_holds_a_plate_or_a_person(public, language):
    for path in PAGES:
        page = public.page(path, language)
        assert PLATE not in page
        assert "湘B67890" not in page
        assert not PLATES.findall(page), path
        for person in ("rao", "liu", ">an<", "officer-1"):
            assert person not in page, (path, person)


def test_what_is_published_is_shown(public):
    assert "湘B••••0" in public.page("/public/decisions")
    page = public.page("/public/decisions/G104-K12/2026/00002")
    for text in ("Fine 3,000", "湘B••••0", "49.2 t measured", "43.0 t allowed", "6.2 t over"):
        assert text in page, text
    page = public.page("/public/stations/G104-K12", "zh")
    for text in ("G104 K12+300", "公路局", "JJG-2026-417", "有效"):
        assert text in page, text
    assert public.get("/public/decisions/" + NUMBER).status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/public/stations/nowhere", 404),
        ("/public/stations/a%00b", 422),
        ("/public/decisions/none/1/2", 404),
        ("/public/decisions?before=x", 400),
        ("/public/checkpoints/99.txt", 404),
        ("/public/checkpoints/0.txt", 422),
        ("/public/case/pictures/" + "0" * 64 + ".jpg", 303),
        ("/public/case", 303),
    ],
)
def test_what_is_not_there(public, path, status):
    assert public.get(path).status_code == status


def test_pages_for_everyone_may_be_kept_for_a_minute_and_ones_own_never(public):
    for path in PAGES:
        cache = public.get(path).headers["cache-control"]
        assert cache == ("no-store" if "query" in path else "public, max-age=60"), path
    assert "Accept-Language" in public.get("/public").headers["vary"]
    assert asked(public, plate="x").headers["cache-control"] == "no-store"
    enter(public)
    assert public.get("/public/case").headers["cache-control"] == "no-store"


def test_number_and_plate_open_ones_own_case(public):
    page = enter(public)
    for text in (
        "43.0\u00a0t allowed, 49.2\u00a0±\u00a01.0\u00a0t measured: 6.2\u00a0t over",
        "Fine 3,000",
        PLATE,
        "You may state, defend and object until the end of 2026-09-29",
    ):
        assert text in page, text
    assert "Highway bureau" in page
    assert "湘B" not in page
    cookie = public.client.cookies.jar
    assert all(one.has_nonstandard_attr("HttpOnly") for one in cookie if one.name == "wim-visit")


@pytest.mark.parametrize(
    ("number", "plate"), [(NUMBER, "湘A12346"), ("G104-K12/2026/00009", PLATE), ("", ""), (NUMBER, "湘B67890"), ("%", "%")]
)
def test_a_wrong_pair_tells_nothing(public, number, plate):
    answer, unknown = asked(public, number, plate), asked(public, "none", "none")
    assert answer.status_code == unknown.status_code == 404
    assert "set-cookie" not in answer.headers
    shown = [re.sub(r'value="[^"]*"', "", page.text) for page in (answer, unknown)]
    assert shown[0] == shown[1]
    assert public.get("/public/case").headers["location"] == "/public/query?over=true"


def test_guessing_is_braked_and_the_brake_is_noted_nowhere_with_a_plate(public):
    for turn in range(BY_ADDRESS.failures_max):
        assert asked(public, plate=f"湘A{turn:05d}").status_code == 404
    braked = asked(public)
    assert braked.status_code == 429
    assert "nothing is answered before" in braked.text
    with public.bench.central.database.read() as session:
        entries = b"".join(session.scalars(select(Act.entry)))
    assert "湘".encode() not in entries


def test_one_visitor_may_ask_only_so_fast(public):
    answers = [public.get("/public").status_code for _ in range(80)]
    assert answers.count(429) >= 15
    assert public.get("/public/stations").headers["retry-after"] == "1"
    public.bench.clock.now_us += 60_000_000
    assert public.get("/public").status_code == 200


def test_a_form_of_another_site_is_refused(public):
    assert asked(public, Origin="https://evil.example").status_code == 403
    page = enter(public)
    for path in ("/public/case/objection", "/public/leave"):
        answer = public.client.post(path, data={"csrf_token": token_in(page)}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403, path


def test_pictures_and_documents_only_of_ones_own_case(public):
    page = enter(public)
    own = re.findall(r"/public/case/pictures/([0-9a-f]{64})\.jpg", page)
    assert len(own) == 3
    answer = public.get(f"/public/case/pictures/{own[0]}.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    assert sha256_hex(answer.content) != own[0]
    for item in public.bench.vehicle(2).media:
        if item.ref.sha256 not in own:
            assert public.get(f"/public/case/pictures/{item.ref.sha256}.jpg").status_code == 404
    (link,) = re.findall(r'href="(/public/case/documents/[^"]+)"', page)
    pdf = public.get(link)
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["content-disposition"].startswith("attachment")
    assert public.get("/public/case/documents/proposal.zh.pdf").status_code == 404
    assert public.get("/public/case/documents/letter.zh.pdf").status_code == 422
    with public.bench.central.database.read() as session:
        act = session.scalars(select(Act).where(Act.verb == "printed")).one()
    assert (act.person, act.subject) == ("public", "case/1")


def test_an_objection_is_taken_once_with_a_receipt(public, office):
    page = enter(public)
    form = {"csrf_token": token_in(page), "text": "I was weighed at the toll station: 41 t. <b>", "contact": "13900000000"}
    assert public.client.post("/public/case/objection", data=form | {"csrf_token": "other"}).status_code == 403
    answer = public.client.post("/public/case/objection", data=form)
    assert answer.headers["location"] == "/public/case#objection"
    page = public.page("/public/case")
    assert re.search(rf"{NUMBER}-\d+", page)
    assert "Send the objection" not in page
    assert office.state(1) is State.OBJECTED
    with public.bench.central.database.read() as session:
        row = session.scalars(select(CaseObjection)).one()
        assert (row.text, row.channel) == (form["text"], "public")
        assert b"toll station" not in b"".join(session.scalars(select(Act.entry)))
    again = public.client.post("/public/case/objection", data=form)
    assert again.status_code == 422
    assert "the case has moved on" in again.text


TEXT_WANTED, CONTACT_WANTED = "Write what you object to", "Say how you can be reached"


@pytest.mark.parametrize(
    ("text", "contact", "said"),
    [
        ("", "1", TEXT_WANTED),
        ("x", "1", TEXT_WANTED),
        ("x" * 4_001, "1", TEXT_WANTED),
        ("a\x00b", "1", TEXT_WANTED),
        ("a sentence", "", CONTACT_WANTED),
        ("a sentence", "1" * 201, CONTACT_WANTED),
    ],
)
def test_what_is_missing_or_too_long_is_said_and_nothing_typed_is_lost(public, text, contact, said):
    page = enter(public)
    answer = public.client.post("/public/case/objection", data={"csrf_token": token_in(page), "text": text, "contact": contact})
    assert answer.status_code == 422
    assert said in answer.text
    assert "a sentence" in answer.text or "a sentence" not in text


def test_a_visit_ends(public):
    enter(public)
    public.bench.clock.now_us += VISIT_US
    assert public.get("/public/case").headers["location"] == "/public/query?over=true"
    assert "half an hour" in public.page("/public/query?over=true")
    enter(public)
    assert public.client.post("/public/leave").status_code == 303
    assert public.get("/public/case").status_code == 303


def test_a_visit_is_no_login_and_a_login_no_visit(public):
    enter(public)
    assert public.get("/vehicles").headers["location"].startswith("/login")
    assert public.get("/cases/1/documents").headers["location"].startswith("/login")
    public.client.cookies.clear()
    public.log_in()
    assert public.get("/public/case").status_code == 303


def test_a_checkpoint_is_given_as_it_was_signed_with_the_key_that_verifies_it(public):
    note = Note.parse(public.page("/public/checkpoints.txt").encode(), "test")
    key = VerifierKey.parse(public.page("/public/log-keys.txt").splitlines()[0], "test")
    checkpoint = open_checkpoint(note, key, "test")
    assert checkpoint.size > 0
    assert public.page("/public/checkpoints/1.txt") == str(note)
    page = public.page("/public/checkpoints")
    assert key.name in page
    assert note.text.splitlines()[2] in page.replace("&#43;", "+")
