"""The pages in a real browser: logging in by link, the live list, the waveform, both languages, accessibility."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browsing import Errors, grave, running_chromium
from tests.central.web.passages import store_passage
from tests.central.web.serving import Site

pytestmark = pytest.mark.system("chromium")
VEHICLE = "/vehicles/G104-K12/1"
MARKED = """() => {
    const crossings = Bokeh.documents[0].get_model_by_name("crossings");
    return crossings.selected.indices.map((index) => crossings.data.axle[index]);
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def errors() -> Errors:
    return Errors()


def opened(context: BrowserContext, site: Site, errors: Errors) -> Page:
    """Log in by a one-time link, as a person would."""
    page = context.new_page()
    errors.listen(page)
    page.goto(f"{site.url}/login/once?token={site.link_token()}")
    page.get_by_role("button", name="Log in now").or_(page.get_by_role("button", name="立即登录")).click()
    expect(page.locator("h1")).to_be_visible()
    return page


@pytest.fixture
def page(chromium: Browser, site: Site, errors: Errors) -> Iterator[Page]:
    context = chromium.new_context(locale="en-GB", viewport={"width": 1440, "height": 900})
    yield opened(context, site, errors)
    context.close()
    assert errors == []


def test_a_row_appears_without_reload_and_never_under_the_pointer(page: Page, site: Site):
    expect(page.get_by_text("No vehicle yet.")).to_be_visible()
    page.evaluate("window.stays = true")
    store_passage(site.bench)
    expect(page.locator("#v-G104-K12-1")).to_contain_text("Overload")
    expect(page.get_by_text("No vehicle yet.")).to_be_hidden()

    page.locator("#v-G104-K12-1").hover()
    store_passage(site.bench)
    news = page.get_by_role("button", name="1 new")
    expect(news).to_be_visible()
    expect(page.locator("#rows tr")).to_have_count(1)
    page.mouse.move(0, 0)
    expect(page.locator("#rows tr")).to_have_count(2)
    expect(news).to_be_hidden()
    assert page.locator("#rows tr").first.get_attribute("id") == "v-G104-K12-2"
    assert page.evaluate("window.stays") is True


def test_a_supplement_renews_its_row_in_place(page: Page, site: Site):
    store_passage(site.bench)
    link = site.bench.station.last
    row = page.locator("#v-G104-K12-1")
    expect(row).to_be_visible()
    row.evaluate("row => row.classList.add('old')")
    site.bench.send(site.bench.station.sign(site.bench.station.supplement(link)))
    expect(row).not_to_have_class("old")
    expect(page.locator("#rows tr")).to_have_count(1)


def test_the_waveform_and_the_axles_point_at_each_other(page: Page, site: Site):
    store_passage(site.bench)
    page.goto(site.url + VEHICLE)
    expect(page.locator("#waveform[data-ready] canvas").first).to_be_visible()
    expect(page.locator("#overview")).to_be_hidden()
    assert page.evaluate(MARKED) == []
    page.locator(".d-axle[data-axle='2']").hover()
    assert page.evaluate(MARKED) == [2, 2]
    expect(page.locator(".d-axle[data-axle='2']")).to_have_class("d-axle chosen")
    page.get_by_text("As a table").click()
    page.locator(".axle-mark[data-axle='4']").focus()
    assert page.evaluate(MARKED) == [4, 4]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("locale", "word"), [("en-GB", "Vehicles"), ("zh-CN", "称重记录")])
def test_nothing_serious_stands_between_a_reader_and_the_page(chromium: Browser, site: Site, scheme: str, locale: str, word: str):
    errors = Errors()
    store_passage(site.bench)
    context = chromium.new_context(locale=locale, color_scheme=scheme)  # type: ignore[arg-type]
    page = opened(context, site, errors)
    expect(page.locator("h1")).to_have_text(word)
    for path in ("/vehicles", VEHICLE, "/stations", "/quarantine", "/vehicles/nowhere/1"):
        page.goto(site.url + path)
        if path == VEHICLE:
            expect(page.locator("#waveform[data-ready] canvas").first).to_be_visible()
            for summary in page.locator("summary").all():
                summary.click()
        assert grave(page) == [], path
    page.get_by_role("button", name="Log out").or_(page.get_by_role("button", name="退出登录")).click()
    page.wait_for_url("**/login*")
    assert grave(page) == []
    context.close()
    assert [error for error in errors if "404" not in error] == []


def test_the_language_switch(page: Page):
    page.get_by_role("button", name="中文").click()
    expect(page.locator("h1")).to_have_text("称重记录")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Vehicles")


def test_without_javascript_everything_still_reads_and_submits(chromium: Browser, site: Site, errors: Errors):
    store_passage(site.bench)
    context = chromium.new_context(locale="en-GB", java_script_enabled=False)
    page = opened(context, site, errors)
    page.get_by_label("Verdict").select_option("Overload")
    page.get_by_role("button", name="Filter").click()
    page.locator("#v-G104-K12-1 a").click()
    expect(page.locator("h1")).to_contain_text("49.2 ± 1.0 t measured")
    expect(page.locator("#overview")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    context.close()
    assert errors == []
