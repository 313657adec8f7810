"""The simulators as a process of their own, and a host that listens to one of their devices."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contract.faults import RetryError
from contract.station import Device, ModbusDigitiser, ModbusSite, SerialDigitiser, Station, parse_station
from edge.drivers import driver_for
from edge.drivers.base import DeviceEvent, Driver, LineFault, Samples

RATE_HZ = 1_000.0
SENSORS = (
    ("R0L", "strip", 0.0),
    ("R0R", "strip", 0.0),
    ("R1L", "strip", 4.0),
    ("R1R", "strip", 4.0),
    ("A", "loop", -2.0),
    ("B", "loop", 7.0),
)
CHANNELS = tuple(name for name, _, _ in SENSORS)
FAR_FROM_ANY_VEHICLE_S = 600.0
READY_S = 30.0
WAIT_S = 20.0
"""Longest wait of a test for something that must come; a slow machine is no failure."""


def station_text() -> str:
    head = 'station = { id = "bench", name = "bench", road = "G1", stake = "K1", direction = "south", rules = "cn" }\n'
    lane = f"[[lane]]\nid = 1\nwidth_m = 3.5\nrate_hz = {RATE_HZ}\n"
    sensors = [
        f'[[lane.sensor]]\nname = "{name}"\nkind = "{kind}"\nchannel = "{name}"\nposition_m = {position_m}\n'
        f"width_m = {0.06 if kind == 'strip' else 2.0}\nlateral_m = {[0.0, 1.75] if name.endswith('L') else [1.75, 3.5]}\n"
        + ("newton_per_count = 0.5\n" if kind == "strip" else "")
        for name, kind, position_m in SENSORS
    ]
    return head + lane + "".join(sensors)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class Simulators:
    """All devices on one simulated clock; what they are reached by stays the same when they are started again."""

    folder: Path
    speedup: float
    digitiser_port: int
    site_port: int
    process: subprocess.Popen[str] | None = None

    @property
    def control(self) -> Path:
        return self.folder / "control"

    def start(self, *, start_delay_s: float = FAR_FROM_ANY_VEHICLE_S) -> None:
        file = self.folder / "station.toml"
        file.write_text(station_text(), encoding="utf-8")
        chosen = {
            "station": file,
            "vehicles": 3,
            "speedup": self.speedup,
            "start-delay": start_delay_s,
            "control": self.control,
            "serial": self.folder / "serial",
            "modbus-rtu": self.folder / "rtu",
            "modbus-port": self.digitiser_port,
            "site-port": self.site_port,
        }
        options = [f"--{name}={value}" for name, value in chosen.items()]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "firmware_sims", "run", "--own-traffic", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert json.loads(self.process.stdout.readline())["event"] == "ready"

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.communicate(timeout=READY_S)
            self.process = None

    def ask(self, line: str) -> dict:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.control))
            client.sendall(line.encode() + b"\n")
            answer = json.loads(client.makefile().readline())
        assert answer["ok"], answer
        return answer

    def device(self, kind: str) -> Device:
        """Give the station file's table of a device."""
        common = {"driver": kind, "name": kind}
        match kind:
            case "serial-digitiser":
                return SerialDigitiser(**common, lane=1, port=str(self.folder / "serial"), playback=self.speedup)
            case "modbus-tcp-digitiser":
                return ModbusDigitiser(**common, lane=1, tcp_port=self.digitiser_port, playback=self.speedup)
            case "modbus-rtu-digitiser":
                return ModbusDigitiser(
                    **common, lane=1, port=str(self.folder / "rtu"), baud=3_000_000, parity="none", playback=self.speedup
                )
            case _:
                return ModbusSite(**common, tcp_port=self.site_port)

    def driver(self, kind: str) -> Driver:
        return driver_for(self.device(kind))


def bench_station() -> Station:
    return parse_station(station_text(), "bench")


class Listener:
    """Reads a driver and keeps what it said."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.events: list[DeviceEvent] = []

    def until(self, enough: Callable[[], bool], wait_s: float = WAIT_S) -> None:
        """Read until `enough`, or fail."""
        deadline = time.monotonic() + wait_s
        while not enough():
            assert time.monotonic() < deadline, (
                f"nothing of it within {wait_s} s; came: {[type(event).__name__ for event in self.events[-10:]]}, {self.codes}"
            )
            self.events += self.driver.read(0.1)

    def reopen(self, wait_s: float) -> float:
        """Close and open until it works, as the station does; give how long that took."""
        began = time.monotonic()
        while True:
            self.driver.close()
            try:
                self.driver.open()
                self.driver.start()
                self.events += self.driver.read(0.1)
            except RetryError:
                if time.monotonic() - began > wait_s:
                    raise
                time.sleep(0.1)
            else:
                return time.monotonic() - began

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def codes(self) -> set[str]:
        return {event.fault.code for event in self.of(LineFault)}

    def live(self) -> list[Samples]:
        return [samples for samples in self.of(Samples) if not samples.resent]

    def samples(self) -> int:
        return sum(samples.counts.shape[1] for samples in self.live())


def open_files() -> int:
    """Give how many files, sockets and terminals this process has open."""
    return len(os.listdir("/proc/self/fd"))
