"""A bundle of a real central, verified where there is nothing but the folder that `make verifier` builds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SHARED

pytestmark = pytest.mark.skipif(not (SHARED / "captures").is_dir(), reason="the recorded captures are not there")
HOME = Path(__file__).parents[2]
BASE = Path(sys._base_executable).resolve()
"""The Python that the virtual environment was made from: it knows nothing of it."""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("machine") / "wim-verify"
    subprocess.run([sys.executable, HOME / "deploy/verifier/build.py", folder], check=True, capture_output=True)
    return folder


def alone(built, *arguments, program="wim_verify.py"):
    """Run it in an empty environment, without site packages, in a folder that has nothing of ours."""
    command = [BASE, "-I", "-S", built / program, *map(str, arguments)]
    return subprocess.run(command, cwd=built.parent, env={}, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("which", ["case", "weighed"])
def test_it_verifies_a_bundle_of_a_real_central(built, evidence, which):
    data = evidence.data if which == "case" else evidence.more["weighed"]
    path = built.parent / f"{which}.zip"
    path.write_bytes(data)
    done = alone(built, path, "--json", "--tsa-cert", evidence.logged.authority.certificate, "--log-key", evidence.trust.log)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["sound"]
    assert said["facts"]["existed_before_us"]
    path.write_bytes(data.replace(b"a", b"b", 1))
    assert alone(built, path).returncode == 3
    chinese = alone(built, path, "--lang", "zh").stdout
    assert "不通过" in chinese


def test_it_loads_nothing_from_elsewhere(built, evidence):
    path = built.parent / "case.zip"
    path.write_bytes(evidence.data)
    tell = built / "tell.py"
    tell.write_text(
        "import runpy, sys, pathlib\n"
        "try:\n    runpy.run_path(str(pathlib.Path(__file__).parent / 'wim_verify.py'), run_name='__main__')\n"
        "finally:\n    print('\\n'.join(m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)), file=sys.stderr)\n"
    )
    loaded = alone(built, path, program="tell.py").stderr.split()
    tell.unlink()
    assert any("pydantic" in name for name in loaded)
    standard = Path(os.__file__).parent.resolve()
    elsewhere = [name for name in loaded if not name.startswith((str(built), str(standard), str(BASE.parents[1] / "lib")))]
    assert elsewhere == []
    assert not any("site-packages" in name for name in loaded)
    assert not any(name.startswith(str(HOME)) for name in loaded)


def test_its_starter_and_its_sums(built, evidence):
    path = built.parent / "case.zip"
    path.write_bytes(evidence.data)
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": str(BASE)}
    started = subprocess.run(
        [built / "wim-verify", path], env=environment, cwd="/", capture_output=True, text=True, timeout=120, check=False
    )
    assert started.returncode == 0, started.stderr
    assert subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=built, check=False).returncode == 0
    assert not list(built.rglob("__pycache__"))
