"""The analysis page: who may see it, what the address chooses, its tables as files, and the page in a real browser."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import select, update

from central.analysis.carriers import replace_carriers
from central.evidence.accounts import Role
from central.evidence.journal import SERVICE
from central.evidence.models import AccountGrant, Act
from central.web.analysis.bars import BARS_MAX
from tests.central.bench import Bench
from tests.central.web.passages import passage
from tests.central.web.serving import Site
from tests.signing_station import SigningStation

LIGHT_KG = (5_000, 6_000, 6_000, 6_000, 6_000)
CHARTS = {"stations", "hours", "configurations", "degrees", "matching", "compliance", "damage", "damage-stations"}


def fill(bench: Bench, overloads: int = 3) -> None:
    station = bench.station
    for number in range(overloads):
        bench.send(station.sign(passage(station, plate="湘A12345", plate_certainty_ppm=990_000, time_us=bench.clock() - number * 10**9)))
    bench.send(station.sign(passage(station, loads_kg=LIGHT_KG, plate=None, plate_certainty_ppm=0)))


def table(site: Site, name: str, query: str = "") -> list[list[str]]:
    answer = site.get(f"/analysis/{name}.csv{query}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_page_says_first_what_it_amounts_to(officer: Site):
    assert "No passage in this selection." in officer.page("/analysis")
    fill(officer.bench)
    page = officer.page("/analysis").replace("\u00a0", " ")
    assert "3 of 4 assessed vehicles were overloaded (75.00 %), together by 19 t; 3 can be enforced." in page
    assert "Most overloads were weighed at G104-K12: 3 (100 % of all)." in page
    assert "1 passage (25.0 %) has no plate" in page
    assert "3 overloads are too few to tell the hours apart; 20 are needed." in page
    assert "4辆可判定车辆中3辆超限" in officer.page("/analysis", "zh")


def test_the_address_narrows_and_a_damaged_one_says_what_is_allowed(officer: Site):
    fill(officer.bench)
    assert "3 of 4 assessed" in officer.page("/analysis?station=G104-K12&from=2026-09&until=2026-09&step=day&shift=4")
    assert "No passage in this selection." in officer.page("/analysis?from=2026-01&until=2026-02")
    for query, what in {
        "station=nowhere": "Choose a station of the list.",
        "group=none": "Choose a station group of the list.",
        "from=2026-13": "Choose a month of the list, not after the last one.",
        "from=2026-05&until=2026-04": "not after the last one",
        "until=x": "Choose a month of the list.",
        "step=year": "Choose days, weeks or months.",
        "shift=5": "Choose a length of the list.",
    }.items():
        answer = officer.get(f"/analysis?{query}")
        assert answer.status_code == 400, query
        assert what in answer.text, query


def test_each_table_is_a_file_that_a_spreadsheet_reads(officer: Site):
    fill(officer.bench)
    rows = table(officer, "stations")
    assert rows[0][0] == "Station"
    assert rows[1] == ["G104-K12", "4", "4", "0", "3", "3", "75.0000", "18.600"]
    assert len(table(officer, "hours")) == 1 + 168
    assert table(officer, "compliance", "?step=month")[1][0] == "2026-09"
    assert officer.get("/analysis/none.csv").status_code == 404
    with officer.bench.central.database.read() as session:
        acts = session.execute(select(Act.verb, Act.subject).order_by(Act.id)).all()
    assert ("exported", "analysis/stations") in [tuple(act) for act in acts]


def test_a_carriers_name_is_no_formula(officer: Site):
    fill(officer.bench)
    with officer.bench.central.database.write() as session:
        replace_carriers(session, SERVICE, {"湘A12345": "=cmd|'/c calc'!A1"}, officer.bench.clock())
    assert table(officer, "carriers")[1][0].startswith("'=")


def test_the_charts_are_those_of_the_tables_that_have_something(officer: Site):
    assert officer.get("/analysis/charts.json").json() == {}
    fill(officer.bench)
    answer = officer.get("/analysis/charts.json?theme=dark")
    assert set(answer.json()) == CHARTS
    assert "湘" not in json.dumps(answer.json(), ensure_ascii=False)


def test_a_chart_holds_the_figures_of_its_own_reader_only(officer: Site):
    other = SigningStation(id="G999-K1")
    officer.bench.enrol(other)
    fill(officer.bench)
    officer.bench.send(other.sign(passage(other, plate="湘A54321", plate_certainty_ppm=990_000)), topic=other.topic)
    assert "G999-K1" in officer.get("/analysis/charts.json").text
    narrow = officer.get("/analysis/charts.json?station=G104-K12")
    assert "G999-K1" not in narrow.text
    assert figures_of(narrow.json()["stations"])["v5"] == [3]


def figures_of(item: dict[str, Any]) -> dict[str, list[Any]]:
    """Give the columns of a chart's source."""
    (data,) = (found for found in inside(item) if found.get("type") == "map" and found.get("entries"))
    return dict(data["entries"])


