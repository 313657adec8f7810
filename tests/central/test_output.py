"""The files that commands write: whole under their name, or not there."""

import pytest

from central.commands.output import write_whole


def test_a_file_is_whole_or_not_there(tmp_path):
    path = tmp_path / "case-12.zip"
    seen = []

    def chunks():
        yield b"one"
        seen.extend(one.name for one in tmp_path.iterdir())
        yield b"two"

    write_whole(path, chunks())
    assert (path.read_bytes(), seen, [one.name for one in tmp_path.iterdir()]) == (b"onetwo", ["case-12.zip.part"], ["case-12.zip"])


def test_what_cannot_be_made_leaves_what_was_there(tmp_path):
    path = tmp_path / "case-12.pdf"
    path.write_bytes(b"earlier")

    def chunks():
        yield b"half"
        raise ValueError("stopped")

    with pytest.raises(ValueError, match="stopped"):
        write_whole(path, chunks())
    assert (path.read_bytes(), len(list(tmp_path.iterdir()))) == (b"earlier", 1)
