"""Every page that the permissions' table lets a visitor open, in a real browser, as each role, in both languages, on a desk and on a phone.

Nothing serious stands between a reader and it, it is no wider than the screen, it says all it says in the reader's language, it has a title
and one heading of the first order, and neither it nor what it loads fails.
"""

import re
from collections.abc import Iterator
from gettext import NullTranslations

import pytest
from playwright.sync_api import Browser, Page, Request

from central.evidence.accounts import Role
from central.web.translation import language
from contract.units import US_PER_S
from tests.browsing import Errors, grave, running_chromium
from tests.central.every_page.furnished import NEVER_HEARD, PLATE, Furnished, furnished, with_exports
from tests.central.permissions.test_permissions import rows
from tests.central.permissions.world import OWN

pytestmark = pytest.mark.system("chromium")
VISITORS = ("nobody", *Role, "roleless")
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
DESK, PHONE = 1280, 390
NO_PAGE = re.compile(r"^/(api|health|metrics|media|log/checkpoints)|[.]\w+$|/(live|news|version|file)$")
"""Addresses under which programs, scripts and pictures are answered."""
CASES_OF = {
    Role.LEGAL: ("reviewed", "legally-reviewed", "objected"),
    Role.APPROVER: ("legally-reviewed", "major", "heard", "closed"),
    Role.AUDITOR: ("published",),
    Role.TECHNICIAN: ("barred",),
}
"""Cases that a role opens; who is not named opens all."""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SETTLES_MS = 3_000
"""For a chart to follow the width of the window."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    with furnished(tmp_path_factory.mktemp("furnished")) as place:
        yield place


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


class Untranslated(NullTranslations):
    """Stands behind a catalogue and notes what it did not hold."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: set[str] = set()

    def gettext(self, message: str) -> str:
        self.messages.add(message)
        return message


@pytest.fixture(scope="module")
def untranslated() -> Iterator[Untranslated]:
    catalogue, missing = language("zh").catalogue, Untranslated()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "_fallback", missing)
        yield missing


@pytest.fixture(scope="module")
def judged() -> set[tuple[str, int, str]]:
    """Give what axe has looked at: language, width and the page without its words' figures. What two roles see alike is judged once."""
    return set()


def addresses(place: Furnished, visitor: str) -> Iterator[str]:
    """Give every address of a page that the table lets a visitor open."""
    for row in rows():
        method, path = row.route.split(" ")
        if method == "GET" and row.expected[visitor] == "200" and row.whose in {"-", "own"} and not NO_PAGE.search(path):
            yield from filled(place, path, visitor)


def filled(place: Furnished, path: str, visitor: str) -> list[str]:
    """Put what there is into an address."""
    cases = [place.cases[name] for name in CASES_OF.get(visitor, place.cases)]  # type: ignore[call-overload]
    known: dict[str, list[object]] = {
        "number}/compare": cases[:1],
        "number}/evidence": cases[:1],
        "case_id": [place.cases[name] for name in ("screened", "notified")],
        "number": [place.decision] if path.startswith("/public") else cases,
        "station}/{seq": [f"{OWN}/{seq}" for seq in ((1,) if "evidence" in path else (1, 5, 6))],
        "station": [OWN, NEVER_HEARD] if visitor == Role.ADMINISTRATOR and "public" not in path else [OWN],
        "identity": [place.account],
        "endpoint": [place.endpoint],
        "index": [place.leaf, place.leaf_of_act] if visitor == Role.ADMINISTRATOR else [place.leaf],
    }
    if "{" not in path:
        return [f"{path}?token=x" if path == "/login/once" else path]
    name = next(name for name in known if f"{{{name}" in path)
    part = f"{{{name.split('}/')[0] if name.startswith('number}') else name}}}"
    return [path.replace(part, str(value)) for value in known[name]]


