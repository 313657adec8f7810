"""A real edge over simulated devices, a real central: every recorded vehicle weighs the same again, and its bundle verifies."""

import json
import subprocess
import sys

import pytest

from tests.end_to_end.conftest import END_S

pytestmark = [pytest.mark.timeout(3 * END_S), pytest.mark.xdist_group("line")]


def program(*arguments):
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=END_S, check=False)


def test_what_a_real_line_recorded_is_weighed_again_to_the_kilogram_and_verified(demo):
    demo.run("--site", "own", "--vehicles", "5", "--speedup", "4", "--data", "kept")
    central = ("--data", demo.folder / "kept" / "central")
    listed = program("central", "records", "--json", *central).stdout.splitlines()
    vehicles = [row for row in map(json.loads, listed) if row["type"] == "vehicle"]
    assert len(vehicles) == 5
    for row in vehicles:
        said = program("central", "reweigh", f"{row['station']}/{row['seq']}", "--json", *central)
        assert said.returncode == 0, said.stdout + said.stderr
        result = json.loads(said.stdout)
        assert (result["outcome"], result["gross_kg"], result["differences"]) == ("equal", result["signed_gross_kg"], [])
    bundle = demo.folder / "kept" / "case.zip"
    row = vehicles[-1]
    made = program("central", "bundle", f"{row['station']}/{row['seq']}", "-o", bundle, *central)
    assert made.returncode == 0, made.stderr
    key = demo.folder / "kept" / "edge" / "keys" / "station.pub.pem"
    checked = program("verifier", bundle, "--json", "--station-key", key)
    assert checked.returncode == 0, checked.stdout
    report = json.loads(checked.stdout)
    assert {step["number"]: step["state"] for step in report["steps"]}[9] == "ok"
    assert "reweighings/" in bundle.read_bytes().decode("latin-1")
