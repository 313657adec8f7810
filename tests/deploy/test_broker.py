"""Mosquitto with the files of deploy/: mutual TLS, and every station for itself."""

import re
import ssl
from pathlib import Path

import pytest

from contract.topics import StationState
from edge.uplink import window
from tests.broker import RunningBroker, free_port
from tests.deploy.authority import Authority
from tests.edge.outbox.queueing import STATION
from tests.edge.uplink.central_stand_in import CentralStandIn, Line, eventually

pytestmark = pytest.mark.system("mosquitto")
SOURCE = Path(__file__).parents[2] / "deploy" / "mosquitto"


@pytest.fixture
def authority(tmp_path):
    tmp_path.chmod(0o755)
    return Authority(tmp_path)


@pytest.fixture
def broker(authority, tmp_path):
    """Run the configuration as it is, with the paths and the port of this test."""
    authority.issue("127.0.0.1", "broker")
    port = free_port()
    text = (SOURCE / "weighline.conf").read_text()
    for old, new in {
        r"^listener 8883$": f"listener {port} 127.0.0.1",
        r"/etc/weighline/tls/": f"{tmp_path}/",
        r"/etc/mosquitto/weighline\.acl": str(SOURCE / "weighline.acl"),
        r"^persistence true$": "user root\npersistence false",
    }.items():
        text, times = re.subn(old, new, text, flags=re.MULTILINE)
        assert times
    (tmp_path / "mosquitto.conf").write_text(text)
    running = RunningBroker(port, ("/usr/sbin/mosquitto", "-c", str(tmp_path / "mosquitto.conf")))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def central(authority, broker):
    return CentralStandIn(broker.port, configure=shown(authority, "wim-central"))


def shown(authority, name):
    certificate, key = authority.issue(name)

    def configure(client):
        context = ssl.create_default_context(cafile=str(authority.folder / "ca.crt"))
        context.load_cert_chain(certificate, key)
        client.tls_set_context(context)

    return configure


def line_as(authority, broker, folder, name):
    certificate, key = authority.issue(name)
    files = {"ca_file": str(authority.folder / "ca.crt"), "cert_file": str(certificate), "key_file": str(key)}
    return Line(folder, broker.port, **files)


def test_a_station_with_its_certificate_delivers(authority, broker, central, tmp_path):
    with central, line_as(authority, broker, tmp_path, STATION) as line:
        line.weigh(20)
        eventually(line.empty)
        assert central.seqs == list(range(1, 21))
        eventually(lambda: StationState.ONLINE in central.states)
        assert line.faults == []


def test_a_station_with_another_s_certificate_is_denied_and_keeps_its_records(authority, broker, central, tmp_path, monkeypatch):
    monkeypatch.setattr(window.Window.__init__, "__defaults__", (window.SIZE, 0.5))
    with central, line_as(authority, broker, tmp_path, "S2") as line:
        line.weigh(2)
        eventually(lambda: {"publish-denied", "broker-lost"} & set(line.codes))
        assert line.outbox.counts().waiting_records == 2
        assert central.seqs == []
        assert central.states == []


def test_without_a_certificate_nobody_comes_in(authority, broker, tmp_path):
    with Line(tmp_path, broker.port, ca_file=str(authority.folder / "ca.crt")) as line:
        eventually(lambda: {"broker-lost", "broker-unreachable"} & set(line.codes))
        assert not line.uplink.connected


def test_a_stranger_s_broker_is_not_believed(authority, broker, tmp_path):
    (tmp_path / "other").mkdir()
    with line_as(Authority(tmp_path / "other"), broker, tmp_path, STATION) as line:
        eventually(lambda: "broker-unreachable" in line.codes)
        assert "certificate verify failed" in line.faults[0].what


def test_a_station_cannot_take_central_s_place(authority, broker, central, tmp_path):
    """With its own certificate and central's client id it is still itself, and central stays connected."""
    taker = CentralStandIn(broker.port, configure=shown(authority, "S9"), client_id="wim-central")
    with central, taker, line_as(authority, broker, tmp_path, STATION) as line:
        line.weigh(3)
        eventually(line.empty)
        assert central.seqs == [1, 2, 3]
        assert taker.seqs == []
