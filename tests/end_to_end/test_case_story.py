"""Cases driven in a real browser by the people of an office, from arrival to publication: one goes all the way by keyboard alone, one is
returned, one dismissed, one objected to; and no page stands between a reader and it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from central.evidence.accounts import Role, account_id, add_account, make_login_link_token
from central.review.workflow import State
from contract.units import US_PER_S
from tests.browsing import Errors, grave, running_chromium
from tests.central.bench import open_bench
from tests.central.review.office import MAJOR_KG, PLATE, Office
from tests.central.web.serving import Site, serving

pytestmark = pytest.mark.system("chromium")
PEOPLE = {"rao": Role.REVIEWER, "liu": Role.LEGAL, "an": Role.APPROVER, "wu": Role.AUDITOR, "tan": Role.TECHNICIAN}
LIGHT_KG = (5_000, 8_000, 8_000, 7_500, 7_500)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@dataclass
class House:
    """The office in its browser; everybody has a window of his own."""

    office: Office
    site: Site
    browser: Browser
    errors: Errors = field(default_factory=Errors)
    contexts: list[BrowserContext] = field(default_factory=list)

    def enter(self, name: str, path: str = "/cases", **options: object) -> Page:
        """Let somebody log in and open a page."""
        context = self.browser.new_context(**({"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | options))  # type: ignore[arg-type]
        self.contexts.append(context)
        page = context.new_page()
        self.errors.listen(page)
        bench = self.office.bench
        with bench.central.database.write() as session:
            account = account_id(session, name)
            assert account is not None
            token = make_login_link_token(session, account, bench.clock(), 60 * US_PER_S)
        page.goto(f"{self.site.url}/login/once?token={token}")
        page.locator("main button").click()
        expect(page.locator("h1")).to_be_visible()
        page.goto(self.site.url + path)
        page.evaluate("window.stays = true")
        return page

    def visit(self, path: str) -> Page:
        """Let somebody of the public open a page."""
        context = self.browser.new_context(locale="en-GB")
        self.contexts.append(context)
        page = context.new_page()
        self.errors.listen(page)
        page.goto(self.site.url + path)
        return page


@pytest.fixture
def house(tmp_path: Path, chromium: Browser) -> Iterator[House]:
    with open_bench(tmp_path, f"sqlite:///{tmp_path / 'central.db'}") as bench:
        office = Office(bench)
        office.publish()
        with bench.central.database.write() as session:
            for name, role in PEOPLE.items():
                add_account(session, name, role, None, bench.clock())
        with serving(bench) as site:
            house = House(office, site, chromium)
            yield house
            for context in house.contexts:
                context.close()
    # A form that is refused is answered with the status of the refusal, which Chromium writes to its console.
    assert [error for error in house.errors if "status of 4" not in error] == []


def act(page: Page, key: str, *values: str) -> None:
    """Take an act by its key: fill its fields in their order, each left by the tabulator, and press its button."""
    page.keyboard.press(key)
    for value in values:
        focused = page.locator(":focus")
        if value and focused.evaluate("element => element.tagName") == "SELECT":
            focused.press("ArrowDown")
            expect(focused).not_to_have_value("")
        elif value:
            page.keyboard.type(value)
        field = focused.get_attribute("id")
        while page.evaluate("document.activeElement.id") == field:  # a field for date and time takes one press for each of its parts
            page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_class("main")
    page.keyboard.press("Enter")


def opened(page: Page) -> None:
    """Open the first case of the list by keyboard."""
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#case")).to_be_visible()


def test_a_case_goes_from_arrival_to_publication_by_keyboard_alone(house: House):
    office = house.office
    rao = house.enter("rao")
    expect(rao.get_by_text("Nothing waits for you.")).to_be_visible()
    case = office.new_case()
    expect(rao.get_by_role("button", name="1 new")).to_be_visible()
    rao.get_by_role("button", name="1 new").focus()
    rao.keyboard.press("Enter")
    expect(rao.locator(f"#case-{case}")).to_contain_text("Screened")

    opened(rao)
    expect(rao.locator("h1")).to_contain_text("43.0 t allowed, 49.2 ± 1.0 t measured")
    act(rao, "c", "Pictures, plate and axles agree.")
    expect(rao.locator("#said")).to_contain_text("Overload confirmed")
    assert office.state(case) is State.REVIEWED

    liu = house.enter("liu")
    opened(liu)
    act(liu, "p", "Facts, procedure and article hold.")
    expect(liu.locator("#said")).to_contain_text("Passed in law")

    an = house.enter("an")
    opened(an)
    an.keyboard.press("p")
    expect(an.get_by_label("Amount, CNY (proposed: 3,000)")).to_have_value("")
    an.keyboard.press("Escape")
    act(an, "p", "3000", "")
    expect(an.locator("#said")).to_contain_text("Penalty decided")
    assert office.row(case).amount_cents == 300_000

    office.pass_days(0.01)
    rao.keyboard.press("u")
    expect(rao.locator(f"#case-{case}")).to_contain_text("Decided")
    opened(rao)
    act(rao, "n", "in person", "")
    expect(rao.locator("#said")).to_contain_text("Notice served")
    assert office.state(case) is State.NOTIFIED

    assert rao.evaluate("window.stays") is True, "every step was taken without a reload"
    office.pass_days(15)
    an = house.enter("an")
    opened(an)
    act(an, "c")
    expect(an.locator("#said")).to_contain_text("Case closed")
    rao = house.enter("rao")
    opened(rao)
    act(rao, "i", "Highway bureau of Hebei", "")
    expect(rao.locator("#said")).to_contain_text("Home authority informed")
    an.keyboard.press("u")
    expect(an.locator(f"#case-{case}")).to_contain_text("Closed")
    opened(an)
    act(an, "p")
    expect(an.locator("#said")).to_contain_text("Decision published")
    assert office.state(case) is State.PUBLISHED
    assert an.evaluate("window.stays") is True, "every step was taken without a reload"

    anyone = house.visit("/public/decisions")
    notice = office.view(case).notice
    assert notice is not None
    expect(anyone.locator("main")).to_contain_text(notice.number)
    expect(anyone.locator("main")).not_to_contain_text(PLATE)

    wu = house.enter("wu", f"/cases/{case}")
    history = wu.locator("table.history")
    for word in ("rao", "liu", "an", "Facts, procedure and article hold.", "3,000", "Notice served", "Decision published", "127.0.0.1"):
        expect(history).to_contain_text(word)
    expect(wu.locator("details.act")).to_have_count(0)
    expect(wu.get_by_text("You may look at this case")).to_be_visible()


def test_a_case_is_returned_with_a_reason_and_comes_back(house: House):
    case = house.office.new_case()
    house.office.drive(case, "confirm")
    liu = house.enter("liu")
    opened(liu)
    act(liu, "r", "Say which picture shows the plate.")
    expect(liu.locator("#said")).to_contain_text("Returned to the reviewer")
    rao = house.enter("rao")
    expect(rao.locator(f"#case-{case}")).to_contain_text("Screened")
    opened(rao)
    expect(rao.locator("table.history")).to_contain_text("Say which picture shows the plate.")
    act(rao, "c", "The rear picture does.")
    expect(rao.locator("#said")).to_contain_text("Overload confirmed")
    assert house.office.state(case) is State.REVIEWED


def test_cases_are_dismissed_together_and_nothing_else_is(house: House):
    office = house.office
    cases = [office.new_case(plate=f"京A1000{number}") for number in range(3)]
    rao = house.enter("rao")
    for case in cases[:2]:
        rao.get_by_label(f"Choose case {case}").check()
    office.drive(cases[1], "confirm")  # somebody was faster
    rao.get_by_text("Dismiss several for one ground").click()
    rao.get_by_label("Ground").select_option("pictures-unclear")
    rao.get_by_label("Reason, the same for each").fill("rain on the lens")
    rao.get_by_role("button", name="Dismiss the chosen cases for good").click()
    expect(rao.locator("#said")).to_contain_text("Cases dismissed: 1.")
    expect(rao.locator("#said").get_by_role("link", name=str(cases[1]))).to_be_visible()
    assert [office.state(case) for case in cases] == [State.DISMISSED, State.REVIEWED, State.SCREENED]
    assert rao.evaluate("window.stays") is True


def test_an_objection_is_heard_and_the_decision_upheld(house: House):
    office = house.office
    case = office.new_case()
    office.drive(case, "confirm", "pass-legal", "decide-penalty", "notify")
    number = office.view(case).notice
    assert number is not None
    party = house.visit("/public/query")
    party.get_by_label("Number of the notice").fill(number.number)
    party.get_by_label("Plate").fill(PLATE)
    party.get_by_role("button", name="Open my case").click()
    party.get_by_label("What you state").fill("The trailer was not mine.")
    party.get_by_label("How you can be reached").fill("13900000000")
    party.get_by_role("button", name="Send the objection to the office").click()
    expect(party.get_by_text("An objection was received")).to_be_visible()
    liu = house.enter("liu")
    opened(liu)
    expect(liu.get_by_text("The trailer was not mine.")).to_be_visible()
    act(liu, "h", "upheld", "The registration names the party.", "")
    expect(liu.locator("#said")).to_contain_text("Objection was heard")
    an = house.enter("an")
    opened(an)
    expect(an.locator(".act.refused").first).to_contain_text("The hearing upheld the decision")
    act(an, "c")
    expect(an.locator("#said")).to_contain_text("Case closed")
    assert office.state(case) is State.CLOSED


def test_who_was_slower_is_told_kindly_and_keeps_what_was_written(house: House):
    office = house.office
    case = office.new_case()
    first = house.enter("rao", f"/cases/{case}")
    office.drive(case, "record-exemption")
    expect(first.locator("#changed")).to_contain_text("Exemption recorded")
    first.keyboard.press("c")
    first.keyboard.type("The same as before.")
    first.keyboard.press("Tab")
    first.keyboard.press("Enter")
    expect(first.get_by_role("alert")).to_contain_text("Someone has acted on this case since you opened it")
    expect(first.get_by_role("alert")).to_contain_text("rao")
    expect(first.locator("#act-confirm textarea")).to_have_value("The same as before.")
    assert office.state(case) is State.SCREENED


def test_what_is_wrong_is_said_beside_the_field(house: House):
    case = house.office.new_case()
    rao = house.enter("rao", f"/cases/{case}")
    rao.keyboard.press("c")
    rao.keyboard.type("x")
    rao.keyboard.press("Tab")
    rao.keyboard.press("Enter")
    opinion = rao.get_by_label("Opinion")
    expect(opinion).to_have_attribute("aria-invalid", "true")
    expect(opinion).to_be_focused()
    expect(opinion).to_have_accessible_description("Write 2 to 4,000 characters.")


def test_nothing_in_an_open_list_moves_under_the_pointer(house: House):
    office = house.office
    cases = [office.new_case(plate=f"京A1000{number}") for number in range(3)]
    rao = house.enter("rao")
    rao.locator(f"#case-{cases[1]}").hover()
    office.drive(cases[0], "confirm")
    office.new_case(plate="京A10009")
    expect(rao.locator(f"#case-{cases[0]}")).to_have_class("gone")
    expect(rao.get_by_role("button", name="1 new")).to_be_visible()
    rows = rao.locator("#cases tr")
    assert [row.get_attribute("data-case") for row in rows.all()] == [str(case) for case in cases]


def test_single_keys_can_be_switched_off_and_a_field_takes_letters(house: House):
    case = house.office.new_case()
    rao = house.enter("rao", f"/cases/{case}")
    rao.keyboard.press("?")
    expect(rao.get_by_role("dialog")).to_contain_text("Confirm the overload")
    rao.get_by_label("Switch single keys off").check()
    rao.get_by_role("button", name="Close", exact=True).click()
    rao.keyboard.press("c")
    expect(rao.locator("#act-confirm")).not_to_have_attribute("open", "")
    rao.locator("#act-confirm summary").click()
    rao.locator("#act-confirm textarea").fill("")
    rao.locator("#act-confirm textarea").press_sequentially("judge ?")
    expect(rao.locator("#act-confirm textarea")).to_have_value("judge ?")


def test_cases_are_chosen_and_left_by_keys_and_the_list_remembers_where_one_was(house: House):
    cases = [house.office.new_case(plate=f"京A1000{number}") for number in range(3)]
    rao = house.enter("rao")
    for key in "jxjx":
        rao.keyboard.press(key)
    for case in cases[:2]:
        expect(rao.get_by_label(f"Choose case {case}")).to_be_checked()
    rao.keyboard.press("x")
    expect(rao.get_by_label(f"Choose case {cases[1]}")).not_to_be_checked()
    rao.keyboard.press("Enter")
    expect(rao.locator("#case")).to_be_visible()
    rao.keyboard.press("u")
    expect(rao.locator(f"#case-{cases[1]} a")).to_be_focused()


def test_a_picture_zooms_in_its_place(house: House):
    case = house.office.new_case()
    rao = house.enter("rao", f"/cases/{case}")
    rao.keyboard.press("z")
    frame = rao.locator(".zoom").first
    expect(frame).to_be_focused()
    rao.keyboard.press("+")
    expect(frame).to_have_class("zoom zoomed")
    before = frame.locator("img").get_attribute("style")
    rao.keyboard.press("ArrowRight")
    assert frame.locator("img").get_attribute("style") != before
    rao.keyboard.press("0")
    expect(frame).to_have_class("zoom")


def test_without_javascript_a_case_is_read_and_acted_upon(house: House):
    case = house.office.new_case()
    context = house.browser.new_context(locale="en-GB", java_script_enabled=False)
    house.contexts.append(context)
    bench = house.office.bench
    with bench.central.database.write() as session:
        token = make_login_link_token(session, account_id(session, "rao") or 0, bench.clock(), 60 * US_PER_S)
    page = context.new_page()
    page.goto(f"{house.site.url}/login/once?token={token}")
    page.locator("main button").click()
    page.goto(f"{house.site.url}/cases")
    page.locator(f"#case-{case} a").click()
    page.locator("#act-confirm summary").click()
    page.locator("#act-confirm textarea").fill("Pictures and axles agree.")
    page.locator("#act-confirm button").click()
    expect(page.locator("#said")).to_contain_text("Overload confirmed")
    assert house.office.state(case) is State.REVIEWED


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 768)])
def test_nothing_serious_stands_between_a_reader_and_any_page(house: House, locale: str, scheme: str, width: int):
    office = house.office
    office.overload(loads_kg=LIGHT_KG)
    plain, major = office.new_case(), office.new_case(loads_kg=MAJOR_KG)
    barred = office.new_case(plate="京A10009", arrived=False)
    office.drive(plain, "record-exemption", "confirm", "pass-legal")
    pages = {
        "rao": ("/cases", f"/cases/{major}", f"/cases/{barred}", f"/cases/{major}/compare", "/vehicles", "/stations", "/exports"),
        "an": (f"/cases/{plain}", "/cases?view=all&plate=12345678901234567"),
        "tan": (f"/cases/{plain}", "/stations/G104-K12", "/vehicles?speed=x&lane=0"),
    }
    for name, paths in pages.items():
        page = house.enter(name, locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
        for path in paths:
            page.goto(house.site.url + path)
            page.keyboard.press("?")
            for summary in page.locator("summary").all():
                if summary.is_visible() and not page.locator("dialog[open]").count():
                    summary.click()
            assert grave(page) == [], path
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(wide) <= 0, f"{path} is wider than {width} px"
