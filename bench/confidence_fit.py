"""Fits the confidence of plate readings to rendered plates and writes `plate_reader/recognise/confidence.toml`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from plate_reader.recognise import confidence
from plate_reader.recognise.confidence import NAMES, Signs

RIDGE = 0.02
"""Penalty on the squares of the standardised coefficients: terms that say the same share their weight instead of fighting."""


def fit(signs: Sequence[Signs], right: Sequence[bool]) -> NDArray[np.float64]:
    """Give the coefficients of the logistic regression that make the truth likeliest, in the order of `NAMES`."""
    terms = np.array([sign.features() for sign in signs])
    wanted = np.array(right, dtype=float)
    middle, spread = terms.mean(axis=0), terms.std(axis=0)
    middle[0], spread = 0.0, np.where(spread > 0, spread, 1.0)
    scaled = (terms - middle) / spread

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = scaled @ weights
        value = np.logaddexp(0, score) @ np.ones(len(score)) - wanted @ score + RIDGE * weights[1:] @ weights[1:]
        slope = scaled.T @ (1 / (1 + np.exp(-score)) - wanted)
        slope[1:] += 2 * RIDGE * weights[1:]
        return float(value), slope

    weights = minimize(loss, np.zeros(len(NAMES)), jac=True, method="L-BFGS-B").x / spread
    weights[0] -= weights @ middle
    return np.asarray(weights)


def write(coefficients: NDArray[np.float64], count: int, wrong: int, seed: int) -> Path:
    """Write the file that ships, and give its path."""
    path = Path(confidence.__file__).with_name(confidence.FILE)
    lines = [
        f"# Fitted by `python -m bench.plates --fit` to {count} rendered plates, {wrong} of them misread (seed {seed}).",
        "",
        "[coefficients]",
        *(f"{name} = {value:.5f}" for name, value in zip(NAMES, coefficients, strict=True)),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
