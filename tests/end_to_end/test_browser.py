"""A real browser on the running line: the login link logs in, vehicles appear by themselves, and one can be opened."""

import re

import pytest

from tests.end_to_end.conftest import ending

pytestmark = [pytest.mark.timeout(200), pytest.mark.xdist_group("line"), pytest.mark.system("chromium")]


def test_a_new_vehicle_appears_without_reload(demo, wait_for):
    playwright = pytest.importorskip("playwright.sync_api")
    with ending(demo.start("--site", "own", "--headless", "--data", "kept", "--vehicles", "60", "--speedup", "3")) as process:
        lines = []
        link = wait_for(lambda: lines.append(process.stdout.readline()) or re.search(r"http://\S+once\S*", lines[-1]), "the login link")
        with playwright.sync_playwright() as play:
            browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(link.group())
            page.get_by_role("main").get_by_role("button").first.click()
            rows = page.locator("[id^='v-demo-']")
            rows.first.wait_for(timeout=30_000)
            seen = rows.count()
            playwright.expect(rows).not_to_have_count(seen, timeout=30_000)
            assert rows.count() > seen
            rows.first.get_by_role("link").first.click()
            playwright.expect(page).to_have_url(re.compile(r"/vehicles/demo/\d+$"))
            playwright.expect(page.get_by_role("heading", level=1)).to_be_visible()
            browser.close()
