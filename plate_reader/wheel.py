"""Opens the models that the wheel `rapidocr-onnxruntime` carries as ONNX.

Only those files are read: the wheel's own code would need OpenCV.
"""

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Final

import onnxruntime

from contract.faults import StopError

PACKAGE: Final = "rapidocr-onnxruntime"

ERRORS_ONLY: Final = 3
"""Least severity that onnxruntime logs: its warnings are about the machine's graphics cards."""


def open_session(file: str, threads: int) -> onnxruntime.InferenceSession:
    """Load a model.

    Parameters
    ----------
    file
        Its file's name in the wheel.
    threads
        Processor threads that one call may use.

    Raises
    ------
    StopError
        If the wheel or the file is missing.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads leave the core to the weighing
    return onnxruntime.InferenceSession(str(_path(file)), options, providers=["CPUExecutionProvider"])


def _path(name: str) -> Path:
    """Where the wheel has put it."""
    try:
        found = [file for file in files(PACKAGE) or () if file.name == name]
    except PackageNotFoundError:
        found = []
    if not found:
        raise StopError("model-missing", name, f"not found; install {PACKAGE} as requirements.lock names it")
    return Path(str(found[0].locate()))
