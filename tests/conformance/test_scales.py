"""Simulated scales, which share no code with the readers, read over real pseudo-terminals and real Modbus."""

import json
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from calibration.scales.capture import StableRule, capture_stable
from calibration.scales.connection import Connection
from calibration.scales.protocols import Plate, ProtocolName
from calibration.scales.scale import listen
from contract.faults import RejectError, RetryError

RULE = StableRule(readings=5, over_s=0.5, silence_s=3.0, timeout_s=25.0)
SERIAL = [name for name in ProtocolName if name not in {ProtocolName.LAUMAS_W100, ProtocolName.HBM_WTX}]
MODBUS = [ProtocolName.LAUMAS_W100, ProtocolName.HBM_WTX]
pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def _no_faults_left():
    """Take the place of the digitisers' fixture: these tests need none of the station's devices."""


@contextmanager
def simulated(name, *options):
    """Run `wim-sims scale run`; give the process and where the scale is."""
    spoken = "rinstrum" if name is ProtocolName.RINSTRUM_CRC else name.value
    process = subprocess.Popen(
        [sys.executable, "-m", "firmware_sims", "scale", "run", spoken, *map(str, options)], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


@contextmanager
def connected(name, tmp_path, *options, over="serial"):
    where = ("--serial", tmp_path / "scale") if over == "serial" else ("--modbus-port", 0)
    with simulated(name, *where, *options) as (process, ready):
        port, tcp_port = ready.get("serial", ""), ready.get("modbus_port", 502)
        connection = Connection(name, port, host="127.0.0.1" if over == "tcp" else "", tcp_port=tcp_port, plate=Plate())
        with connection.scale() as scale:
            yield process, scale


def captured(scale, rule=RULE):
    return capture_stable(listen(scale), rule, method="test", where=scale.where)


@pytest.mark.parametrize(("name", "over"), [(n, "serial") for n in SERIAL + MODBUS] + [(n, "tcp") for n in MODBUS])
def test_a_load_is_taken_once_it_has_settled(name, over, tmp_path):
    with connected(name, tmp_path, over=over) as (_, scale):
        load = captured(scale)
    assert abs(load.load_kg - 38_200) <= 20
    assert load.readings >= 5
    assert len(load.frames_hex) == load.readings


@pytest.mark.parametrize("name", SERIAL)
def test_a_bad_line_delays_and_is_counted_but_never_misleads(name, tmp_path):
    faults = [option for fault in ("garbage", "cut", "corrupt", "swap") for option in ("--fault", fault)]
    with connected(name, tmp_path, *faults, "--share", 0.04, "--rate-hz", 30, "--seed", 5) as (_, scale):
        load = captured(scale)
    assert abs(load.load_kg - 38_200) <= 20


@pytest.mark.parametrize("name", MODBUS)
def test_random_registers_are_counted_and_skipped(name, tmp_path):
    with connected(name, tmp_path, "--fault", "corrupt", "--share", 0.1, "--seed", 1, over="tcp") as (_, scale):
        load = captured(scale)
    assert abs(load.load_kg - 38_200) <= 20


@pytest.mark.parametrize(
    ("name", "fault", "code"),
    [
        (ProtocolName.TOLEDO, "motion", "scale-motion"),
        (ProtocolName.XK3190, "motion", "scale-motion"),
        (ProtocolName.MT_SICS, "overload", "scale-overload"),
        (ProtocolName.RINSTRUM, "underload", "scale-underload"),
        (ProtocolName.RINSTRUM_CRC, "net", "scale-net"),
        (ProtocolName.MT_SICS, "refuse", "scale-error"),
        (ProtocolName.RINSTRUM, "refuse", "scale-silent"),
        (ProtocolName.XK3190, "silent", "scale-silent"),
    ],
)
def test_what_the_scale_suffers_is_the_reason_of_the_refusal(name, fault, code, tmp_path):
    with (
        connected(name, tmp_path, "--fault", fault) as (_, scale),
        pytest.raises(RejectError) as caught,
    ):
        captured(scale, StableRule(readings=10, over_s=1.0, silence_s=2.0, timeout_s=5.0))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "fault", "code"),
    [
        (ProtocolName.HBM_WTX, "overload", "scale-overload"),
        (ProtocolName.HBM_WTX, "net", "scale-net"),
        (ProtocolName.LAUMAS_W100, "net", "scale-net"),
        (ProtocolName.HBM_WTX, "refuse", "scale-refused"),
        (ProtocolName.LAUMAS_W100, "silent", "line-lost"),
    ],
)
def test_the_same_behind_modbus(name, fault, code, tmp_path):
    with (
        connected(name, tmp_path, "--fault", fault, over="tcp") as (_, scale),
        pytest.raises((RejectError, RetryError)) as caught,
    ):
        captured(scale, StableRule(readings=5, over_s=0.5, silence_s=2.0, timeout_s=5.0))
    assert caught.value.code == code


@pytest.mark.parametrize(("name", "over"), [(ProtocolName.XK3190, "serial"), (ProtocolName.HBM_WTX, "tcp")])
def test_a_line_that_is_lost_is_told(name, over, tmp_path):
    with connected(name, tmp_path, over=over) as (process, scale):
        heard = listen(scale)
        while next(heard).reading is None:
            pass
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        with pytest.raises(RetryError) as caught:
            capture_stable(heard, StableRule(readings=1000, over_s=50.0), method="test", where=scale.where)
    assert caught.value.code == "line-lost"


def test_the_command_reads_and_refuses(tmp_path):
    with simulated(ProtocolName.TOLEDO, "--serial", tmp_path / "scale") as (_, ready):
        command = [sys.executable, "-m", "calibration", "scale", "read", "toledo", "--port", ready["serial"], "--over-s", "0.5", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert abs(float(json.loads(done.stdout)["load_kg"]) - 38_200) <= 20
    gone = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert gone.returncode == 3
    assert "cannot be opened" in gone.stderr
    assert "Traceback" not in gone.stderr
