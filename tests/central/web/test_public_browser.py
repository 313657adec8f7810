"""The public pages in a real browser: from a notice to an objection, by keyboard, without scripts, in both languages and at every width."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.evidence.log.checkpoints import log_key, make_checkpoint
from central.web.documents.issuing import issue
from central.web.documents.kinds import Kind
from central.web.pages import make_pages
from tests.central.review.office import REVIEWER, Office, actor
from tests.central.web.prepared_cases import notified_case, published_case
from tests.central.web.serving import Site
from tests.central.web.test_browser import Errors, chromium, grave, opened

__all__ = ["chromium"]
pytestmark = pytest.mark.system("chromium")
NUMBER, PLATE = "G104-K12/2026/00001", "湘A12345"
PATHS = (
    "",
    "/stations",
    "/stations/G104-K12",
    "/decisions",
    "/decisions/G104-K12/2026/00002",
    "/query",
    "/checkpoints",
    "/stations/nowhere",
)
WIDTHS = (390, 820, 1440)


@pytest.fixture
def public(site: Site) -> Site:
    office = Office(site.bench)
    office.publish()
    first = notified_case(office)
    issue(site.bench.central, make_pages(CHINA_STANDARD_TIME), first, (Kind.NOTICE, "zh"), actor(REVIEWER))
    before_us = site.bench.clock.now_us
    published_case(office, "湘B67890")
    site.bench.clock.now_us = before_us + 2_000_000
    with site.bench.central.database.write() as session:
        make_checkpoint(session, log_key(site.bench.central.settings.key_folder, None), site.bench.clock())
    return site


@pytest.fixture(params=[("en-GB", "light"), ("zh-CN", "light"), ("en-GB", "dark")], ids="-".join)
def context(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    locale, scheme = request.param
    context = chromium.new_context(locale=locale, color_scheme=scheme, java_script_enabled=True)
    yield context
    context.close()


def look(page: Page, what: str) -> None:
    """Hold a page to what every reader needs: nothing serious found by axe, nothing wider than the screen."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{what} at {width}"
    assert grave(page) == [], what


def test_nothing_serious_stands_between_the_public_and_its_pages(context: BrowserContext, public: Site):
    page = context.new_page()
    for path in PATHS:
        public.bench.clock.now_us += 10_000_000
        page.goto(f"{public.url}/public{path}")
        look(page, path)
    page.goto(f"{public.url}/public/query")
    page.locator("input[name=notice]").fill("none")
    page.locator("input[name=plate]").fill("x")
    page.locator("button.main").click()
    look(page, "wrong pair")
    page.locator("input[name=notice]").fill(NUMBER)
    page.locator("input[name=plate]").fill(PLATE)
    page.locator("button.main").click()
    page.wait_for_url("**/public/case")
    look(page, "own case")
    page.locator("textarea").fill("x")
    page.locator("input[name=contact]").fill("13900000000")
    page.locator("form.form button.main").click()
    expect(page.locator("#refused")).to_be_visible()
    look(page, "refused objection")


def test_from_the_notices_code_to_an_objection_by_keyboard_alone_and_without_scripts(chromium: Browser, public: Site):
    context = chromium.new_context(locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{public.url}/public/query?notice={NUMBER}")
    expect(page.get_by_label("Number of the notice")).to_have_value(NUMBER)
    page.get_by_label("Number of the notice").focus()
    page.keyboard.press("Tab")
    page.keyboard.type(PLATE)
    page.keyboard.press("Enter")
    page.wait_for_url("**/public/case")
    expect(page.locator("h1")).to_contain_text("6.2 t over")
    with page.expect_download() as download:
        page.get_by_role("link", name="Notice (中文 + English").click()
    assert download.value.suggested_filename == "case-1-notice.zh-en.pdf"
    page.get_by_label("What you state").focus()
    page.keyboard.type("I was weighed again: 41 t.")
    page.keyboard.press("Tab")
    page.keyboard.type("13900000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(f"{NUMBER}-")
    page.get_by_role("button", name="Close my case").click()
    page.goto(f"{public.url}/public/case")
    expect(page.get_by_role("alert")).to_contain_text("half an hour")
    context.close()


def test_an_officer_issues_and_opens_a_document(chromium: Browser, public: Site):
    context = chromium.new_context(locale="en-GB")
    errors = Errors()
    page = opened(context, public, errors)
    page.goto(f"{public.url}/cases/1/documents")
    look(page, "documents")
    row = page.get_by_role("row", name="Evidence sheet 中文")
    row.get_by_role("button").click()
    expect(row.get_by_role("link", name="Open the PDF")).to_be_visible()
    answer = page.request.get(f"{public.url}/cases/1/documents/sheet.zh.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")
    sheet = page.request.get(f"{public.url}/vehicles/G104-K12/1/sheet.en.pdf")
    assert sheet.body().startswith(b"%PDF")
    context.close()
    assert errors == []
