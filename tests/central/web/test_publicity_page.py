"""Publication of stations on and off: for administrators, within their stations, noted, and seen by the public at once."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from central.evidence.accounts import Role, add_account
from central.evidence.models import Act
from central.evidence.publications import publications
from tests.central.bench import Bench
from tests.central.web import serving as serving_module
from tests.central.web.serving import Site, serving

FIELDS = {"road": "G104", "stake": "K12+300", "office": "Highway bureau", "institute": "Metrology", "place": "Gazette 7"}


@pytest.fixture
def boss(sqlite_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Give the pages to an administrator."""
    with serving(sqlite_bench) as site:
        with sqlite_bench.central.database.write() as session:
            add_account(session, "boss", Role.ADMINISTRATOR, serving_module.PASSWORD, sqlite_bench.clock())
        monkeypatch.setattr(serving_module, "OFFICER", "boss")
        site.log_in()
        yield site


def token(site: Site) -> str:
    page = site.page("/publicity")
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def publish(site: Site, **changes: str) -> int:
    return site.client.post("/publicity/G104-K12", data={"csrf_token": token(site), **FIELDS, **changes}).status_code


def test_a_station_is_published_withdrawn_and_published_anew(boss):
    assert "G104-K12" not in boss.page("/public/stations")
    assert publish(boss) == 303
    assert "K12+300" in boss.page("/public/stations/G104-K12")
    boss.bench.clock.now_us += 1_000_000
    assert publish(boss, stake="K13") == 303
    assert "K13" in boss.page("/public/stations/G104-K12")
    boss.bench.clock.now_us += 1_000_000
    answer = boss.client.post("/publicity/G104-K12/withdraw", data={"csrf_token": token(boss)})
    assert answer.status_code == 303
    assert boss.get("/public/stations/G104-K12").status_code == 404
    assert "Not published" in boss.page("/publicity")
    assert boss.client.post("/publicity/G104-K12/withdraw", data={"csrf_token": token(boss)}).status_code == 409
    with boss.bench.central.database.read() as session:
        assert [one.stake for one in publications(session)] == ["K12+300", "K13"]
        acts = session.scalars(select(Act).where(Act.subject == "station/G104-K12/publication")).all()
    assert [(act.person, act.verb) for act in acts] == [("boss", "changed")] * 3


@pytest.mark.parametrize("changes", [{"road": ""}, {"stake": "  "}, {"stake": "x" * 61}, {"office": "a\nb"}, {"place": "x" * 201}])
def test_what_is_entered_is_bounded(boss, changes):
    assert publish(boss, **changes) == 422
    assert boss.get("/public/stations/G104-K12").status_code == 404


@pytest.mark.parametrize("address", ["/publicity/nowhere", "/publicity/a%2Fb"])
def test_only_enrolled_stations_can_be_published(boss, address):
    answer = boss.client.post(address, data={"csrf_token": token(boss), **FIELDS})
    assert answer.status_code in {400, 404, 422}


def test_a_form_without_its_token_is_refused(boss):
    assert boss.client.post("/publicity/G104-K12", data=FIELDS).status_code == 403
    assert boss.client.post("/publicity/G104-K12/withdraw").status_code == 403


def test_others_may_neither_look_nor_act(officer):
    assert officer.get("/publicity").status_code == 403
    assert "/publicity" not in officer.page("/vehicles")
    token_ = officer.page("/vehicles").partition('name="csrf_token" value="')[2].partition('"')[0]
    assert officer.client.post("/publicity/G104-K12", data={"csrf_token": token_, **FIELDS}).status_code == 403
    assert officer.client.post("/publicity/G104-K12/withdraw", data={"csrf_token": token_}).status_code == 403
