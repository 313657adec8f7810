import numpy as np
import pytest

from plate_reader.recognise.model import STEP_PX, WIDTH_PX, shared_model
from plate_reader.syntax import shipped_grammar


@pytest.mark.parametrize("width_px", [WIDTH_PX, 224])
def test_every_step_is_a_distribution(width_px):
    lines = [np.full((24, 94, 3), 90, np.uint8), np.zeros((140, 440, 3), np.uint8), np.zeros((1, 1, 3), np.uint8)]
    model = shared_model()
    logs = model.log_probabilities(lines, width_px=width_px)
    assert logs.shape == (3, width_px // STEP_PX, len(model.characters))
    assert np.exp(logs).sum(axis=2) == pytest.approx(1, abs=1e-3)


def test_a_line_does_not_depend_on_its_neighbours():
    rng = np.random.default_rng(5)
    lines = [rng.integers(0, 256, (30, 100, 3), np.uint8) for _ in range(3)]
    model = shared_model()
    alone = [model.log_probabilities([line])[0] for line in lines]
    assert np.abs(model.log_probabilities(lines) - alone).max() < 0.05


def test_the_model_knows_what_stands_on_plates():
    assert set(shipped_grammar("cn").alphabet) <= set(shared_model().characters)
