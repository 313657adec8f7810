"""One HTTP message of a camera, complete in memory, and the protocol by which it is understood."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timezone
from typing import Final

from plate_reader.cameras.event import Pushed

PLAIN: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Message:
    """What a camera sent.

    `camera` is its name in the station file, from the address it was sent to; `path` what follows the name in it, without slashes at the
    ends; `zone` the offset to UTC that the settings give the camera's clock, where they give one.
    """

    camera: str
    body: bytes
    content_type: str = ""
    path: str = ""
    zone: timezone | None = None


def plain_answer(taken: bool, text: str) -> tuple[str, str]:
    """Answer in plain words: the status says what is meant."""
    del taken
    return f"{text}\n", PLAIN


@dataclass(frozen=True, slots=True)
class Protocol:
    """How cameras of one make speak.

    Attributes
    ----------
    name
        First part of the address: ``/<name>/<camera>``.
    parse
        Understands a message; pure. Raises `RejectError` for one that it cannot understand.
    answer
        Gives body and media type of the answer, from whether the message was taken and what is said of it.
    resends_refused
        Whether such a camera sends again what was refused as wrong, for ever.
    own_path
        First part of an address that some of these cameras cannot be told to change; they are then known by where they push from.
    silent_s
        How long such a camera may send nothing at all, where the settings say nothing; None: for ever, it only speaks of vehicles.
    """

    name: str
    parse: Callable[[Message], Pushed]
    answer: Callable[[bool, str], tuple[str, str]] = plain_answer
    resends_refused: bool = False
    own_path: str = ""
    silent_s: float | None = None
