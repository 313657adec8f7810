"""How a simulated camera speaks: the body of a push, where it goes, and which answer lets the event be forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import httpx

from firmware_sims import axis_event, dahua_event, stream_event
from firmware_sims.errors import SimulationError
from firmware_sims.isapi_event import AnprEvent, event_xml, multipart
from firmware_sims.scene import Pictures


class Verdict(Enum):
    """What an answer means to the camera."""

    TAKEN = "taken"
    REFUSED = "refused"
    AGAIN = "again"


@dataclass(frozen=True)
class PushFormat:
    """One protocol from the camera's side.

    Attributes
    ----------
    document
        Writes the event: event, pictures, stage, and whether it was sent before.
    wrap
        Puts the document and pictures into a body; gives its Content-Type and the bytes.
    verdict
        Judges an answer.
    path
        Follows the address that the camera was given.
    stages
        How often one vehicle is told, and how many seconds after the first time.
    keep_alive
        Path and document of what is sent when there is nothing to tell; None for a camera that is silent then.
    """

    document: Callable[[AnprEvent, Pictures, str, bool], bytes]
    wrap: Callable[[bytes, Pictures, str], tuple[str, bytes]]
    verdict: Callable[[httpx.Response], Verdict]
    path: str = ""
    stages: tuple[tuple[str, float], ...] = (("", 0.0),)
    keep_alive: tuple[str, bytes] | None = None


def by_status(response: httpx.Response) -> Verdict:
    """Forget what was refused as wrong, too: the same would be refused again."""
    if response.status_code >= 500 or response.status_code in (401, 403):
        return Verdict.AGAIN
    return Verdict.REFUSED if response.status_code >= 400 else Verdict.TAKEN


def by_result(response: httpx.Response) -> Verdict:
    """Forget only what was answered with ``"result":"true"``."""
    try:
        answer = json.loads(response.content)
    except ValueError:
        return Verdict.AGAIN
    return Verdict.TAKEN if isinstance(answer, dict) and answer.get("result") == "true" else Verdict.AGAIN


def _isapi(event: AnprEvent, pictures: Pictures, stage: str, again: bool) -> bytes:
    del stage
    return event_xml(event, pictures.plate_rect, again)


def _in_parts(document: bytes, pictures: Pictures, boundary: str) -> tuple[str, bytes]:
    return f"multipart/form-data; boundary={boundary}", multipart(document, pictures, boundary)


def _as_json(document: bytes, pictures: Pictures, boundary: str) -> tuple[str, bytes]:
    del pictures, boundary
    return "application/json", document


FORMATS = {
    "isapi": PushFormat(_isapi, _in_parts, by_status),
    "dahua": PushFormat(
        dahua_event.document,
        _as_json,
        by_result,
        path=dahua_event.EVENT_PATH,
        keep_alive=(dahua_event.KEEP_ALIVE_PATH, dahua_event.KEEP_ALIVE),
    ),
    "axis": PushFormat(axis_event.document, _as_json, by_status, stages=(("new", 0.0), ("update", 0.3), ("lost", 5.0))),
    "platerecognizer": PushFormat(stream_event.document, stream_event.wrap, by_status),
}


def format_named(name: str) -> PushFormat:
    """Give a format by its name; raises `SimulationError` if there is none."""
    if name not in FORMATS:
        raise SimulationError(f"protocol {name!r}; allowed are {', '.join(FORMATS)}")
    return FORMATS[name]
