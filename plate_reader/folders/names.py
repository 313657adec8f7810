"""What a picture's file name says, by a pattern of the settings: ``{lane}_{plate}_{time}.jpg``.

Expected damage: names of other files, times that are none, names made to reach outside of the folder.
"""

import re
from dataclasses import dataclass
from datetime import timezone
from typing import Final

from contract.faults import RejectError
from plate_reader.cameras.times import local_us

_FIELD: Final = re.compile(r"\{(\w+)\}")
_FIELDS: Final = {"time": r"(?P<time>.+?)", "plate": r"(?P<plate>[^/]{0,32}?)", "lane": r"(?P<lane>\d{1,2})", "any": r"[^/]*?"}
_ONCE: Final = ("time", "plate", "lane")


@dataclass(frozen=True, slots=True)
class Named:
    """What a name said: UTC in µs, and plate and lane where the pattern has them."""

    time_us: int
    plate: str | None
    lane: int | None


class NamePattern:
    """A pattern, made ready.

    Parameters
    ----------
    pattern
        Text with ``{time}`` once, ``{plate}`` and ``{lane}`` at most once, ``{any}`` as often as is liked.
    layout
        How ``{time}`` is written, as for `strptime`.

    Raises
    ------
    ValueError
        If the pattern has an unknown field, one too often, or no time.
    """

    def __init__(self, pattern: str, layout: str) -> None:
        names = _FIELD.findall(pattern)
        unknown = next((name for name in names if name not in _FIELDS), None)
        twice = next((name for name in _ONCE if names.count(name) > 1), None)
        if unknown or twice or "time" not in names or "/" in pattern or "\0" in pattern:
            allowed = "{time} once, {plate} and {lane} at most once, {any} and plain text are allowed, as {lane}_{time}.jpg"
            msg = f"pattern {pattern!r}; {allowed}"
            raise ValueError(msg)
        pieces = _FIELD.split(pattern)
        self._layout = layout
        self._regex = re.compile(
            "".join(_FIELDS[piece] if index % 2 else re.escape(piece) for index, piece in enumerate(pieces)), re.IGNORECASE
        )

    def matches(self, name: str) -> bool:
        """Say whether a file may be one of the camera's pictures; one that is still written under another name is not."""
        return not name.startswith(".") and self._regex.fullmatch(name) is not None

    def parse(self, name: str, zone: timezone, camera: str) -> Named:
        """Take a name apart; raises `RejectError` if it does not follow the pattern."""
        found = self._regex.fullmatch(name)
        if found is None:
            raise RejectError("file-name", camera, f"{name[:100]!r} does not follow the pattern of the settings")
        given = found.groupdict()
        time_us = local_us(given["time"], self._layout, zone, camera, "time in the file's name")
        lane = given.get("lane")
        return Named(time_us, given.get("plate"), None if lane is None else int(lane))
