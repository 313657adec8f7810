"""An axle read from a reference scale through the page: a simulated scale on a real serial line."""

import json
import subprocess
import sys
from contextlib import contextmanager

import pytest

from calibration.sessions import actions
from tests.calibration.page.conftest import Browser
from tests.calibration.page.line import TECHNICIAN
from tests.calibration.sessions.material import CERTIFICATE, OPENED


@contextmanager
def scale(link, *arguments):
    command = [sys.executable, "-m", "firmware_sims", "scale", "run", "toledo", "--serial", str(link), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        json.loads(process.stdout.readline())
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=10)


@pytest.fixture
def browser(site):
    site.store.open("s1", OPENED, TECHNICIAN)
    site.store.act("s1", TECHNICIAN, actions.state_weighbridge(CERTIFICATE))
    browser = Browser(site.page)
    browser.log_in()
    return browser


def test_axles_are_read_one_by_one_and_make_a_truck(site, browser, tmp_path):
    for axle, load in ((1, "6240"), (2, "10260")):
        with scale(tmp_path / "scale.tty", "--load", load):
            answer = browser.send(
                "/sessions/s1/trucks/read", truck="A", axle=str(axle), protocol="toledo", port=str(tmp_path / "scale.tty")
            )
        assert answer.status_code == 303, answer.text[-600:]
    assert "read from the scale so far" in browser.get("/sessions/s1/trucks").text
    assert browser.send("/sessions/s1/trucks", truck="A", axles="").status_code == 303
    (truck,) = site.store.session("s1").present
    assert truck.axle_kg == pytest.approx((6_240.0, 10_260.0), abs=10)  # half an interval
    assert all(axle.readings >= 10 and axle.frames_hex and axle.method == "toledo" for axle in truck.axles)
    assert site.store.session("s1").drafts == {}


def test_a_scale_that_counts_by_another_interval_than_its_certificate_is_refused(site, browser, tmp_path):
    with scale(tmp_path / "scale.tty", "--load", "6240", "--interval", "10"):
        answer = browser.send("/sessions/s1/trucks/read", truck="A", axle="1", protocol="toledo", port=str(tmp_path / "scale.tty"))
    assert answer.status_code == 422
    assert site.store.session("s1").drafts == {}
