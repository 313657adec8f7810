import pytest

from contract.faults import StopError
from plate_reader import wheel


def test_a_missing_wheel_is_said(monkeypatch):
    monkeypatch.setattr(wheel, "PACKAGE", "no-such-wheel")
    with pytest.raises(StopError, match=r"model\.onnx: not found; install no-such-wheel as requirements\.lock names it"):
        wheel.open_session("model.onnx", 1)


def test_a_missing_model_is_said():
    with pytest.raises(StopError, match=r"no\.onnx: not found"):
        wheel.open_session("no.onnx", 1)
