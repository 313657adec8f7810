"""Waiting until the station weighs by what is in force, against a real HTTP server."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from calibration.certificate.station_health import wait_until_applied
from contract.faults import RejectError


@pytest.fixture
def edge():
    """Serve what a list holds, one answer after another, the last one for ever."""
    answers = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(answers.pop(0) if len(answers) > 1 else answers[0]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield answers, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def weighing_by(number):
    certificate = None if number is None else {"number": number, "sha256": "0" * 64, "counter": 2}
    return {"lanes": {"daq": {"lane": 1, "certificate": certificate}}}


def wait(office, url, timeout_s=10.0):
    now = [0.0]
    answers = wait_until_applied(office.ledger, url, timeout_s, lambda: now[0], lambda s: now.__setitem__(0, now[0] + s))
    return answers, now[0]


def test_it_waits_until_the_lane_weighs_by_the_certificate(office, edge):
    answers, url = edge
    office.certify()
    answers += [weighing_by(None), weighing_by(None), weighing_by(1)]
    (lane,), waited_s = wait(office, url)
    assert lane.applied
    assert lane.text() == "lane 1 weighs by certificate 1"
    assert waited_s == 1.0


def test_it_gives_up_and_says_what_the_lane_weighs_by(office, edge):
    answers, url = edge
    office.certify()
    office.certify(1.01)
    answers.append(weighing_by(1))
    (lane,), _ = wait(office, url)
    assert not lane.applied
    assert "still weighs by certificate 1; certificate 2 is in force" in lane.text()


@pytest.mark.parametrize("answer", [{}, {"lanes": []}, {"lanes": {"daq": 3}}, []])
def test_what_does_not_answer_like_an_edge_is_told(office, edge, answer):
    answers, url = edge
    office.certify()
    answers.append(answer)
    with pytest.raises(RejectError) as caught:
        wait(office, url)
    assert caught.value.code == "edge-answer"


def test_with_nothing_in_force_there_is_nothing_to_wait_for(office, edge):
    answers, url = edge
    answers.append(weighing_by(None))
    with pytest.raises(RejectError) as caught:
        wait(office, url)
    assert caught.value.code == "nothing-in-force"
