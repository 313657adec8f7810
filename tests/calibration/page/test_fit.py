"""The fit step: what the fit leaves of each run is drawn and listed, in both languages, and no longer once a run was taken back."""

import json

import numpy as np
import pytest

from calibration.review.plots import PLOTS
from calibration.sessions import actions
from tests.calibration.page.conftest import Browser
from tests.calibration.page.line import TECHNICIAN
from tests.calibration.sessions.material import CERTIFICATE, FIVE, OPENED, TWO, seen, truck

TRUCKS = {"A": (TWO, (4.8,)), "B": (FIVE, (3.6, 5.6, 1.3, 1.3))}
SPEEDS = (30.0, 50.0, 75.0)
OFF = 8


@pytest.fixture
def fitted(site):
    """Give a site whose session was fitted to twelve runs, the eighth 6 % off."""
    store, rng, lane = site.store, np.random.default_rng(4), site.page.desk.lane(1)
    store.open("s1", OPENED, TECHNICIAN)
    for decide in (actions.state_weighbridge(CERTIFICATE), *(actions.enter_truck(truck(name, kg)) for name, (kg, _) in TRUCKS.items())):
        store.act("s1", TECHNICIAN, decide)
    for number in range(1, 13):
        name = "AB"[number % 2]
        axle_kg, spacings_m = TRUCKS[name]
        off = 1.06 if number == OFF else 1.0
        nominal = {sensor.name: tuple(off * kg / 2 * rng.normal(1.0, 0.005) for kg in axle_kg) for sensor in lane.weighing_sensors}
        one = seen(10 + number, axle_kg, spacings_m, nominal_kg=nominal, speed_kmh=SPEEDS[number % 3], pavement_c=15.0 + number)
        store.act("s1", TECHNICIAN, actions.see_pass(one, 4_000.0, captured=True))
        store.act("s1", TECHNICIAN, actions.accept(one.id, name, "centre"))
    site.page.desk.fit("s1", TECHNICIAN)
    return site


@pytest.mark.parametrize(
    ("language", "heading", "mark"), [("en", "What the fit leaves of each run", "look at it"), ("zh", "拟合后", "需核查")]
)
def test_every_run_is_listed_with_its_influence_and_what_a_fit_without_it_says(fitted, language, heading, mark):
    browser = Browser(fitted.page, language)
    browser.log_in()
    text = browser.get("/sessions/s1/fit").text
    assert heading in text
    assert text.count('<th scope="row">') == len(fitted.page.desk.lane(1).weighing_sensors) + 12
    marked = [part for part in text.split('<th scope="row">')[1:] if mark in part.split("</tr>")[0]]
    assert [part.split(" ")[0] for part in marked] == [str(OFF)]
    for name in PLOTS:
        assert f"fit/chart?of={name}" in text


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PLOTS)
def test_every_chart_holds_the_runs(fitted, name, theme):
    browser = Browser(fitted.page, "zh")
    browser.log_in()
    document = json.dumps(browser.get(f"/sessions/s1/fit/chart?of={name}&theme={theme}").json(), ensure_ascii=False)
    assert ("库克距离" if name == "influence" else "残差") in document
    values = fitted.page.reviews.of(fitted.store.session("s1"), fitted.page.desk.lane(1)).residuals.values
    assert values.shape == (12, 4)
    assert np.nanmax(np.abs(values)) == np.abs(values[OFF - 1]).max() > 0.04


def test_the_review_follows_the_fit(fitted):
    browser = Browser(fitted.page)
    browser.log_in()
    assert browser.get("/sessions/s1/fit/chart?of=other").status_code == 404
    one = fitted.store.session("s1").runs[OFF - 1].seen.id
    fitted.store.act("s1", TECHNICIAN, actions.reopen(one, "lane changed"))
    assert browser.get("/sessions/s1/fit/chart?of=row").status_code == 404
    assert "What the fit leaves" not in browser.get("/sessions/s1/fit").text
    fitted.page.desk.fit("s1", TECHNICIAN)
    assert browser.get("/sessions/s1/fit/chart?of=row").status_code == 200
    assert "look at it" not in browser.get("/sessions/s1/fit").text