def inside(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inside(inner)


def test_a_row_of_many_bars_shows_the_longest_and_says_so(officer: Site):
    for number in range(BARS_MAX + 2):
        station = SigningStation(id=f"S{number:02d}")
        officer.bench.enrol(station)
        read = {"plate": None, "plate_certainty_ppm": 0} if number > 1 else {"plate": "湘A54321", "plate_certainty_ppm": 990_000}
        officer.bench.send(station.sign(passage(station, loads_kg=LIGHT_KG, **read)), topic=station.topic)
    columns = figures_of(officer.get("/analysis/charts.json").json()["matching"])
    assert columns["name"] == [f"S{number:02d}" for number in range(2, BARS_MAX + 2)]
    assert f"Drawn are the {BARS_MAX} with most; the table has all {BARS_MAX + 2}." in officer.page("/analysis")


@pytest.mark.parametrize("role", list(Role))
def test_who_may_see_the_analysis_and_who_sees_whole_plates(officer: Site, role: Role):
    fill(officer.bench)
    with officer.bench.central.database.write() as session:
        session.execute(update(AccountGrant).values(role=role.value))
    answer = officer.get("/analysis")
    assert answer.status_code == (403 if role is Role.TECHNICIAN else 200)
    assert ("/analysis" in officer.page("/vehicles")) == (role is not Role.TECHNICIAN)
    assert ("湘A12345" in answer.text) == (role in {Role.REVIEWER, Role.LEGAL, Role.APPROVER})
    assert officer.get("/analysis/plates.csv").status_code == answer.status_code
    assert officer.get("/analysis/charts.json").status_code == answer.status_code


def test_nobody_reads_it_without_a_login(site: Site):
    for path in ("/analysis", "/analysis/charts.json", "/analysis/stations.csv"):
        answer = site.get(path)
        assert (answer.status_code, answer.headers["location"][:7]) == (303, "/login?")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.mark.system("chromium")
@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("zh-CN", "dark")])
def test_the_charts_are_drawn_and_nothing_serious_stands_before_a_reader(chromium: Browser, site: Site, locale: str, scheme: str):
    fill(site.bench, overloads=25)
    context = chromium.new_context(locale=locale, color_scheme=scheme)  # type: ignore[arg-type]
    page, errors = context.new_page(), []
    page.on("console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{site.url}/login/once?token={site.link_token()}")
    page.locator("main form button").first.click()
    expect(page.locator("h1")).to_be_visible()
    page.goto(f"{site.url}/analysis")
    expect(page.locator("#analysis[data-ready] canvas").first).to_be_visible()
    for summary in page.locator("#analysis summary").all():
        summary.click()
    serious = [each for each in Axe().run(page).response["violations"] if each["impact"] in {"serious", "critical"}]
    assert serious == []
    page.get_by_role("link", name="CSV").first.focus()
    context.close()
    assert errors == []