def entered(browser: Browser, place: Furnished, visitor: str, code: str, errors: Errors) -> Page:
    """Open a window, a minute after the one before, where somebody of that kind is logged in: public pages answer so many a minute."""
    place.world.offices[OWN].bench.clock.now_us += 60 * US_PER_S
    context = browser.new_context(locale=LOCALES[code], viewport={"width": DESK, "height": 900})
    page = context.new_page()
    errors.listen(page)
    page.on("requestfailed", lambda request: errors.extend(unless_left(request)))
    page.on("response", lambda answer: errors.append(f"{answer.url}: {answer.status}") if answer.status >= 400 else None)
    if visitor != "nobody":
        somebody = place.world.visitor(visitor)
        if visitor != "roleless":
            with_exports(place.world, somebody)
        name, value = somebody.headers["Cookie"].split("=", 1)
        context.add_cookies([{"name": name, "value": value, "url": url_of(place)}])
    return page


def unless_left(request: Request) -> list[str]:
    """Say that a request failed; what a page asked for as it was left did not."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"{request.url}: {request.failure}"]


def url_of(place: Furnished) -> str:
    return str(place.world.client.base_url).rstrip("/")


def looked_at(page: Page, code: str, judged: set[tuple[str, int, str]]) -> Iterator[str]:
    """Give what is wrong with the page that is open."""
    if not page.title().partition("·")[0].strip():
        yield "has no title"
    if page.locator("h1").count() != 1:
        yield f"has {page.locator('h1').count()} headings of the first order"
    text = page.locator("body").inner_text()
    if left := re.search(r"%\(\w+\)|[{]{2}|\bNone\b|undefined|NaN", text):
        yield f"shows {left[0]}"
    plain = re.sub(r"[0-9a-f]{8,}|\d+|value=\"[^\"]*\"", "", page.locator("body").inner_html())
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        waited_ms = 0
        while page.evaluate(WIDER) > 0 and waited_ms < SETTLES_MS:
            page.wait_for_timeout(50)
            waited_ms += 50
        if (wider := page.evaluate(WIDER)) > 0:
            yield f"is {wider} px wider than {width} px"
        if (code, width, plain) not in judged:
            judged.add((code, width, plain))
            yield from (f"at {width} px: {finding}" for finding in grave(page))


@pytest.mark.parametrize("code", LOCALES)
@pytest.mark.parametrize("visitor", VISITORS)
def test_every_page_is_fit_to_be_read(
    chromium: Browser, place: Furnished, untranslated: Untranslated, judged: set[tuple[str, int, str]], visitor: str, code: str
):
    errors, wrong = Errors(), []
    page = entered(chromium, place, visitor, code, errors)
    for address in dict.fromkeys(addresses(place, visitor)):
        answer = page.goto(url_of(place) + address)
        assert answer is not None
        wrong += [f"{address}: answered {answer.status}"] if answer.status != 200 else []
        wrong += [f"{address} {finding}" for finding in looked_at(page, code, judged)]
        wrong += [f"{address}: {error}" for error in errors]
        errors.clear()
    page.context.close()
    assert not wrong, "\n".join(wrong)
    assert untranslated.messages == set()


@pytest.mark.parametrize("code", LOCALES)
def test_the_partys_own_case_is_fit_to_be_read(chromium: Browser, place: Furnished, judged: set[tuple[str, int, str]], code: str):
    errors = Errors()
    page = entered(chromium, place, "nobody", code, errors)
    page.goto(f"{url_of(place)}/public/query")
    page.locator("input[name=notice]").fill(place.notice)
    page.locator("input[name=plate]").fill(PLATE)
    page.locator("button.main").click()
    page.wait_for_url("**/public/case")
    assert list(looked_at(page, code, judged)) == []
    page.context.close()
    assert errors == []


@pytest.mark.parametrize("code", LOCALES)
@pytest.mark.parametrize(("visitor", "path", "status"), [("roleless", "/cases", 403), ("reviewer", "/vehicles/nowhere/1", 404)])
def test_a_page_that_cannot_be_given_says_so_in_the_readers_language(
    chromium: Browser, place: Furnished, judged: set[tuple[str, int, str]], visitor: str, path: str, status: int, code: str
):
    page = entered(chromium, place, visitor, code, Errors())
    answer = page.goto(url_of(place) + path)
    assert answer is not None
    assert answer.status == status
    assert list(looked_at(page, code, judged)) == []
    page.context.close()
