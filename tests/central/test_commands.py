"""``wim-central`` as processes: the service beside its commands, ended by SIGTERM and by kill -9."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from central.config import load_settings
from central.evidence.keys import read_public_key
from contract.faults import EXIT_FAILED, EXIT_REJECTED, EXIT_RESTART, StopError
from tests.broker import RunningBroker, free_port, running_broker
from tests.central.station_client import connected
from tests.signing_station import SigningStation

READY_S = 20
STOP_S = 3.0


def run(*arguments: str, stdin: str | None = None, expect: int = 0) -> str:
    """Run a command to its end and give what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "central", *arguments], input=stdin, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == expect, done.stderr
    return done.stdout if expect == 0 or done.stdout else done.stderr


def enrol(data: Path, station: SigningStation) -> None:
    pem = data.parent / f"{station.id}.pub.pem"
    pem.write_bytes(station.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    key_id = run("enrol", station.id, "--name", "K12 northbound", "--public-key", str(pem), "--data", str(data))
    assert key_id.strip() == station.key_id


@pytest.fixture
def broker(tmp_path) -> Iterator[RunningBroker]:
    with running_broker("embedded", tmp_path) as broker:
        yield broker


@contextmanager
def service(data: Path, broker_port: int, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the service until it is ready, and kill what is left of it at the end."""
    listen = ("--listen", f"127.0.0.1:{port}")
    with (data.parent / "central.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "central", "run", "--data", str(data), "--broker-port", str(broker_port), *listen], stderr=log
        )
    try:
        deadline_s = time.monotonic() + READY_S
        while not is_connected(port):
            assert process.poll() is None, (data.parent / "central.log").read_text()
            assert time.monotonic() < deadline_s, "the service did not connect to the broker"
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def is_connected(port: int) -> bool:
    try:
        return bool(httpx.get(f"http://127.0.0.1:{port}/health").json()["broker"] == "connected")
    except httpx.TransportError:
        return False


def stop(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(STOP_S)


def test_the_service_from_key_to_verified_records_ends_cleanly(tmp_path, broker):
    data = tmp_path / "data"
    public = read_public_key(Path(run("keygen", "--data", str(data)).strip()))
    assert (data / "keys" / "receipt.key.pem").stat().st_mode & 0o777 == 0o600
    station = SigningStation()
    enrol(data, station)
    with service(data, broker.port, free_port()) as process, connected(station, broker.port, public) as client:
        for _ in range(30):
            client.publish(station.next_envelope())
        client.publish(b"rubbish")
        client.receipts(30)
        found = json.loads(run("verify", "--json", "--data", str(data)))
        assert stop(process) == 0
    assert found["stations"][station.id] == {
        "records": 30,
        "vehicles": 30,
        "overloads": 0,
        "verified": 30,
        "chain": "unbroken",
        "first_seq": 1,
        "last_seq": 30,
        "texts_deleted": 0,
        "blobs_missing": 0,
        "blobs_deleted": 0,
    }
    assert found["quarantine"] == 1
    lines = [json.loads(line) for line in run("records", "--json", "--data", str(data)).splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, 31))
    (refused,) = (json.loads(line) for line in run("quarantine", "--json", "--data", str(data)).splitlines())
    assert refused["code"] == "not-an-envelope"
    assert "chain unbroken" in run("verify", "--data", str(data))


def test_killed_in_the_midst_nothing_with_a_receipt_is_lost_and_resends_are_one_row(tmp_path, broker):
    data, port = tmp_path / "data", free_port()
    station = SigningStation()
    enrol(data, station)
    public = read_public_key(Path(run("keygen", "--data", str(data)).strip()))
    envelopes = [station.next_envelope() for _ in range(60)]
    received: set[int] = set()
    with connected(station, broker.port, public) as client:
        for start in range(0, 60, 20):
            with service(data, broker.port, port) as process:
                for envelope in envelopes[start : start + 20]:
                    client.publish(envelope)
                received.add(client.receipts(1)[0].seq)
                process.kill()
                process.wait()
            stored = json.loads(run("verify", "--json", "--data", str(data), expect=verify_code(data)))
            assert stored["stations"][station.id]["records"] >= len(received)
        with service(data, broker.port, port) as process:
            while len(received) < 60:
                for seq in set(range(1, 61)) - received:
                    client.publish(envelopes[seq - 1])
                received |= {receipt.seq for receipt in client.receipts(60 - len(received))}
            assert stop(process) == 0
    result = json.loads(run("verify", "--json", "--data", str(data)))["stations"][station.id]
    assert (result["records"], result["verified"], result["chain"]) == (60, 60, "unbroken")


def verify_code(data: Path) -> int:
    """Give the exit code that `verify` must end with at this moment: a record may still be missing before others."""
    lines = [json.loads(line) for line in run("records", "--json", "--data", str(data)).splitlines()]
    return 0 if [line["seq"] for line in lines] == list(range(1, len(lines) + 1)) else EXIT_REJECTED


def test_a_login_link_opens_the_pages_once(tmp_path, broker):
    data, port = tmp_path / "data", free_port()
    with service(data, broker.port, port) as process:
        base = f"http://127.0.0.1:{port}"
        link = run("login-link", "demo", "--data", str(data), "--base-url", base, "--create", "--role", "reviewer").strip()
        found = re.fullmatch(re.escape(base) + r"/login/once\?token=([\w-]+)", link)
        assert found is not None
        with httpx.Client(base_url=base, headers={"Origin": base}) as client:
            assert client.post("/login/once", data={"token": found[1]}).status_code == 303
            assert client.get("/api/v1/vehicles").status_code == 200
        with httpx.Client(base_url=base, headers={"Origin": base}) as client:
            assert client.post("/login/once", data={"token": found[1]}).status_code == 401
        assert stop(process) == 0


def test_a_user_is_added_with_a_password_from_standard_input(tmp_path):
    data = ("--data", str(tmp_path))
    assert "may log in as auditor" in run("user", "add", "a.uditor", "--role", "auditor", *data, stdin="a long enough password\n")
    assert "exists already" in run(
        "user", "add", "a.uditor", "--role", "auditor", *data, stdin="a long enough password\n", expect=EXIT_FAILED
    )
    assert "has 5 characters" in run("user", "add", "b", "--role", "auditor", *data, stdin="short\n", expect=EXIT_FAILED)


def test_what_cannot_start_says_why_and_what_to_do(tmp_path):
    data = ("--data", str(tmp_path))
    assert "is not HOST:PORT" in run("run", *data, "--listen", "8000", expect=EXIT_FAILED)
    assert "cannot be listened on" in run("run", *data, "--listen", "192.0.2.1:80", expect=EXIT_FAILED)
    assert "data = " in run("run", expect=EXIT_FAILED)
    config = tmp_path / "central.toml"
    config.write_text("[broker]\nhots = 'x'\n")
    assert "broker.hots" in run("run", *data, "--config", str(config), expect=EXIT_FAILED)
    assert "no readable public key" in run("enrol", "a", "--name", "A", "--public-key", str(config), *data, expect=EXIT_FAILED)
    assert "is no station id" in run("enrol", "a b", "--name", "A", "--public-key", str(config), *data, expect=EXIT_FAILED)
    assert "does not exist" in run("login-link", "nobody", *data, expect=EXIT_FAILED)
    away = "postgresql://postgres@/postgres?host=/nowhere"
    assert "database-away" not in run("verify", *data, "--database-url", away, expect=EXIT_RESTART)


def test_options_win_over_the_settings_file(tmp_path):
    config = tmp_path / "central.toml"
    config.write_text(f"data = '{tmp_path}'\n[broker]\nhost = 'broker.example'\nport = 8883\n")
    settings = load_settings(config, {"data": None, "broker": {"host": None, "port": 1884}})
    assert (settings.broker.host, settings.broker.port, settings.data) == ("broker.example", 1884, tmp_path)
    with pytest.raises(StopError, match="no readable TOML"):
        load_settings(tmp_path / "absent.toml", {})
