"""The units say what the code does: exit codes, commands, options."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from calibration.__main__ import app as calibration
from central.__main__ import app as central
from contract.faults import EXIT_FAILED, EXIT_OK, EXIT_REJECTED, EXIT_RESTART, EXIT_USAGE
from edge.__main__ import app as edge
from plate_reader.__main__ import app as plates

UNITS = sorted((Path(__file__).parents[2] / "deploy" / "systemd").glob("*.service"))
APPS = {"wim-edge": edge, "wim-plates": plates, "wim-central": central, "wim-calibration": calibration}
SERVICES = {"wim-edge", "wim-plates", "wim-central", "wim-technician", "wim-witness"}


def settings_of(unit):
    """Give the settings of a unit; continued lines are joined."""
    lines = unit.read_text().replace("\\\n", " ").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def test_there_is_one_for_each_service():
    assert {unit.stem for unit in UNITS} == SERVICES


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_it_restarts_as_the_exit_codes_say(unit):
    settings = settings_of(unit)
    stay_down = {int(code) for code in settings["RestartPreventExitStatus"].split()}
    assert settings["Restart"] == "on-failure"
    assert stay_down == {EXIT_USAGE, EXIT_REJECTED}
    assert int(settings["RestartForceExitStatus"]) == EXIT_RESTART
    assert EXIT_OK not in stay_down
    assert EXIT_FAILED not in stay_down
    assert settings["StartLimitIntervalSec"] == "0"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_its_command_is_one_that_the_program_has(unit):
    program, name, *arguments = settings_of(unit)["ExecStart"].split()
    command = get_command(APPS[Path(program).name]).commands[name]
    if hasattr(command, "commands"):
        name, *arguments = arguments
        command = command.commands[name]
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    used = {argument for argument in arguments if argument.startswith("--")}
    assert used <= options
    needed = {parameter.opts[0] for parameter in command.params if parameter.required}
    assert needed <= used


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_it_has_no_more_rights_than_it_needs(unit):
    settings = settings_of(unit)
    assert settings["NoNewPrivileges"] == "true"
    assert settings["ProtectSystem"] == "strict"
    assert settings["CapabilityBoundingSet"] == ""
    assert settings["User"] not in {"", "root"}
    written = re.findall(r"/var/lib/(\S+)", settings["ExecStart"])
    kept = settings["StateDirectory"].split() + [path.removeprefix("/var/lib/") for path in settings.get("ReadWritePaths", "").split()]
    assert all(any(path == folder or path.startswith(f"{folder}/") for folder in kept) for path in written)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_reads_it(unit, tmp_path):
    """Paths and users of the target machine are missing here; anything else that systemd says is a fault of the file."""
    copy = tmp_path / unit.name
    copy.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE))
    answer = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, timeout=60, check=False)
    complaints = [line for line in answer.stderr.splitlines() if unit.name in line]
    assert complaints == []
