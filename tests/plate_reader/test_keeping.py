import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.faults import RetryError
from contract.media import sha256_hex
from contract.plates import PlateRead
from plate_reader import spool as spool_module
from plate_reader.blobs import BlobFolder
from plate_reader.durable import TEMPORARY_SUFFIX, write_durably
from plate_reader.spool import Spool


def read(number, time_us=None, camera="front"):
    return PlateRead(camera=camera, event_id=f"e{number}", time_us=time_us or 1_000_000 + number, text="湘A12345", confidence=0.9)


def drain(spool):
    reads = []
    while (entry := spool.oldest()) is not None:
        reads.append(PlateRead.model_validate_json(entry[1]))
        spool.remove(entry[0])
    return reads


def test_reads_come_out_by_time_and_once(tmp_path):
    spool = Spool(tmp_path)
    for number in (3, 1, 2, 1):
        spool.put(read(number))
    assert spool.count == 3
    assert [one.event_id for one in drain(spool)] == ["e1", "e2", "e3"]
    assert (spool.count, spool.size_bytes) == (0, 0)


def test_what_was_kept_is_there_after_a_restart_and_known_as_seen(tmp_path):
    Spool(tmp_path).put(read(1))
    (tmp_path / f"half{TEMPORARY_SUFFIX}").write_bytes(b"{")
    spool = Spool(tmp_path)
    assert spool.has_seen(read(1))
    assert spool.has_seen(read(1, time_us=99))
    assert not spool.has_seen(read(1, camera="rear"))
    assert drain(spool) == [read(1)]
    assert not list(tmp_path.glob(f"*{TEMPORARY_SUFFIX}"))


@pytest.mark.parametrize("bounds", [{"count_max": 2}, {"bytes_max": 600}])
def test_a_full_spool_says_so_and_keeps_what_it_has(tmp_path, bounds):
    spool = Spool(tmp_path, **bounds)
    spool.put(read(1))
    spool.put(read(2))
    with pytest.raises(RetryError, match="at most") as caught:
        spool.put(read(3))
    assert caught.value.code == "spool-full"
    spool.put(read(1))
    assert [one.event_id for one in drain(spool)] == ["e1", "e2"]
    spool.put(read(3))


def test_a_disk_that_fails_is_a_fault_and_leaves_nothing_half(tmp_path):
    spool = Spool(tmp_path)
    (tmp_path / "refused").rmdir()
    tmp_path.rmdir()
    with pytest.raises(RetryError) as caught:
        spool.put(read(1))
    assert caught.value.code == "spool-disk"
    tmp_path.mkdir()
    assert not spool.has_seen(read(1))
    spool.put(read(1))
    assert spool.count == 1


def test_refused_reads_lie_apart_with_the_reason_and_in_bounds(tmp_path, monkeypatch):
    monkeypatch.setattr(spool_module, "REFUSED_MAX", 2)
    spool = Spool(tmp_path)
    for number in range(4):
        spool.put(read(number))
        name, data = spool.oldest()
        spool.refuse(name, data, "422: no such camera")
    assert (spool.count, spool.refused) == (0, 2)
    kept = sorted((tmp_path / "refused").iterdir())
    assert len(kept) == 2
    assert "no such camera" in kept[-1].read_text()
    assert "e3" in kept[-1].read_text()
    assert Spool(tmp_path).refused == 2
    os.utime(kept[0], (1, 1))
    assert Spool(tmp_path).refused == 1
    assert not kept[0].exists()


def test_pictures_are_kept_once_under_their_hash(tmp_path):
    blobs = BlobFolder(tmp_path)
    sha256 = blobs.put(b"picture")
    path = blobs.path(sha256)
    assert sha256 == sha256_hex(b"picture")
    assert path == tmp_path / sha256[:2] / sha256
    assert path.read_bytes() == b"picture"
    before = path.stat().st_ino
    blobs.put(b"picture")
    assert path.stat().st_ino == before


def test_only_our_own_leftovers_are_removed_from_the_shared_folder(tmp_path):
    BlobFolder(tmp_path)
    ours, others = tmp_path / "ab" / f"x{TEMPORARY_SUFFIX}", tmp_path / "ab" / "y.tmp"
    for path in (ours, others):
        path.write_bytes(b"")
    BlobFolder(tmp_path)
    assert (ours.exists(), others.exists()) == (False, True)


@given(st.integers(0, 3))
def test_a_write_that_fails_at_any_step_leaves_the_old_file(tmp_path_factory, step):
    path = tmp_path_factory.mktemp("durable") / "file"
    path.write_bytes(b"old")
    steps = [(os, "fsync"), (Path, "replace"), (Path, "open"), (None, None)]
    owner, name = steps[step]
    with pytest.MonkeyPatch.context() as patch:
        if owner is None:
            write_durably(path, b"new")
            assert path.read_bytes() == b"new"
            return

        def fails(*_args, **_kwargs):
            raise OSError(28, "No space left on device")

        patch.setattr(owner, name, fails)
        with pytest.raises(OSError, match="No space"):
            write_durably(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]
