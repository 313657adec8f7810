"""A whole session through the page, in a real browser on a phone's screen, against simulators, edge and ledger as real processes."""

import json
import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tests.calibration.page.line import APPROVER, OTHER, PASSWORD, TECHNICIAN, StationLine

pytestmark = [pytest.mark.timeout(280), pytest.mark.xdist_group("line"), pytest.mark.system("chromium")]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
PICTURES = os.environ.get("WIM_PICTURES")
"""Folder to leave pictures in, for a person to look at; none are taken without it."""


@pytest.fixture
def line(tmp_path):
    line = StationLine(tmp_path).prepare()
    yield line
    line.stop()


@pytest.fixture
def chromium():
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Visitor:
    """One person with a browser of their own; everything that the browser complains of is kept."""

    def __init__(self, chromium, line, name, viewport, locale="en-GB"):
        self.line, self.expect, self.axe, self.complaints = line, expect, Axe(), []
        self.page = chromium.new_context(locale=locale, viewport=viewport).new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type in {"error", "warning"} else None)
        self.page.on(
            "response", lambda answer: self.complaints.append(f"{answer.status} {answer.url}") if answer.status in {404, 500} else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(line.url)
        self.page.get_by_label(re.compile("^(Name|姓名)")).fill(name)
        self.page.get_by_label(re.compile("^(Password|密码)")).fill(PASSWORD)
        self.page.locator("button.main").click()

    def go(self, path):
        self.page.goto(f"{self.line.url}{path}")

    def press(self, name):
        self.page.get_by_role("button", name=name).first.click()

    def sees(self, text):
        self.expect(self.page.locator("main")).to_contain_text(text, timeout=20_000)

    def look(self, name):
        """Find nothing grave with axe, and leave pictures at a phone's and a desk's width."""
        violations = self.axe.run(self.page).response["violations"]
        grave = [f"{name}: {each['id']}: {each['nodes'][0]['html']}" for each in violations if each["impact"] in {"serious", "critical"}]
        assert grave == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), f"{name} is wider than the screen"
        if PICTURES:
            shown = self.page.viewport_size
            for suffix, size in (("phone", PHONE), ("desk", DESK)):
                self.page.set_viewport_size(size)
                self.page.wait_for_timeout(400)
                self.page.screenshot(path=str(Path(PICTURES) / f"{name}-{suffix}.png"), full_page=True)
            self.page.set_viewport_size(shown)


def accept(technician, number):
    """Accept the oldest pass that waits as the next run, as soon as one does."""
    buttons = technician.page.get_by_role("button", name=f"Accept as run {number}", exact=True)
    technician.expect(buttons.last).to_be_visible(timeout=40_000)
    buttons.last.click()
    technician.expect(buttons).to_have_count(0, timeout=20_000)


