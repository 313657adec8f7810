"""The pages of accounts in a real browser: an administrator and the people whom he lets in, both languages, desktop and tablet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from central.analysis.carriers import register, replace_carriers
from central.config import Settings
from central.evidence.accounts import Role, account_id, add_account, make_login_link_token
from central.evidence.accounts.grants import OPERATOR
from central.evidence.accounts.groups import set_group
from central.evidence.journal import Verb
from central.evidence.models import Act
from contract.units import US_PER_S
from tests.browsing import Errors, grave, running_chromium
from tests.central.authenticator import code_at
from tests.central.bench import Bench
from tests.central.web.serving import Site, serving

pytestmark = pytest.mark.system("chromium")
PATHS = ("/accounts", "/accounts/1", "/accounts/groups", "/tokens", "/webhooks", "/carriers", "/account", "/account/second-factor")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def site(sqlite_bench: Bench) -> Iterator[Site]:
    """Give a central in which whoever decides needs a second factor, with one administrator and one station group."""
    central = sqlite_bench.central
    central.settings = Settings.model_validate({"data": central.settings.data, "login": {"second_factor_roles": ["approver"]}})
    with serving(sqlite_bench) as site:
        with central.database.write() as session:
            add_account(session, "root", Role.ADMINISTRATOR, None, sqlite_bench.clock(), person="Wang")
            set_group(session, OPERATOR, "north", frozenset({sqlite_bench.station.id}), sqlite_bench.clock())
        yield site


def context_of(chromium: Browser, errors: Errors, locale: str = "en-GB", width: int = 1440) -> BrowserContext:
    context = chromium.new_context(locale=locale, viewport={"width": width, "height": 1000})
    context.on("page", errors.listen)
    return context


def entered(context: BrowserContext, site: Site, name: str) -> Page:
    central = site.bench.central
    with central.database.write() as session:
        identity = account_id(session, name)
        assert identity is not None
        token = make_login_link_token(session, identity, site.bench.clock(), 60 * US_PER_S)
    page = context.new_page()
    page.goto(f"{site.url}/login/once?token={token}")
    page.locator("button.main").click()
    return page


@pytest.mark.parametrize("width", [1440, 820])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_nothing_serious_stands_on_any_page_and_none_is_wider_than_the_screen(chromium: Browser, site: Site, locale: str, width: int):
    errors = Errors()
    context = context_of(chromium, errors, locale, width)
    page = entered(context, site, "root")
    for path in PATHS:
        page.goto(site.url + path)
        assert grave(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    context.close()
    assert errors == []


def test_an_account_from_the_administrators_form_to_its_owners_second_factor(chromium: Browser, site: Site):
    errors = Errors()
    office, own = context_of(chromium, errors), context_of(chromium, errors)
    root = entered(office, site, "root")
    root.get_by_role("link", name="Accounts").click()
    root.get_by_label("Name to log in with").fill("zhao")
    root.get_by_label("Role").select_option("approver")
    root.get_by_label("Where").select_option("north")
    root.get_by_role("button", name="Add the account").click()
    expect(root.get_by_role("status")).to_contain_text("Give its owner a login link")
    expect(root.get_by_text("waits for a second administrator").first).to_be_visible()
    root.get_by_role("button", name="Make a one-time login link").click()
    link = root.locator(".secret code").first.inner_text()
    expect(root.get_by_role("button", name="Confirm")).to_have_count(0)

    zhao = own.new_page()
    zhao.goto(link)
    expect(zhao.get_by_role("status")).to_contain_text("waits for a second administrator")
    with site.bench.central.database.write() as session:
        add_account(session, "second", Role.ADMINISTRATOR, None, site.bench.clock(), person="Li")
    elsewhere = context_of(chromium, errors)
    second = entered(elsewhere, site, "second")
    second.goto(f"{site.url}/accounts")
    expect(second.locator("section.secret li")).to_have_count(2)
    assert grave(second) == []
    second.locator("section.secret a").first.click()
    second.locator("table").get_by_role("button", name="Confirm").click()
    expect(second.get_by_role("status")).to_contain_text("in force")
    second.get_by_role("button", name="Confirm").click()
    code = second.locator(".secret code").inner_text()
    assert grave(second) == []
    elsewhere.close()
    zhao.goto(link)
    zhao.get_by_label("Code of the second administrator").fill("AAAA-AAAA")
    zhao.get_by_role("button", name="Log in now").click()
    expect(zhao.get_by_role("alert")).to_contain_text("not the code")
    assert grave(zhao) == []
    zhao.get_by_label("Code of the second administrator").fill(code)
    zhao.get_by_role("button", name="Log in now").click()
    expect(zhao.locator("h1")).to_have_text("Set up a second factor")
    secret = zhao.locator("code.big").inner_text().replace(" ", "")
    zhao.get_by_label("six digits").fill("000000")
    zhao.locator("button.main").click()
    expect(zhao.get_by_role("alert")).to_contain_text("Check its clock")
    zhao.get_by_label("six digits").fill(code_at(secret, site.bench.clock() // US_PER_S))
    zhao.locator("button.main").click()
    expect(zhao.locator(".codes li")).to_have_count(10)
    zhao.get_by_role("link", name="I have written them down").click()
    expect(zhao.locator(".facts")).to_contain_text("Approver · north")
    expect(zhao.get_by_text("waits until you have set one up")).to_have_count(0)
    zhao.get_by_label("New password, 12").fill("a long enough password")
    zhao.get_by_label("New password again").fill("a long enough password")
    zhao.get_by_role("button", name="Change the password").click()
    expect(zhao.get_by_role("status")).to_contain_text("Your password is changed")
    zhao.get_by_role("button", name="Log out").click()

    site.bench.clock.now_us += 60 * US_PER_S
    zhao.get_by_label("Name").fill("zhao")
    zhao.get_by_label("Password").fill("a long enough password")
    zhao.locator("button.main").click()
    expect(zhao.locator("h1")).to_have_text("Second factor")
    zhao.get_by_label("Code").fill(code_at(secret, site.bench.clock() // US_PER_S))
    zhao.locator("button.main").click()
    expect(zhao.locator("#resets")).to_contain_text("asked by Wang, confirmed by Li")
    assert grave(zhao) == []
    zhao.get_by_role("button", name="I know of this").click()
    expect(zhao.locator("#resets")).to_have_count(0)
    expect(zhao.get_by_role("link", name="zhao")).to_be_visible()
    office.close()
    own.close()
    assert [error for error in errors if "400" not in error and "401" not in error] == []


@pytest.mark.parametrize(("locale", "width"), [("en-GB", 1280), ("zh-CN", 768), ("en-GB", 390)])
def test_a_list_of_carriers_is_compared_before_it_takes_the_registers_place(
    chromium: Browser, site: Site, locale: str, width: int, tmp_path: Path
):
    errors = Errors()
    context = context_of(chromium, errors, locale, width)
    page = entered(context, site, "root")
    with site.bench.central.database.write() as session:
        replace_carriers(session, OPERATOR, {"湘A00001": "长沙甲运输有限公司", "湘A00002": "乙", "湘A00003": "乙"}, site.bench.clock())

    def upload(text: str) -> None:
        page.goto(f"{site.url}/carriers")
        page.locator("input[type=file]").set_input_files({"name": "名单.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")})
        page.locator("main form button.main").click()

    def looked_at(name: str) -> None:
        assert grave(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=tmp_path / f"{name}-{locale}-{width}.png", full_page=True)

    upload("plate,carrier\n湘A00001\n,甲\n湘A00005,丙\n")
    expect(page.get_by_role("alert").locator("li")).to_have_count(2)
    expect(page.get_by_role("alert").locator("li").first).to_contain_text("2")
    looked_at("bad")
    upload("plate,carrier\n湘A00001,长沙甲运输有限公司\n湘A00002,丙\n湘A00004,丁\n")
    expect(page.locator("section.secret details")).to_have_count(3)
    looked_at("compared")
    page.locator("section.secret button.main").click()
    expect(page.get_by_role("status")).to_be_visible()
    looked_at("done")
    with site.bench.central.database.read() as session:
        assert register(session) == {"湘A00001": "长沙甲运输有限公司", "湘A00002": "丙", "湘A00004": "丁"}
        last = session.scalars(select(Act).where(Act.subject == "carriers").order_by(Act.id.desc())).first()
    assert last is not None
    assert last.person == "Wang"
    context.close()
    assert [error for error in errors if "400" not in error and "409" not in error] == []


def test_a_role_of_ones_own_waits_for_a_second_administrator(chromium: Browser, site: Site):
    errors = Errors()
    with site.bench.central.database.write() as session:
        other = add_account(session, "wang", None, None, site.bench.clock(), person="Wang")
        add_account(session, "second", Role.ADMINISTRATOR, None, site.bench.clock(), person="Li")
    office = context_of(chromium, errors)
    root = entered(office, site, "root")
    root.goto(f"{site.url}/accounts/{other}")
    expect(root.get_by_text("This account is of your own person.")).to_be_visible()
    root.get_by_label("Role").select_option("legal")
    root.get_by_role("button", name="Give the role").click()
    expect(root.get_by_role("status")).to_contain_text("another administrator must confirm it")
    expect(root.get_by_role("button", name="Confirm")).to_have_count(0)
    elsewhere = context_of(chromium, errors)
    second = entered(elsewhere, site, "second")
    second.goto(f"{site.url}/accounts/{other}")
    second.get_by_role("button", name="Confirm").click()
    expect(second.get_by_role("status")).to_contain_text("in force")
    office.close()
    elsewhere.close()
    assert errors == []


def test_a_token_and_a_webhooks_secret_are_shown_once(chromium: Browser, site: Site):
    errors = Errors()
    context = context_of(chromium, errors)
    page = entered(context, site, "root")
    page.goto(f"{site.url}/tokens")
    page.get_by_label("Program it is for").fill("credit platform")
    page.get_by_label("Read decisions").check()
    page.get_by_role("button", name="Make a token").click()
    token = page.locator(".secret code").inner_text()
    assert token.startswith("wim_")
    page.goto(f"{site.url}/tokens")
    assert token not in page.content()
    page.goto(f"{site.url}/webhooks")
    page.get_by_label("System it is for").fill("credit platform")
    page.get_by_label("Address").fill("https://10.0.0.1/hook")
    page.get_by_label("A case was decided").check()
    page.get_by_role("button", name="Add the webhook").click()
    expect(page.get_by_role("alert")).to_contain_text("private network")
    expect(page.get_by_label("System it is for")).to_have_value("credit platform")
    page.get_by_label("Address").fill("http://127.0.0.1:9/hook")
    page.get_by_role("button", name="Add the webhook").click()
    secret = page.locator(".secret code").inner_text()
    assert secret.startswith("whsec_")
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_role("region", name="Deliveries")).to_contain_text("A test, sent by hand")
    assert secret not in page.content()
    context.close()
    assert [error for error in errors if "400" not in error] == []


def test_what_is_done_to_an_account_is_in_the_journal_without_any_secret(site: Site):
    site.log_in()
    with site.bench.central.database.read() as session:
        acts = session.query(Act).all()
    assert Verb.ENTERED.value in {act.verb for act in acts}
    assert {act.subject.split("/")[0] for act in acts} >= {"account", "station-group"}
