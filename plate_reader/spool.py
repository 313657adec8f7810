"""Reads that a camera was promised are kept, one JSON file each, until the edge has taken them.

The file's name is `<time_us>.<digest of the camera's event id>.<camera>.json`: sorted by name they are sorted by time, and an event that
is pushed again falls on the same name. What the edge refuses lies in `refused/` with the reason.
"""

import bisect
import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from contract.faults import RetryError
from contract.plates import PlateRead
from plate_reader.durable import remove_temporaries, sync_folder, write_durably

COUNT_MAX: Final = 50_000
BYTES_MAX: Final = 64 * 1024 * 1024
"""Bounds of the spool: a day and more of a busy lane; beyond them the camera must keep its own queue."""

REFUSED_MAX: Final = 1_000
REFUSED_KEPT_S: Final = 30 * 24 * 3_600.0
"""Refused reads kept to be looked at, and for how long; the oldest makes room. They hold plates."""

SEEN_MAX: Final = 8_192
"""Events by which a resend is recognised. Forgetting one costs a second delivery, which the edge recognises."""


class Spool:
    """The folder of undelivered reads; safe to use from several threads.

    Parameters
    ----------
    root
        Created where missing. Reads left by an earlier run are taken up again.
    count_max, bytes_max
        What it holds at most.
    """

    def __init__(self, root: Path, count_max: int = COUNT_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._root = root
        self._refused = root / "refused"
        self._refused.mkdir(parents=True, exist_ok=True)
        remove_temporaries(root)
        remove_temporaries(self._refused)
        self._count_max = count_max
        self._bytes_max = bytes_max
        self._lock = threading.Lock()
        sizes = {path.name: path.stat().st_size for path in root.glob("*.json")}
        self._sizes = sizes
        self._names = sorted(sizes)
        self._bytes = sum(sizes.values())
        self._refused_names = sorted(path.name for path in self._refused.glob("*.json"))
        self._clear_refused()
        self._seen: OrderedDict[str, None] = OrderedDict.fromkeys(_event_of(name) for name in self._names[-SEEN_MAX:])

    @property
    def count(self) -> int:
        """Reads waiting."""
        return len(self._names)

    @property
    def size_bytes(self) -> int:
        """Their size on disk."""
        return self._bytes

    @property
    def refused(self) -> int:
        """Refused reads kept."""
        return len(self._refused_names)

    def has_seen(self, read: PlateRead) -> bool:
        """Say whether this event was taken before."""
        with self._lock:
            return _event_of(name_of(read)) in self._seen

    def put(self, read: PlateRead) -> None:
        """Keep the read durably; a second time changes nothing.

        Raises
        ------
        RetryError
            If the spool is full, or the disk is full or fails.
        """
        name = name_of(read)
        data = read.model_dump_json().encode()
        with self._lock:
            if _event_of(name) in self._seen:
                return
            if len(self._names) >= self._count_max or self._bytes + len(data) > self._bytes_max:
                held = f"holds {len(self._names)} reads in {self._bytes} bytes of at most {self._count_max} and {self._bytes_max}"
                raise RetryError("spool-full", str(self._root), f"{held}; see why the edge takes none, the camera will send again")
            try:
                write_durably(self._root / name, data)
            except OSError as error:
                raise RetryError("spool-disk", str(self._root), f"cannot be written ({error}); free or mend the disk") from error
            bisect.insort(self._names, name)
            self._sizes[name] = len(data)
            self._bytes += len(data)
            self._seen[_event_of(name)] = None
            if len(self._seen) > SEEN_MAX:
                self._seen.popitem(last=False)

    def oldest(self, ready: Callable[[str], bool] = lambda _: True) -> tuple[str, bytes] | None:
        """Give name and bytes of the read with the earliest time among those whose name is `ready`; None where there is none.

        Raises
        ------
        OSError
            If it cannot be read, or someone has taken it away.
        """
        with self._lock:
            name = next(filter(ready, self._names), None)
            if name is None:
                return None
        return name, (self._root / name).read_bytes()

    def remove(self, name: str) -> None:
        """Let a delivered read go; should a power cut bring it back, it is delivered twice."""
        (self._root / name).unlink(missing_ok=True)
        self._forget(name)

    def refuse(self, name: str, data: bytes, reason: str) -> None:
        """Move a read that the edge will never take into `refused/`, with the reason."""
        kept = {"reason": reason, "read": data.decode("utf-8", "replace")}
        write_durably(self._refused / name, json.dumps(kept, ensure_ascii=False).encode())
        (self._root / name).unlink(missing_ok=True)
        sync_folder(self._root)
        self._forget(name)
        if name not in self._refused_names:
            bisect.insort(self._refused_names, name)
        self._clear_refused()

    def _clear_refused(self) -> None:
        """Delete refused reads beyond the bounds of number and age."""
        before_s = time.time() - REFUSED_KEPT_S
        old = [name for name in self._refused_names if (self._refused / name).stat().st_mtime < before_s]
        for name in dict.fromkeys((*old, *self._refused_names[:-REFUSED_MAX])):
            (self._refused / name).unlink(missing_ok=True)
            self._refused_names.remove(name)

    def _forget(self, name: str) -> None:
        with self._lock:
            at = bisect.bisect_left(self._names, name)
            if at < len(self._names) and self._names[at] == name:
                del self._names[at]
                self._bytes -= self._sizes.pop(name)


def name_of(read: PlateRead) -> str:
    """Give the name under which the spool keeps a read."""
    digest = hashlib.sha256(read.event_id.encode()).hexdigest()[:32]
    return f"{read.time_us:016d}.{digest}.{read.camera}.json"


def _event_of(name: str) -> str:
    """Give the part of the name that says which event of which camera it is, whatever time it bears."""
    return name.partition(".")[2]
