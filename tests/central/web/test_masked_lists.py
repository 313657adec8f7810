"""Lists for those who do not work with plates: masked, not to be searched, and in full only on a page whose opening the journal notes."""

from datetime import UTC

import pytest
from sqlalchemy import select

from central.evidence.accounts import Login, Role
from central.evidence.journal import ActEntry
from central.evidence.masking import PlateSight
from central.evidence.models import Act
from central.web.cases.narrowing import parse_case_narrowing
from central.web.cases.page import Place, listed, place_in
from tests.central.review.office import Office
from tests.central.web.passages import passage
from tests.central.web.prepared_cases import seen_case
from tests.central.web.serving import serving


@pytest.fixture(params=[Role.AUDITOR, Role.TECHNICIAN, Role.ADMINISTRATOR])
def masked(request, sqlite_bench):
    """Give the pages to one who sees plates masked; two vehicles are stored."""
    for plate in ("京A12345", "湘B54321"):
        sqlite_bench.send(sqlite_bench.station.sign(passage(sqlite_bench.station, plate=plate)))
    with serving(sqlite_bench, request.param) as site:
        site.log_in()
        yield site


def acts(bench) -> list[ActEntry]:
    with bench.central.database.read() as session:
        return [ActEntry.model_validate_json(entry) for entry in session.scalars(select(Act.entry).order_by(Act.id))]


def test_the_list_masks_plates_and_offers_no_search_by_them(masked):
    page = masked.page("/vehicles")
    assert "京A·***45" in page
    assert "京A12345" not in page
    assert 'name="plate"' not in page


@pytest.mark.parametrize("part", ["京A12345", "123", "3", "999"])
def test_a_search_by_plate_says_that_it_is_not_allowed_whether_it_would_find_or_not(masked, part):
    answer = masked.get(f"/vehicles?plate={part}")
    assert answer.status_code == 400
    assert "Your role sees plates masked in lists and cannot search by them." in answer.text
    assert answer.text.count('<tr id="v-') == 2, "the list is as without the search"


def test_what_is_new_is_pushed_masked(masked):
    with masked.client.stream("GET", "/vehicles/live?after=0") as stream:
        pushed = ""
        for chunk in stream.iter_text():
            pushed += chunk
            if "v-G104-K12-2" in pushed:
                break
    assert "A\\u00b7***45" in pushed or "A·***45" in pushed
    assert "12345" not in pushed


def test_opening_a_vehicle_shows_its_plate_and_is_noted_and_the_note_holds_no_plate(masked):
    assert "京A12345" in masked.page("/vehicles/G104-K12/1")
    noted = acts(masked.bench)
    assert (noted[-1].verb, noted[-1].subject, noted[-1].account) == ("saw", "vehicle/G104-K12/1", "officer-1")
    assert "京A12345" not in str(noted)


def test_who_works_with_plates_sees_and_searches_them(sqlite_bench):
    sqlite_bench.send(sqlite_bench.station.sign(passage(sqlite_bench.station, plate="京A12345")))
    with serving(sqlite_bench, Role.LEGAL) as site:
        site.log_in()
        assert "京A12345" in site.page("/vehicles?plate=123")


def test_a_cases_place_in_a_list_by_plate_tells_nothing_of_plates_that_are_masked(sqlite_bench):
    office = Office(sqlite_bench)
    office.publish()
    case_id = seen_case(office, plate="湘A12345")
    login = Login(1, "wu", "wu", frozenset({Role.AUDITOR, Role.REVIEWER}), "", {Role.REVIEWER: frozenset({"S2"})})

    def place(**query: str) -> Place:
        narrowing = parse_case_narrowing({"view": "all", **query}, UTC, may_work=True, sight=PlateSight.of(login))
        with sqlite_bench.central.database.read() as session:
            return place_in(listed(session, login, narrowing, sqlite_bench.clock()), case_id)

    assert place().count == 1
    assert place(plate="A12345") == place(plate="B") == Place(0, 0, None, None)
