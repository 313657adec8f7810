"""`wim-verify` on files that were made to harm, and on bundles of which a bit or a member was changed at random."""

import io
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.bundle.manifest import MANIFEST_NAME
from tests.bundled import archive_of, members_of, resealed
from tests.conftest import SHARED
from tests.verifier.checking import check, named
from verifier.trust import Trust

pytestmark = pytest.mark.skipif(not (SHARED / "captures").is_dir(), reason="the recorded captures are not there")


def zipped(**more):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", **more) as archive:
        archive.writestr("manifest.json", b"{}")
    return stream.getvalue()


def bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"\0" * 50_000_000)
    return stream.getvalue()


def traversing():
    data = archive_of({"a/b/c/d": b"x"})
    return data.replace(b"a/b/c/d", b"../../x")


def twice():
    data = archive_of({"a": b"x", "b": b"y"})
    return data.replace(b"b", b"a")


HOSTILE = {
    "empty": b"",
    "no-zip": b"PK" * 500,
    "other-zip": zipped(),
    "bomb": bomb(),
    "path-traversal": traversing(),
    "duplicate-names": twice(),
    "bytes-before": b"x" + archive_of({"a": b"x"}),
    "bytes-after": archive_of({"a": b"x"}) + b"x",
    "comment": archive_of({"a": b"x"})[:-2] + struct.pack("<H", 1) + b"c",
    "only-a-directory": archive_of({}),
    "cut-off": archive_of({"a": b"x" * 1000})[:500],
    "huge-claim": archive_of({"a": b"x"}).replace(struct.pack("<I", 1), struct.pack("<I", 2**31 - 1), 1),
    "manifest-no-json": archive_of({MANIFEST_NAME: b"\xff"}),
    "manifest-deep-json": archive_of({MANIFEST_NAME: b"[" * 100_000}),
    "manifest-huge": archive_of({MANIFEST_NAME: b'{"payload":"' + b"A" * 6_000_000 + b'"}'}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words_within_bounded_memory(name):
    data = HOSTILE[name]
    tracemalloc.start()
    report = check(data, Trust())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not report.sound
    assert named(report)
    assert peak < 30_000_000


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.large_base_example])
@given(data=st.data())
def test_a_flipped_bit_anywhere_in_the_file_is_found(evidence, data):
    at = data.draw(st.integers(0, len(evidence.data) - 1), label="byte")
    bit = data.draw(st.integers(0, 7), label="bit")
    flipped = bytearray(evidence.data)
    flipped[at] ^= 1 << bit
    report = check(bytes(flipped), evidence.trust)
    assert not report.sound, (at, bit)
    assert named(report)


@given(st.binary(max_size=2_000))
def test_no_bytes_crash_it(data):
    assert not check(data, Trust()).sound


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["records/", "station/", "history/", "log/", "keys/", "rules/", "media/"]),
    content=st.binary(max_size=300),
    which=st.integers(0, 50),
)
def test_no_member_of_any_content_crashes_it(evidence, name, content, which):
    members = members_of(evidence.data)
    names = [one for one in sorted(members) if one.startswith(name)]
    members[names[which % len(names)]] = content
    assert not check(resealed(members, evidence.central_key), evidence.trust).sound
