"""A certificate, from a proposal to the record that quotes it: the real line, real commands, and kill -9 of the edge in between."""

import re
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from rich.console import Console

from contract.verdicts import Bar
from demo import programs
from demo.layout import Layout, choose_ports
from demo.ports import LOOPBACK, free_ports
from demo.preparation import prepare
from demo.programs import Line
from demo.running import RunningLine
from demo.site import SiteName, find_site
from demo.steps import Steps
from demo.stopping import Stopping
from demo.supervisor import Supervisor
from demo.watching import Watch

pytestmark = pytest.mark.timeout(240)

VERIFICATION = """
number = "JJG-2026-00417"
institute = "Provincial metrology institute"
valid_from = 2020-01-01
valid_until = 2099-12-31
classes = ["vehicle mass 5"]
"""


@pytest.fixture
def road(tmp_path, monkeypatch):
    """Start the demo's line with a ledger beside the calibration file; give it, and a function that runs wim-calibration."""
    layout = Layout(tmp_path)
    layout.create()
    ledger = tmp_path / "ledger.sqlite"
    keys = {name: tmp_path / f"{name}.key" for name in ("Wang", "Li")}
    (tmp_path / "verification.toml").write_text(VERIFICATION, encoding="utf-8")
    described = Line(find_site(SiteName.OWN), layout, choose_ports(free_ports(1)[0]), None, 2.0, modbus=False, seed=0)
    with_file_only = programs.edge

    def with_ledger(line):
        program = with_file_only(line)
        return replace(program, command=(*program.command, "--ledger", str(ledger)))

    monkeypatch.setattr(programs, "edge", with_ledger)

    def command(*arguments, code=0):
        files = ("--ledger", str(ledger), "--station", str(layout.station_file)) if arguments[0] != "key" else ()
        full = [sys.executable, "-m", "calibration", *map(str, arguments), *files]
        done = subprocess.run(full, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    supervisor = Supervisor(layout.logs, lambda _line: None)
    running = RunningLine(described, supervisor, Watch(Stopping(), supervisor))
    steps = Steps(Console(quiet=True))
    try:
        prepare(described, steps, running.watch)
        for name, key in keys.items():
            public = re.search(r'^key = ("\S+")', command("key", key), re.MULTILINE).group(1)
            with layout.station_file.open("a", encoding="utf-8") as file:
                file.write(f'\n[[signatory]]\nname = "{name}"\nkey = {public}\nmay = ["propose", "approve"]\n')
        running.start(steps)
        running.start_edge(steps)
        yield running, supervisor, command, keys, f"http://{LOOPBACK}:{described.ports.edge}"
    finally:
        running.page.close()
        supervisor.stop()


def records(running):
    running.page.news()
    return [running.page.records[seq].record for seq in sorted(running.page.records)]


def next_records(running, wanted, within_s=60.0):
    """Wait until so many further vehicles are at central; give all."""
    at = len(records(running))
    until = time.monotonic() + within_s
    while len(found := records(running)) < at + wanted:
        assert time.monotonic() < until, f"waited {within_s} s for a vehicle; edge: {running.edge_health()}"
        running.watch.pause(0.1)
    return found


def test_a_certificate_comes_into_force_and_the_next_record_quotes_it(road, tmp_path):
    running, supervisor, command, keys, edge = road
    calibration = running.line.layout.calibration_file
    (first, *_) = next_records(running, 1)
    assert first.certificate is None
    assert Bar.CALIBRATION in {gate.bar for gate in first.verdict.barred_by}, "with a ledger, a file alone is no valid calibration"

    command("certify", calibration, "--reason", "first", "--verification", tmp_path / "verification.toml", "--key", keys["Wang"])
    assert "another signatory" in command("approve", 1, "-y", "--key", keys["Wang"], code=3)
    command("approve", 1, "-y", "--key", keys["Li"])
    assert "weighs by certificate 1" in command("apply", "--edge", edge)
    assert running.restarts().get("edge", 0) == 0
    last = next_records(running, 2)[-1]
    assert (last.certificate.number, last.certificate.counter) == (1, 2)
    assert last.certificate.verified_at(last.time_us)
    assert not {Bar.CALIBRATION, Bar.VERIFICATION} & {gate.bar for gate in last.verdict.barred_by}

    command("certify", "--again", 1, "--reason", "the institute withdrew its verification", "--key", keys["Li"])
    command("approve", 3, "-y", "--key", keys["Wang"])
    supervisor.kill("edge")
    running.watch.until(lambda: not running.edge_health(), 30.0, "the edge to be dead")
    running.watch.until(lambda: bool(running.edge_health()), 30.0, "the edge to answer again")
    assert "weighs by certificate 2" in command("apply", "--edge", edge)
    # Those that had passed before are weighed again first, by what was in force then.
    while (last := next_records(running, 1)[-1]).certificate.number == 1:
        assert last.seq < 40
    assert last.certificate.number == 2
    assert Bar.VERIFICATION in {gate.bar for gate in last.verdict.barred_by}
    numbers = [record.certificate.number if record.certificate else 0 for record in records(running)]
    assert numbers == sorted(numbers), "certificates are never taken back"
    assert "whole: 4 entries, 2 certificates" in command("verify")
