"""A blob is under its name whole or not at all."""

import os

import pytest

from contract.faults import StopError
from contract.media import sha256_hex
from edge.outbox.blobs import BlobFolder

DATA = b"a picture"
NAME = sha256_hex(DATA)


@pytest.fixture
def folder(tmp_path):
    return BlobFolder(tmp_path / "blobs")


def test_kept_under_the_first_two_digits_of_its_hash(folder, tmp_path):
    folder.keep(NAME, DATA)
    assert (tmp_path / "blobs" / NAME[:2] / NAME).read_bytes() == DATA
    assert list(folder.names()) == [NAME]


def test_flushed_before_it_is_named_and_its_folders_after(folder, monkeypatch):
    steps = []
    fsync, rename = os.fsync, os.rename

    def noted_fsync(descriptor):
        steps.append(("fsync", os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}"))))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "rename", lambda *paths, **more: (steps.append(("rename", "")), rename(*paths, **more)))
    folder.keep(NAME, DATA)
    assert steps == [("fsync", "blobs"), ("fsync", f"{NAME}.part"), ("rename", ""), ("fsync", NAME[:2])]


def test_kept_twice_is_kept_once(folder):
    folder.keep(NAME, DATA)
    before = folder.path_of(NAME).stat().st_mtime_ns
    folder.keep(NAME, DATA)
    assert folder.path_of(NAME).stat().st_mtime_ns == before


def test_half_a_file_of_an_earlier_life_is_written_anew(folder):
    folder.keep(NAME, DATA)
    folder.path_of(NAME).write_bytes(DATA[:3])
    folder.keep(NAME, DATA)
    assert folder.path_of(NAME).read_bytes() == DATA


def test_another_hash_is_a_program_error(folder):
    with pytest.raises(ValueError, match="not its hash"):
        folder.keep(sha256_hex(b"other"), DATA)


def test_deleting_what_is_not_there_is_no_error(folder):
    folder.delete(NAME)
    folder.keep(NAME, DATA)
    folder.delete(NAME)
    assert list(folder.names()) == []


def test_strays_go_and_known_ones_stay(folder):
    folder.keep(NAME, DATA)
    folder.keep(sha256_hex(b"stray"), b"stray")
    assert folder.remove_strays({NAME}) == 1
    assert list(folder.names()) == [NAME]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StopError, match="cannot be made"):
        BlobFolder(tmp_path / "file" / "blobs")


def test_a_disk_that_fails_stops(folder):
    folder.path_of(NAME).parent.write_text("a file where the folder should be")
    with pytest.raises(StopError, match="cannot be written"):
        folder.keep(NAME, DATA)
