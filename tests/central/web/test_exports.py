"""Exports as whoever asks for them sees them: the form below the list, the page of one's own, the file."""

import re
from datetime import UTC

import pytest

from central.evidence.accounts import Role, add_account
from central.evidence.models import ExportJob
from central.evidence.vehicle_filter import VehicleFilter
from central.exports.jobs import _FILTER
from central.exports.worker import ExportMaker
from tests.central.web.passages import store_passage

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def maker(officer):
    return ExportMaker(officer.bench.central, UTC)


def ask(officer, **fields):
    token = TOKEN.search(officer.page("/vehicles"))
    return officer.client.post("/exports", data={"csrf_token": token.group(1), "format": "csv"} | fields, headers={"Accept": "text/html"})


def test_what_the_list_shows_is_asked_for_made_and_fetched(officer, maker):
    store_passage(officer.bench)
    assert ask(officer, over="5").headers["location"] == "/exports"
    assert "<progress" in officer.page("/exports")
    assert maker.make_next()
    page = officer.page("/exports")
    assert "Download weighline-1.csv" in page
    assert "over by 5.0 % and more" in page
    answer = officer.client.get("/exports/1/file")
    assert answer.headers["content-disposition"] == 'attachment; filename="weighline-1.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert "京A12345" in answer.content.decode("utf-8-sig")


@pytest.mark.parametrize("fields", [{"format": "xls"}, {"lane": "no"}, {"over": "-1"}])
def test_what_is_no_format_or_filter_is_refused(officer, fields):
    assert ask(officer, **fields).status_code == 400


def test_an_open_export_has_no_file_yet_and_another_persons_none_at_all(officer, maker):
    store_passage(officer.bench)
    ask(officer)
    assert officer.get("/exports/1/file").status_code == 404
    maker.make_next()
    with officer.bench.central.database.write() as session:
        other = add_account(session, "other", Role.AUDITOR, None, officer.bench.clock())

        session.get_one(ExportJob, 1).account_id = other
    assert officer.get("/exports/1/file").status_code == 404
    assert "weighline-1" not in officer.page("/exports")


def test_the_fourth_open_export_is_refused_with_what_to_do(officer):
    for _ in range(3):
        assert ask(officer).status_code == 303
    answer = ask(officer)
    assert answer.status_code == 409
    assert "wait for one of them" in answer.text


def test_an_export_reaches_no_farther_than_its_maker_may_look(officer, maker):
    store_passage(officer.bench)
    ask(officer)
    with officer.bench.central.database.write() as session:
        row = session.get_one(ExportJob, 1)
        row.filter = _FILTER.dump_json(VehicleFilter(within=frozenset({"another"}))).decode()
    maker.make_next()
    assert officer.client.get("/exports/1/file").text.count("\n") == 1
