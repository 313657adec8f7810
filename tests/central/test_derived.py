import os
import threading

from central.evidence.derived import DerivedFolder


def test_it_makes_a_copy_once_even_when_two_ask(tmp_path):
    folder, made = DerivedFolder(tmp_path / "derived"), []

    def make():
        made.append(1)
        return b"copy"

    threads = [threading.Thread(target=folder.get, args=("a.webm", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    assert folder.get("a.webm", make).read_bytes() == b"copy"


def test_what_was_not_looked_at_for_longest_makes_room(tmp_path):
    folder = DerivedFolder(tmp_path, bytes_max=250)
    for place, name in enumerate(("a", "b")):
        os.utime(folder.get(name, lambda: bytes(100)), (place, place))
    folder.get("a", lambda: b"never made")
    folder.get("c", lambda: bytes(100))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]


def test_copies_of_a_deleted_original_are_forgotten(tmp_path):
    folder = DerivedFolder(tmp_path)
    for name in ("abc.s1.1.webm", "abc.s1.2.webm", "def.s1.1.webm"):
        folder.get(name, lambda: b"x")
    folder.forget("abc")
    assert [path.name for path in tmp_path.iterdir()] == ["def.s1.1.webm"]
