"""A camera that puts its pictures into a folder, as by FTP (docs/protocols/camera-folder.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from firmware_sims.isapi_event import CAMERA_ZONE, AnprEvent
from firmware_sims.scene import Pictures

PIECES = 8
"""A transfer brings a file in pieces."""


def file_name(event: AnprEvent) -> str:
    """Give lane and local time to the millisecond: ``1_20260302160005123.jpg``."""
    local = event.time.astimezone(CAMERA_ZONE)
    return f"{event.lane}_{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}.jpg"


def drop(folder: Path, event: AnprEvent, pictures: Pictures, *, renamed: bool, sidecar: bool) -> Iterator[None]:
    """Write the picture piece by piece; each step of the iteration is one piece.

    Parameters
    ----------
    renamed
        Written under another name and renamed when it is whole; otherwise it grows under its own.
    sidecar
        A JSON file with what the camera read follows.
    """
    final = folder / file_name(event)
    path = final.with_name(f".{final.name}.part") if renamed else final
    size = -(-len(pictures.scene) // PIECES)
    with path.open("wb") as file:
        for at in range(0, len(pictures.scene), size):
            file.write(pictures.scene[at : at + size])
            file.flush()
            yield
    path.replace(final)
    if sidecar:
        said = {"plate": event.plate, "confidence": event.confidence / 100, "colour": event.plate_color, "lane": event.lane}
        final.with_suffix(".json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    yield
