"""The reading process: ``python -m plate_reader.reading.worker``. One JSON line in, one out, until its input ends.

    in:   {"path": "/…/blobs/ab/ab…", "plate": true}        plate: the picture is the crop of one plate, not a scene
    out:  {"text": "湘A12345", "confidence": 0.98, "colour": "yellow", "kind": "…", "alternatives": [{"text": …, "confidence": …}]}
          {"error": "why the picture could not be read"}

Pictures are of unknown origin: whatever they do to decoder or model, they do it here. Its input ends when the receiver ends, however that
ends, so no reader is ever left alone.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from contract.plates import OwnReading
from plate_reader.reading.recogniser import Recogniser, open_recogniser

NICE: Final = 5
"""The weighing beside it goes first, then the receiver."""


def main() -> None:
    """Serve until the input ends."""
    os.nice(NICE)
    recogniser = open_recogniser()
    _say({"ready": True})
    for line in sys.stdin:
        _say(_answer(recogniser, json.loads(line)))


def _answer(recogniser: Recogniser, job: dict[str, Any]) -> dict[str, Any]:
    try:
        reading = recogniser.read(Path(job["path"]).read_bytes(), is_plate=bool(job["plate"]))
    except Exception as error:  # noqa: BLE001 - a picture that breaks decoder or model must not end the reader of the next
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    return (reading or OwnReading(text="", confidence=0.0)).model_dump(mode="json")


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
