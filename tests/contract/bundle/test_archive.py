"""The archive's one form: any members come back, any other program opens it, and no bit can change unseen."""

import io
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.bundle.archive import ArchiveReader, ArchiveWriter, is_member_name
from contract.faults import RejectError

NAMES = st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,20}(/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,20}){0,3}", fullmatch=True)
MEMBERS = st.dictionaries(NAMES, st.binary(max_size=200), max_size=6)


def written(members):
    writer = ArchiveWriter([(name, zlib.crc32(content), len(content)) for name, content in members.items()])
    data = b"".join([*(writer.head(index) + members[name] for index, name in enumerate(writer.names)), writer.tail()])
    assert len(data) == writer.size
    return data


def read(data):
    reader = ArchiveReader(io.BytesIO(data), "x.zip")
    return {name: b"".join(reader.chunks(name)) for name in reader.members}


@given(MEMBERS)
def test_members_come_back_in_order_and_another_program_reads_them_too(members):
    data = written(members)
    assert list(read(data).items()) == sorted(members.items())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == members


@given(MEMBERS, st.data())
def test_the_same_members_in_any_order_give_the_same_bytes(members, data):
    names = data.draw(st.permutations(list(members)))
    assert written({name: members[name] for name in names}) == written(members)


@given(MEMBERS, st.data())
def test_no_bit_changes_unseen(members, data):
    whole = bytearray(written(members))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(RejectError):
        read(bytes(whole))


@given(MEMBERS, st.data())
def test_cut_or_lengthened_it_is_refused(members, data):
    whole = written(members)
    with pytest.raises(RejectError):
        read(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(RejectError):
        read(whole + b"\0")


@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reader(data):
    with pytest.raises(RejectError):
        read(b"PK\x03\x04" + data)


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", ".hidden", "a\\b", "a b", "é", "x" * 201, "a\0b", "C:x"]
)
def test_names_that_lead_elsewhere_are_none(name):
    assert not is_member_name(name)
    with pytest.raises(ValueError, match="members"):
        ArchiveWriter([(name, 0, 0)])


def test_a_name_twice_and_a_size_beyond_the_bound_are_the_writers_errors():
    with pytest.raises(ValueError, match="members"):
        ArchiveWriter([("a", 0, 0), ("a", 0, 0)])
    with pytest.raises(ValueError, match="at most"):
        ArchiveWriter([("a", 0, 2**31)])


def test_a_large_member_is_read_piece_by_piece(tmp_path):
    path, size = tmp_path / "large.zip", 64 * 1024 * 1024
    content = bytes(size)
    path.write_bytes(written({"a": content}))
    del content
    tracemalloc.start()
    with path.open("rb") as stream:
        reader = ArchiveReader(stream, "large.zip")
        assert sum(map(len, reader.chunks("a"))) == size
        with pytest.raises(RejectError, match="at most 10 are read"):
            reader.read("a", 10)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024
