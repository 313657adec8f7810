"""The software's identity: the checksum anyone can find again, and that any change moves."""

import hashlib
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.faults import StopError
from edge.records.software import LEGALLY_RELEVANT, digest_of, package_files, software


def test_version_and_checksum_are_those_of_the_installed_package():
    found = software()
    assert found.name == "weighline"
    assert found.version
    assert found.sha256 == digest_of(package_files())


def test_the_legally_relevant_packages_are_all_there():
    assert {name.partition("/")[0] for name in package_files()} == set(LEGALLY_RELEVANT)
    assert "contract/rules/cn.toml" in package_files()
    assert "edge/records/software.py" in package_files()


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs coreutils")
def test_sha256sum_finds_the_same(tmp_path):
    for name, text in {"b/x.py": "x", "a/y.py": "y", "a/b/z.toml": "z"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    named = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    lines = subprocess.run(["sha256sum", *sorted(named)], cwd=tmp_path, capture_output=True, check=True).stdout
    assert digest_of(named) == hashlib.sha256(lines).hexdigest()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(st.binary(max_size=30), st.binary(max_size=30))
def test_another_content_gives_another_checksum(tmp_path, one, other):
    digests = []
    for content in (one, other):
        (tmp_path / "x.py").write_bytes(content)
        digests.append(digest_of({"edge/x.py": tmp_path / "x.py"}))
    assert (digests[0] == digests[1]) == (one == other)


def test_a_file_that_moves_changes_it(tmp_path):
    (tmp_path / "x.py").write_text("x")
    assert digest_of({"edge/x.py": tmp_path / "x.py"}) != digest_of({"edge/y.py": tmp_path / "x.py"})


def test_without_files_there_is_no_identity(tmp_path):
    with pytest.raises(StopError, match="no source files"):
        digest_of({})
    with pytest.raises(StopError, match="cannot be read"):
        digest_of({"edge/x.py": tmp_path / "x.py"})
