"""The text detection model: a batch of small pictures in, for each pixel the probability of text out.

It is the detector of PP-OCRv4 (mobile), which the wheel `rapidocr-onnxruntime` carries as ONNX. As with the recogniser only that file is
read. Values go in as -1 … 1, channels in the order blue, green, red, sides in multiples of 32.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from plate_reader.wheel import open_session

FILE: Final = "ch_PP-OCRv4_det_infer.onnx"

SIDE_PX: Final = 32
"""The model halves its picture five times, so both sides are multiples of it."""


class LineModel:
    """The loaded model.

    Raises
    ------
    StopError
        If the wheel or its model is missing.
    """

    def __init__(self, *, threads: int = 1) -> None:
        self._session = open_session(FILE, threads)
        self._input = self._session.get_inputs()[0].name

    def probabilities(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give how probably each pixel lies in the core of a line of text.

        Parameters
        ----------
        pictures
            (n, height, width, 3), RGB, 0 … 255; height and width multiples of `SIDE_PX`.

        Returns
        -------
        (n, height, width), 0 … 1.
        """
        batch = np.ascontiguousarray(pictures[..., ::-1].transpose(0, 3, 1, 2) / np.float32(127.5) - np.float32(1))
        (maps,) = self._session.run(None, {self._input: batch})
        return np.asarray(maps[:, 0], dtype=np.float32)


@lru_cache(maxsize=4)
def shared_line_model(threads: int = 1) -> LineModel:
    """Give the process's model, loaded at the first call."""
    return LineModel(threads=threads)
