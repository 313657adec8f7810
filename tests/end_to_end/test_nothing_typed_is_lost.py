"""What a person has written stays, whatever happens meanwhile: another act, a document, the end of the session, a look at the next case."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.evidence.models import LoginSession
from central.review.workflow import State
from central.web.documents.issuing import issue
from central.web.documents.kinds import Kind
from central.web.pages import make_pages
from tests.central.review.office import REVIEWER, actor
from tests.central.web.prepared_cases import seen_case
from tests.end_to_end.test_case_story import House, chromium, house

__all__ = ["chromium", "house"]
pytestmark = pytest.mark.system("chromium")
OPINION = "Pictures, plate and axles agree."


def written(page: Page) -> None:
    page.keyboard.press("c")
    page.keyboard.type(OPINION)


def sent(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def test_a_document_that_is_issued_meanwhile_comes_between_nobody(house: House):
    case = seen_case(house.office)
    rao = house.enter("rao", f"/cases/{case}")
    written(rao)
    issue(house.office.bench.central, make_pages(CHINA_STANDARD_TIME), case, (Kind.SHEET, "en"), actor(REVIEWER))
    sent(rao)
    expect(rao.locator("#said")).to_contain_text("Overload confirmed")
    assert house.office.state(case) is State.REVIEWED


def test_who_did_what_meanwhile_is_told_and_what_does_not_lead_on_can_be_copied(house: House):
    case = house.office.new_case()
    rao = house.enter("rao", f"/cases/{case}")
    written(rao)
    house.office.drive(case, "record-exemption")
    house.office.drive(case, "lift-exemption", exemption_number=1)
    house.office.drive(case, "dismiss")
    sent(rao)
    told = rao.get_by_role("alert")
    expect(told).to_be_focused()
    for words in ("rao", "Exemption recorded", "Exemption lifted", "Case dismissed", "does not lead on from here any more", OPINION):
        expect(told).to_contain_text(words)


def test_the_end_of_the_session_takes_no_word_and_a_new_login_sends_it(house: House):
    case = house.office.new_case()
    rao = house.enter("rao", f"/cases/{case}")
    written(rao)
    with house.office.bench.central.database.write() as session:
        session.execute(delete(LoginSession))
    sent(rao)
    expect(rao.locator("#unsent")).to_contain_text("You are no longer logged in; nothing was done.")
    expect(rao.locator("#act-confirm textarea")).to_have_value(OPINION)
    again = house.enter("rao")
    rao.context.clear_cookies()
    rao.context.add_cookies(again.context.cookies())  # type: ignore[arg-type]
    rao.locator("#act-confirm button").click()
    expect(rao.locator("#said")).to_contain_text("Overload confirmed")


def test_a_server_that_is_away_is_told_and_takes_no_word(house: House):
    case = house.office.new_case()
    rao = house.enter("rao", f"/cases/{case}")
    written(rao)
    rao.context.route("**/acts/confirm", lambda route: route.abort())
    sent(rao)
    expect(rao.locator("#unsent")).to_contain_text("No answer came from central")
    rao.context.unroute("**/acts/confirm")
    rao.locator("#act-confirm textarea").focus()
    sent(rao)
    expect(rao.locator("#said")).to_contain_text("Overload confirmed")
    house.errors[:] = [error for error in house.errors if "ERR_FAILED" not in error]


def test_the_way_to_the_next_case_and_back_takes_no_word(house: House):
    case, other = house.office.new_case(plate="京A10001"), house.office.new_case(plate="京A10002")
    rao = house.enter("rao", f"/cases/{case}")
    written(rao)
    rao.keyboard.press("Escape")
    for key, shown in (("j", other), ("k", case)):
        rao.keyboard.press(key)
        expect(rao.locator("#case")).to_have_attribute("data-watch", f"/cases/{shown}/version")
    rao.keyboard.press("c")
    expect(rao.locator("#act-confirm textarea")).to_have_value(OPINION)
    sent(rao)
    expect(rao.locator("#said")).to_contain_text("Overload confirmed")
