"""The log by its commands, and the witness as a program of its own: the whole way of a deployment, in processes."""

import json
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from central.commands.administration import opened
from central.config import Settings
from central.evidence.accounts.grants import OPERATOR
from central.evidence.messages import EventType
from central.evidence.vault import Vault
from central.webhooks.endpoints import add_endpoint, send_test
from contract.faults import EXIT_FAILED, EXIT_REJECTED
from contract.log.checkpoints import verify_proof_text
from contract.log.notes import VerifierKey
from tests.broker import free_port
from tests.central.test_commands import READY_S, STOP_S, enrol, run
from tests.signing_station import SigningStation
from tests.time_stamp_authority import TimeStampAuthority


@contextmanager
def running(log, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the block ends; it must end well on SIGTERM."""
    with log.open("ab") as file:
        process = subprocess.Popen([sys.executable, "-m", "central", *arguments], stderr=file)
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_S * 5) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


def ready(url: str) -> None:
    deadline_s = time.monotonic() + READY_S
    while time.monotonic() < deadline_s:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{url} does not answer")


def test_a_deployment_from_its_keys_to_a_log_that_was_touched(tmp_path, authority: TimeStampAuthority):
    authority.away = False
    data, port, ports = tmp_path / "data", free_port(), (free_port(), free_port())
    witness = ("--key", str(tmp_path / "w" / "w.key.pem"), "--name", "w.example.org")
    witness_key = run("witness", "key", *witness).strip()
    log_key = run("log", "keys", "--data", str(data)).split()[1]
    config = tmp_path / "central.toml"
    config.write_text(
        f'data = "{data}"\n[broker]\nport = {port}\n[log]\nseconds = 1\nwitness_url = "http://127.0.0.1:{ports[0]}"\n'
        f'witness_key = "{witness_key}"\ntimestamp_url = "{authority.url}"\ntimestamp_certificate = "{authority.certificate}"\n'
    )
    here = ("--config", str(config))
    enrol(data, SigningStation())
    watch = ("witness", "run", *witness, "--state", str(tmp_path / "w" / "seen"), "--log", log_key, "--listen", f"127.0.0.1:{ports[0]}")
    with running(tmp_path / "witness.log", *watch):
        ready(f"http://127.0.0.1:{ports[0]}/")
        with running(tmp_path / "central.log", "run", *here, "--listen", f"127.0.0.1:{ports[1]}"):
            ready(f"http://127.0.0.1:{ports[1]}/health")
            first = run("log", "checkpoint", *here)
            (tmp_path / "kept").write_text(first)
        run("records", "--data", str(data))
        run("log", "checkpoint", *here)
        text = run("log", "prove-act", "1", *here, "--leaf", str(tmp_path / "leaf"))
        verify_proof_text(text.encode(), (tmp_path / "leaf").read_bytes(), VerifierKey.parse(log_key, "test"), "test")
        found = json.loads(run("log", "check", *here, "--against", str(tmp_path / "kept"), "--json"))
        assert (found["failures"], found["cosignatures"], found["timestamps"]) == ([], found["checkpoints"], found["checkpoints"])
        assert "w.example.org at" in run("log", "show", *here)
        assert json.loads(run("verify", *here, "--json"))["log"]["failures"] == []
        with sqlite3.connect(data / "central.db") as database:
            database.execute("DELETE FROM act WHERE id = 1")
        database.close()
        done = subprocess.run([sys.executable, "-m", "central", "run", *here], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == EXIT_REJECTED, done.stderr
        assert re.search(r'event=ended .*where="act 1 \(leaf 0\)"', done.stderr), done.stderr
        assert "Traceback" not in done.stderr
        assert "FAILED act 1 (leaf 0): is entered in the log and not stored any more" in run("log", "check", *here, expect=EXIT_REJECTED)
        assert "FAILED act 1 (leaf 0)" in run("verify", *here, expect=EXIT_REJECTED)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("log", "prove", "S1", "5"), "record S1/5: is not in the log"),
        (("log", "prove-act", "99"), "act 99: is not in the log"),
        (("log", "prove-act", "1"), "which no checkpoint covers yet"),
        (("log", "check", "--against", "/nowhere"), "No such file"),
    ],
)
def test_what_cannot_be_proved_is_said(tmp_path, arguments, told):
    assert told in run(*arguments, "--data", str(tmp_path / "data"), expect=EXIT_FAILED)


@pytest.mark.parametrize(
    ("log", "told"),
    [
        ('witness_url = "http://127.0.0.1:1"', "given together"),
        ('witness_url = "http://127.0.0.1:1"\nwitness_key = "x"', "is no key"),
        ('timestamp_url = "ftp://x"', "timestamp_url"),
        ('timestamp_url = "http://127.0.0.1:1"\ntimestamp_certificate = "/nowhere.pem"', "No such file"),
        ('origin = "with blank"', "origin"),
        ("seconds = 0", "seconds"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_what_is_allowed(tmp_path, log, told):
    config = tmp_path / "central.toml"
    config.write_text(f'data = "{tmp_path / "data"}"\n[log]\n{log}\n')
    assert told in run("log", "checkpoint", "--config", str(config), expect=EXIT_FAILED)


def test_a_witness_is_given_logs_keys_only(tmp_path):
    witness = ("--key", str(tmp_path / "w.key.pem"), "--name", "w.example.org")
    own = run("witness", "key", *witness).strip()
    assert "a witness's key" in run("witness", "run", *witness, "--state", str(tmp_path / "s"), "--log", own, expect=EXIT_FAILED)
    assert "blanks" in run("witness", "key", "--key", str(tmp_path / "w.key.pem"), "--name", "a b", expect=EXIT_FAILED)


@contextmanager
def hanging() -> Iterator[tuple[str, threading.Event]]:
    """Serve what answers a question with 404 and takes a POST without ever answering; the event says that one came."""
    asked, over = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            self.end_headers()

        def do_POST(self) -> None:
            asked.set()
            over.wait(120)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("who", ["witness", "authority", "receiver"])
def test_who_never_answers_does_not_keep_the_service_from_ending(tmp_path, authority: TimeStampAuthority, who: str):
    """They are given two minutes here, and the process a few seconds: it ends whole, and what it had signed stays."""
    data, web = tmp_path / "data", free_port()
    enrol(data, SigningStation())
    with hanging() as (url, asked):
        key = run("witness", "key", "--key", str(tmp_path / "w.key.pem"), "--name", "w.example.org").strip()
        peers = {
            "witness": f'witness_url = "{url}"\nwitness_key = "{key}"\n',
            "authority": f'timestamp_url = "{url}"\ntimestamp_certificate = "{authority.certificate}"\n',
            "receiver": "",
        }
        config = tmp_path / "central.toml"
        config.write_text(f'data = "{data}"\n[broker]\nport = {free_port()}\n[log]\nanswer_within_s = 120\nseconds = 1\n{peers[who]}')
        if who == "receiver":
            with opened(Settings(data=data)) as database, database.write() as session:
                vault = Vault(data / "keys")
                endpoint, _ = add_endpoint(session, vault, OPERATOR, "slow", url, events=[EventType.CASE_DECIDED], now_us=1)
                send_test(session, OPERATOR, endpoint, 1)
        with (tmp_path / "central.log").open("ab") as log:
            command = ("run", "--config", str(config), "--listen", f"127.0.0.1:{web}")
            process = subprocess.Popen([sys.executable, "-m", "central", *command], stderr=log)
        try:
            assert asked.wait(READY_S * 3), (tmp_path / "central.log").read_text()
            process.send_signal(signal.SIGTERM)
            assert process.wait(STOP_S * 3) == 0, (tmp_path / "central.log").read_text()
        finally:
            process.kill()
            process.wait()
        run("log", "check", "--data", str(data))
