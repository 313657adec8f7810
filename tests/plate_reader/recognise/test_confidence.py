import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.confidence_fit import fit
from plate_reader.recognise.confidence import HIGHEST, NAMES, Confidence, Signs

signs = st.builds(
    Signs,
    odds=st.floats(-30, 30),
    weakest=st.floats(0, 1),
    mean=st.floats(-28, 0),
    agreeing=st.floats(0, 1),
    looks=st.integers(1, 2),
    colour=st.floats(0, 1),
    sharpness=st.floats(0, 1),
)


@given(signs)
def test_it_is_a_probability_and_never_certain(given_signs):
    assert 0 <= Confidence.shipped().of(given_signs) <= HIGHEST


def test_a_clear_plate_is_surer_than_an_unclear_one():
    clear = Signs(odds=9, weakest=0.999, mean=-0.0005, agreeing=1, looks=1, colour=0.95, sharpness=0.4)
    unclear = Signs(odds=0.5, weakest=0.4, mean=-0.3, agreeing=0.5, looks=2, colour=0.3, sharpness=0.08)
    shipped = Confidence.shipped()
    assert shipped.of(clear) > 0.99
    assert shipped.of(unclear) < 0.5


def test_a_fit_gives_back_how_often_readings_are_right():
    rng = np.random.default_rng(4)
    drawn = [
        Signs(
            odds=float(rng.uniform(0, 10)),
            weakest=float(rng.uniform(0.3, 1)),
            mean=-float(rng.uniform(0.001, 0.5)),
            agreeing=float(rng.choice([0.5, 1.0])),
            looks=int(rng.integers(1, 3)),
            colour=float(rng.uniform()),
            sharpness=float(rng.uniform(0.05, 0.5)),
        )
        for _ in range(6000)
    ]
    true = np.array([1 / (1 + np.exp(-(0.6 * sign.odds - 2.5))) for sign in drawn])
    fitted = Confidence(fit(drawn, (rng.uniform(size=len(true)) < true).tolist()))
    assert len(fitted.coefficients) == len(NAMES)
    said = np.array([fitted.of(sign) for sign in drawn])
    for low, high in ((0.0, 0.3), (0.3, 0.7), (0.7, 1.0)):
        within = (said >= low) & (said < high)
        assert said[within].mean() == pytest.approx(true[within].mean(), abs=0.03)
