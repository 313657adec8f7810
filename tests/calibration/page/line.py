"""A station on one machine: simulators that play reference trucks, the edge, and the technician's page, as separate processes."""

import os
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from calibration.page.accounts import Accounts, Role
from contract.disclosures import parse_record_envelope
from contract.signatures import payload_of
from demo.ports import free_ports
from demo.site import SiteName, find_site
from edge.outbox import Outbox
from firmware_sims.calibration_session import write_session
from firmware_sims.layout import read_layout

PASSWORD = "a long enough password"
TECHNICIAN, OTHER, APPROVER = "Li Na", "Zhao", "Wang Lin"
READY_S = 40.0


@dataclass
class StationLine:
    """Its files lie in `folder`; programs are started one by one, by name, and ended by `stop`."""

    folder: Path
    speedup: float = 6.0
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def prepare(self):
        """Record the reference trucks, make accounts and keys, write the station file."""
        self.edge_port, self.page_port = free_ports(2)
        site = find_site(SiteName.OWN)
        (self.folder / "site.toml").write_text(site.station_text, encoding="utf-8")
        write_session(read_layout(self.folder / "site.toml", None), 3, "2026-11-24T00:00:00.000000+00:00", self._made("road"))
        signatories = []
        with closing(Accounts(self._made("calibration") / "accounts.db")) as accounts:
            for name, role, may in (
                (TECHNICIAN, Role.TECHNICIAN, "propose"),
                (OTHER, Role.TECHNICIAN, "propose"),
                (APPROVER, Role.APPROVER, "approve"),
            ):
                public = accounts.add(name, role, PASSWORD)
                signatories.append(f'[[signatory]]\nname = "{name}"\nkey = "{public}"\nmay = ["{may}"]\n')
        tables = f"""
[[device]]
name = "digitiser"
lane = 1
driver = "serial-digitiser"
port = "{self.folder / "digitiser.tty"}"
playback = {self.speedup}

[uplink]
broker_port = 1

[gates]
plate_wait_s = 0.2

{"".join(signatories)}
"""
        (self.folder / "station.toml").write_text(site.station_text + tables, encoding="utf-8")
        self._run("edge", "keygen", "--data", str(self.folder / "edge"))
        return self

    def _made(self, name):
        (self.folder / name).mkdir(exist_ok=True)
        return self.folder / name

    @property
    def url(self):
        return f"http://127.0.0.1:{self.page_port}"

    def start_trucks(self):
        """Let the reference trucks drive as soon as the edge listens."""
        self._simulators("--capture", str(self.folder / "road" / "calibration.h5"))

    def start_traffic(self, vehicles):
        """Let ordinary traffic drive."""
        self._simulators("--own-traffic", "--vehicles", str(vehicles))

    def _simulators(self, *source):
        line = ("--serial", str(self.folder / "digitiser.tty"), "--speedup", str(self.speedup))
        self.start(
            "road",
            "firmware_sims",
            "run",
            "--station",
            str(self.folder / "site.toml"),
            *source,
            *line,
            "--wait-for-start",
            "--start-delay",
            "2",
        )
        self.wait((self.folder / "digitiser.tty").exists, "the digitiser's line")

    def start_edge(self):
        files = ("--station", str(self.folder / "station.toml"), "--data", str(self.folder / "edge"))
        ledger = ("--ledger", str(self.folder / "calibration" / "ledger.sqlite"))
        self.start("edge", "edge", "run", *files, *ledger, "--listen", f"127.0.0.1:{self.edge_port}")
        self.wait(lambda: self.answers(f"http://127.0.0.1:{self.edge_port}/health"), "the edge")

    def start_page(self):
        files = ("--data", str(self.folder / "calibration"), "--station", str(self.folder / "station.toml"))
        ports = ("--listen", f"127.0.0.1:{self.page_port}", "--edge-url", f"http://127.0.0.1:{self.edge_port}")
        self.start("page", "calibration", "serve", *files, *ports)
        self.wait(lambda: self.answers(f"{self.url}/alive"), "the page")

    def start(self, name, *module):
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen([sys.executable, "-m", *module], stdout=log, stderr=log, env=os.environ.copy())

    def kill(self, name):
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def end(self, name):
        process = self.running.pop(name)
        process.terminate()
        code = process.wait(timeout=30)
        assert code == 0, f"{name} ended with {code}: {self.log(name)}"

    def stop(self):
        for name in list(self.running):
            process = self.running.pop(name)
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3_000:]

    def passes(self):
        return httpx.get(f"http://127.0.0.1:{self.edge_port}/passes", trust_env=False).json()["passes"]

    def records(self):
        """Give the payloads of the signed records in the station's outbox; the edge must have ended."""
        with closing(Outbox(self.folder / "edge" / "outbox", 2_048)) as outbox:
            envelopes = [outbox.envelope(row.seq) for row in outbox.waiting(10_000)]
        return [payload_of(parse_record_envelope(envelope, "outbox"), "outbox").decode() for envelope in envelopes]

    def answers(self, url):
        try:
            return httpx.get(url, timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def wait(self, condition, what, within_s=READY_S):
        deadline = time.monotonic() + within_s
        while not (found := condition()):
            dead = [name for name, process in self.running.items() if process.poll() is not None]
            assert not dead, f"{dead[0]} has ended: {self.log(dead[0])}"
            assert time.monotonic() < deadline, f"waited {within_s} s for {what}"
            time.sleep(0.05)
        return found

    def _run(self, *module):
        subprocess.run([sys.executable, "-m", *module], check=True, capture_output=True)

    @property
    def static_kg(self):
        """Give by truck its static axle loads, as the list of runs has them."""
        lines = (self.folder / "road" / "calibration_runs.csv").read_text().splitlines()[1:4]
        return {line.split(",")[1]: [int(load) for load in line.split(",")[4:] if load] for line in lines}
