"""The recognition model: pictures of one line of text in, log-probabilities of characters over steps along the line out.

It is the recogniser of PP-OCRv4 (SVTR-LCNet with a CTC head, general Chinese), which the wheel `rapidocr-onnxruntime` carries as ONNX. Only
that file is read: the wheel's code would need OpenCV. The characters stand in the model's metadata; class 0 is the blank of CTC and the
class behind the last character is a space.

A line is scaled to 48 pixels of height, its values to -1 … 1, its channels put in the order blue, green, red, and padded on the right with
zeros to 320 pixels, as the model was trained; each step covers 8 pixels. Narrower padding is faster and reads separators into plates.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from contract.faults import StopError
from plate_reader.recognise.rectify import Pixels
from plate_reader.wheel import PACKAGE, open_session

FILE: Final = "ch_PP-OCRv4_rec_infer.onnx"

HEIGHT_PX: Final = 48
WIDTH_PX: Final = 320
STEP_PX: Final = 8
"""Pixels of a line that one step covers."""

FLOOR: Final = 1e-12
"""Least probability given out: single precision rounds smaller ones to nothing, and a character that got nothing could never be read."""


class Model:
    """The loaded model.

    Parameters
    ----------
    threads
        Processor threads that one call may use.

    Raises
    ------
    StopError
        If the wheel, its model or the model's characters are missing.
    """

    def __init__(self, *, threads: int = 1) -> None:
        self._session = open_session(FILE, threads)
        self._input = self._session.get_inputs()[0].name
        text = self._session.get_modelmeta().custom_metadata_map.get("character")
        if not text:
            raise StopError("model-no-characters", FILE, f"has no list of characters; install {PACKAGE} as requirements.lock names it")
        self.characters: Final = ("", *text.splitlines(), " ")
        """What each class stands for, by its index; the blank is empty."""

    def log_probabilities(self, lines: Sequence[Pixels], *, width_px: int = WIDTH_PX) -> NDArray[np.float32]:
        """Look at pictures of one line each.

        Parameters
        ----------
        lines
            Each (height, width, 3), uint8, RGB, at least 1 x 1.
        width_px
            Width to which they are padded, a multiple of `STEP_PX`; a longer line is narrowed to it.

        Returns
        -------
        (len(lines), width_px / STEP_PX, len(characters)), natural logarithms, never below that of `FLOOR`.
        """
        batch = np.stack([_prepare(line, width_px) for line in lines])
        (probabilities,) = self._session.run(None, {self._input: batch})
        return np.asarray(np.log(np.maximum(probabilities, np.float32(FLOOR))))


@lru_cache(maxsize=4)
def shared_model(threads: int = 1) -> Model:
    """Give the process's model, loaded at the first call (0.1 s, 40 MB)."""
    return Model(threads=threads)


def _prepare(line: Pixels, width_px: int) -> NDArray[np.float32]:
    """Scale and pad one line; (3, HEIGHT_PX, width_px)."""
    height, width = line.shape[:2]
    scaled = max(1, min(width_px, round(HEIGHT_PX * width / height)))
    image = Image.fromarray(line).resize((scaled, HEIGHT_PX), Image.Resampling.BICUBIC)
    padded = np.zeros((3, HEIGHT_PX, width_px), dtype=np.float32)
    padded[:, :, :scaled] = np.asarray(image, dtype=np.float32)[:, :, ::-1].transpose(2, 0, 1) / 127.5 - 1
    return padded
