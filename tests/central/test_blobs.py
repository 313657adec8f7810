import itertools
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.evidence.blobs import BlobStore
from central.evidence.durable import UNFINISHED_LIFE_S
from contract.faults import RejectError, RetryError, StopError
from contract.media import BLOB_MAX_BYTES, sha256_hex


@pytest.fixture
def store(tmp_path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def put(store: BlobStore, data: bytes, *, sha256: str | None = None, size: int | None = None) -> str:
    sha256 = sha256 or sha256_hex(data)
    with store.begin(sha256, len(data) if size is None else size) as upload:
        upload.write(data)
        upload.finish()
    return sha256


def leftovers(store: BlobStore) -> list[str]:
    return [path.name for path in store.path("ab" * 32).parents[1].joinpath("unfinished").iterdir()]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(min_size=1, max_size=2_000), cuts=st.lists(st.integers(0, 2_000), max_size=5))
def test_bytes_in_any_pieces_come_back_whole(store, data, cuts):
    ends = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    with store.begin(sha256_hex(data), len(data)) as upload:
        for start, stop in itertools.pairwise(ends):
            upload.write(data[start:stop])
        upload.finish()
    with store.open(sha256_hex(data)) as stream:
        assert stream.read() == data
    assert store.is_sound(sha256_hex(data))


def test_other_bytes_than_announced_leave_nothing(store):
    with pytest.raises(RejectError, match="has the hash"):
        put(store, b"picture", sha256="a" * 64)
    with pytest.raises(RejectError, match="ended after 7 of 8 bytes"):
        put(store, b"picture", size=8)
    with pytest.raises(RejectError, match="longer than the 6 bytes"):
        put(store, b"picture", size=6)
    for size in (0, BLOB_MAX_BYTES + 1):
        with pytest.raises(RejectError, match="are taken"):
            store.begin("a" * 64, size)
    assert leftovers(store) == []


def test_an_altered_blob_is_not_sound(store):
    sha256 = put(store, b"picture")
    store.path(sha256).write_bytes(b"Picture")
    assert not store.is_sound(sha256)


def test_folders_and_bytes_are_synced_before_the_name_counts(store, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.readlink(f"/proc/self/fd/{fd}")), real(fd))[1])
    sha256 = put(store, b"picture")
    assert synced[-1] == str(store.path(sha256).parent)
    assert "unfinished" in synced[0]


def test_a_failed_fsync_stops_and_a_full_disk_asks_for_another_try(store, monkeypatch):
    def fail(_descriptor):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(StopError, match="check the disk"):
            put(store, b"picture")
    assert not store.has(sha256_hex(b"picture"))
    with store.begin("a" * 64, 10) as upload:
        upload._file.close()
        upload._file = open("/dev/full", "wb", buffering=0)
        with pytest.raises(RetryError, match="make room"):
            upload.write(b"x")
        upload._file.close()


def test_what_cut_off_uploads_left_is_swept_when_it_is_old(store):
    upload = store.begin("a" * 64, 10)
    upload._file.close()
    mtime_us = int(upload._path.stat().st_mtime * 1_000_000)
    assert store.sweep(mtime_us + 1_000_000) == 0
    assert store.sweep(mtime_us + (UNFINISHED_LIFE_S + 1) * 1_000_000) == 1
    assert leftovers(store) == []
