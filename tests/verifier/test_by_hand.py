"""What docs/bundle.md says can be done by hand can be done by hand."""

import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from contract.bundle.manifest import MANIFEST_NAME, look_into_manifest
from tests.bundled import members_of
from tests.conftest import SHARED

pytestmark = pytest.mark.skipif(not (SHARED / "captures").is_dir(), reason="the recorded captures are not there")
PAGE = Path(__file__).parents[2] / "docs" / "bundle.md"


def by_hand(folder):
    script = re.search(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    return subprocess.run(["/bin/sh", "-e", "-c", script], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def unpacked(evidence, tmp_path):
    (tmp_path / "case.zip").write_bytes(evidence.data)
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "case")
    return tmp_path / "case"


def test_the_lines_of_the_page_verify_a_bundle(unpacked, evidence):
    done = by_hand(unpacked)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Signature Verified Successfully") == 2
    assert "Verification: OK" in done.stdout + done.stderr
    manifest, _ = look_into_manifest(members_of(evidence.data)[MANIFEST_NAME], "manifest")
    assert f"{manifest.record_sha256}  payload" in done.stdout
    assert f'"sha256":"{manifest.record_sha256}"' in done.stdout


@pytest.mark.parametrize("name", ["media/front", "records/", "rules/", "history/step-000003"])
def test_and_find_a_changed_member(unpacked, name):
    path = next(path for path in sorted(unpacked.rglob("*")) if str(path.relative_to(unpacked)).startswith(name))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    assert by_hand(unpacked).returncode != 0