def test_a_whole_session_from_trucks_to_a_certificate_in_force(line, chromium):
    line.start_page()
    line.start_trucks()
    technician = Visitor(chromium, line, TECHNICIAN, PHONE)
    technician.sees("No session yet")
    technician.look("sessions")
    technician.press("Open the session")

    # Trucks: the static scale's certificate, then two trucks; a unit that is wrong is refused and what was typed stays.
    technician.sees("No truck yet")
    for label, value in (
        ("Certificate number", "WB-2026-017"),
        ("Institute", "Provincial metrology institute"),
        ("Last day on which it holds", "2099-01-31"),
        ("Scale interval d, kg", "20"),
        ("Capacity, kg", "80000"),
        ("Expanded uncertainty U", "24"),
    ):
        technician.page.get_by_label(label).fill(value)
    technician.press("Keep this certificate")
    technician.sees("holds until 2099-01-31")
    loads = line.static_kg
    technician.page.get_by_label("Name of the truck").first.fill("B")
    technician.page.get_by_label("Static load of each axle").fill(" ".join(str(kg / 1000) for kg in loads["B"]))
    technician.press("Enter the truck")
    technician.sees("A weight is off by a factor or a unit.")
    technician.look("refused")
    assert technician.page.get_by_label("Name of the truck").first.input_value() == "B"
    for name in ("B", "C"):
        technician.page.get_by_label("Name of the truck").first.fill(name)
        technician.page.get_by_label("Static load of each axle").fill(" ".join(map(str, loads[name])))
        technician.press("Enter the truck")
        technician.sees(f"Truck {name}")
    technician.look("trucks")

    technician.page.get_by_role("link", name="On to the plan").click()
    technician.page.get_by_label("Runs of each truck at each speed").fill("2")
    technician.press("Plan the runs")
    technician.sees("0 of 12 runs driven")
    session = technician.page.url.split("/")[-2]

    # A second technician may look, and is told who is at work.
    other = Visitor(chromium, line, OTHER, DESK)
    other.go(f"/sessions/{session}/plan")
    other.sees(f"{TECHNICIAN} is working in this session")
    other.press("Plan the runs")
    other.sees("Somebody else is working in this session.")

    # The road: passes arrive live, the page is killed and comes back, nothing is lost.
    line.start_edge()
    technician.expect(technician.page.get_by_role("article").first).to_be_visible(timeout=40_000)
    technician.look("waiting")
    accept(technician, 1)
    line.kill("page")
    line.start_page()
    technician.page.reload()
    technician.sees("1 of 12 runs driven")
    signals = Visitor(chromium, line, OTHER, PHONE)
    signals.go("/signals")
    signals.expect(signals.page.locator("#scope[data-ready] canvas").first).to_be_visible(timeout=20_000)
    signals.expect(signals.page.locator("tr[data-channel='R0L'] [data-noise]")).not_to_have_text("–", timeout=20_000)
    signals.look("signals")
    page = technician.page
    for number in range(2, 13):
        accept(technician, number)
        if number == 3:
            # The screen is locked, or the tablet out of reach: what passes meanwhile is there when it is back.
            page.context.set_offline(True)
            technician.expect(page.locator("#broken")).to_be_visible(timeout=20_000)
            page.context.set_offline(False)
            technician.expect(page.locator("#broken")).to_be_hidden(timeout=20_000)
        if number == 7:
            technician.look("runs")
    technician.sees("All 12 planned runs are driven")
    technician.sees("Other vehicles")
    technician.look("driven")

    # Fit, acceptance, proposal.
    page.get_by_role("link", name="On to the fit").click()
    technician.press("Fit")
    technician.sees("Fitted to 12 runs")
    technician.expect(page.locator("[data-chart*=influence][data-ready] canvas").first).to_be_visible(timeout=20_000)
    technician.look("fit")
    page.get_by_role("link", name="On to acceptance").click()
    technician.press("Weigh again and judge")
    technician.sees("class of the loads: A(5)")
    technician.look("acceptance")
    page.get_by_role("link", name="On to the certificate").click()
    page.get_by_label("Reason, for whoever").fill("Yearly calibration")
    page.get_by_label("Your password").fill("not the password")
    technician.press("Sign and propose")
    technician.sees("The password is wrong")
    page.get_by_label("Your password").fill(PASSWORD)
    technician.press("Sign and propose")
    technician.sees("waits for approval by a second person")
    technician.look("proposed")
    technician.go("/certificates")
    technician.sees("Waits for approval")
    assert page.get_by_role("button", name="Sign and put into force").count() == 0

    # A second person approves; the edge takes it without a restart, and the next record quotes it.
    approver = Visitor(chromium, line, APPROVER, DESK)
    approver.go("/certificates")
    approver.look("approval")
    approver.page.get_by_label("Your password").first.fill(PASSWORD)
    approver.press("Sign and put into force")
    approver.sees("certificate no. 1")
    line.end("road")
    line.start_traffic(3)
    seen = len(line.passes())
    quoted = line.wait(lambda: [one for one in line.passes()[seen:] if one["certificate"] == 1], "a vehicle weighed by the certificate", 60)
    approver.go("/certificates")
    approver.sees("the station weighs by it")
    approver.look("certificates")
    approver.go("/health")
    approver.sees("certificate no. 1")
    approver.look("health")
    chinese = Visitor(chromium, line, TECHNICIAN, PHONE, locale="zh-CN")
    chinese.expect(chinese.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    chinese.go(f"/sessions/{session}/runs")
    chinese.look("runs-zh")
    chinese.go(f"/sessions/{session}/fit")
    chinese.expect(chinese.page.locator("[data-chart*=influence][data-ready] canvas").first).to_be_visible(timeout=20_000)
    chinese.look("fit-zh")

    line.end("page")
    line.end("edge")
    record = json.loads(next(text for text in line.records() if f'"seq":{quoted[0]["seq"]},' in text))
    assert record["certificate"]["number"] == 1
    assert record["calibration"]["id"] == quoted[0]["calibration"]["id"]
    for visitor in (technician, other, signals, approver, chinese):
        assert [text for text in visitor.complaints if "422" not in text and "Failed to fetch" not in text and "ERR_" not in text] == []
