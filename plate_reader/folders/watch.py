"""Watches one folder: takes each file once it is whole, and lets it go only when its read is durable.

| a file is                                          | then                                                                    |
|----------------------------------------------------|-------------------------------------------------------------------------|
| not of the pattern, hidden, no plain file          | left alone                                                              |
| still growing, or its name is new                  | looked at again                                                         |
| whole                                              | taken, then removed, or moved to `taken/`                               |
| whole, and cannot be understood                    | moved to `refused/`, one fault                                          |
| whole, and cannot be kept now (disk or spool full) | left where it is, tried again                                           |

A power cut between keeping and removing makes the same file come again; its name is the event's id, so it is known.
"""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract.faults import Fault, Reaction, RejectError, RetryError
from plate_reader.durable import sync_folder
from plate_reader.folders.names import NamePattern
from plate_reader.folders.picture import picture_event
from plate_reader.health import Health
from plate_reader.intake import Intake
from plate_reader.settings import CameraSettings, FolderSettings

LOOK_S: Final = 0.5
"""Pause between two looks into the folder."""

LOOKED_AT_MAX: Final = 2_000
"""Files looked at in one go; the rest waits for the next."""

TAKEN, REFUSED = "taken", "refused"
KEPT_MAX: Final = 1_000
"""Files kept in each of these; the oldest makes room."""


@dataclass(slots=True)
class _Sight:
    size: int
    modified_ns: int
    since_s: float


class FolderWatch:
    """One camera's folder.

    Parameters
    ----------
    camera
        Its settings, with a folder and a zone.
    bytes_max
        Largest picture taken.
    now_s
        A clock that never goes back.
    """

    def __init__(self, camera: CameraSettings, intake: Intake, health: Health, bytes_max: int, now_s: Callable[[], float]) -> None:
        folder, zone = camera.folder, camera.offset
        if folder is None or zone is None:
            msg = f"camera {camera.name} has no folder or no zone"
            raise ValueError(msg)
        self._camera = camera.name
        self._folder: FolderSettings = folder
        self._zone = zone
        self._pattern = NamePattern(folder.pattern, folder.time)
        self._intake = intake
        self._health = health
        self._bytes_max = bytes_max
        self._now_s = now_s
        self._seen: dict[str, _Sight] = {}
        self._away = False
        self._stuck: set[str] = set()
        for name in (REFUSED, TAKEN)[: 1 + folder.keep]:
            (folder.path / name).mkdir(parents=True, exist_ok=True)

    def look(self) -> int:
        """Look into the folder once; give how many reads were taken. Blocking."""
        try:
            names = sorted(entry.name for entry in os.scandir(self._folder.path) if self._pattern.matches(entry.name))[:LOOKED_AT_MAX]
        except OSError as error:
            if not self._away:
                what = f"{self._folder.path} cannot be looked into ({error.strerror}); mend or mount it"
                self._health.fault(Fault(code="folder-away", where=self._camera, what=what, reaction=Reaction.RETRY))
            self._away = True
            return 0
        self._away = False
        there = set(names)
        self._seen = {name: sight for name, sight in self._seen.items() if name in there}
        self._stuck &= there
        return sum(self._take(name) for name in names if name not in self._stuck and self._whole(name))

    def _whole(self, name: str) -> bool:
        """Say whether a file has stopped growing, and its sidecar has come or been waited for."""
        now_s = self._now_s()
        known = self._seen.get(name)
        state = self._state(name)
        if state is None:
            return False
        if known is None or (known.size, known.modified_ns) != state:
            self._seen[name] = _Sight(*state, now_s)
            return False
        waited_s = now_s - known.since_s
        beside = self._beside(name)
        patient = beside is not None and not (self._folder.path / beside).exists() and waited_s < self._folder.sidecar_s
        return waited_s >= self._folder.settle_s and state[0] > 0 and not patient

    def _state(self, name: str) -> tuple[int, int] | None:
        try:
            found = os.stat(self._folder.path / name, follow_symlinks=False)
        except OSError:
            return None
        return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None

    def _beside(self, name: str) -> str | None:
        return None if self._folder.sidecar is None else name.rpartition(".")[0] + self._folder.sidecar

    def _take(self, name: str) -> bool:
        beside = self._beside(name)
        try:
            data = self._read(name)
            sidecar = self._read(beside) if beside is not None and (self._folder.path / beside).exists() else None
            event = picture_event(name, data, sidecar, pattern=self._pattern, zone=self._zone, camera=self._camera)
            taken = self._intake.keep(self._camera, event)
        except RejectError as error:
            self._health.fault(error.fault())
            self._health.count(self._camera, "refused")
            self._put_away(name, beside, REFUSED)
            return False
        except (RetryError, OSError) as error:
            what = error.fault() if isinstance(error, RetryError) else self._unread(name, error)
            self._health.fault(what)
            self._health.count(self._camera, "put-off")
            self._seen.pop(name, None)
            return False
        self._put_away(name, beside, TAKEN if self._folder.keep else None)
        return taken

    def _unread(self, name: str, error: OSError) -> Fault:
        return Fault(
            code="folder-disk", where=self._camera, what=f"{name[:100]!r} cannot be read ({error.strerror})", reaction=Reaction.RETRY
        )

    def _read(self, name: str) -> bytes:
        """Read a plain file within the bound; a link to another is none."""
        descriptor = os.open(self._folder.path / name, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(self._bytes_max + 1)
        if len(data) > self._bytes_max:
            raise RejectError(
                "file-too-large", self._camera, f"{name[:100]!r} has more than {self._bytes_max} bytes; lower the picture size"
            )
        return data

    def _put_away(self, name: str, beside: str | None, where: str | None) -> None:
        """Remove a file and its sidecar, or move them; what cannot be removed comes again and is known."""
        self._seen.pop(name, None)
        for one in (name, beside):
            path = self._folder.path / one if one is not None else None
            if path is None or not path.exists():
                continue
            try:
                if where is None:
                    path.unlink()
                else:
                    path.replace(self._folder.path / where / path.name)
            except OSError as error:
                self._stuck.add(path.name)  # taken and known, only not to be got rid of: said once
                what = (
                    f"{path.name[:100]!r} was taken and cannot be removed ({error.strerror}); give the folder's permissions to this program"
                )
                self._health.fault(Fault(code="folder-stuck", where=self._camera, what=what, reaction=Reaction.RETRY))
        if where is not None:
            self._thin(self._folder.path / where)
        sync_folder(self._folder.path)

    @staticmethod
    def _thin(folder: Path) -> None:
        kept = sorted(folder.iterdir())
        for path in kept[: max(0, len(kept) - KEPT_MAX)]:
            path.unlink(missing_ok=True)
