"""From signs of a reading to the probability that it is right: logistic regression, fitted on thousands of rendered and damaged plates.

The coefficients stand in `confidence.toml`, with what they were fitted on; `python -m bench.plates --fit` writes them anew. How well the
probabilities hold on other plates is printed by `python -m bench.plates`.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

FILE: Final = "confidence.toml"

HIGHEST: Final = 0.9999
"""No reading is given out as surer than this: the fit has seen thousands of plates, not millions."""

TINY: Final = 1e-6
COLOUR_SOFT, SHARPNESS_SOFT = 0.001, 0.02
"""Added before a logarithm is taken, so that nothing becomes no infinite doubt."""

NAMES: Final = (
    "constant", "odds", "odds_squared", "weakest", "mean", "agreeing", "second_look", "colour", "sharpness", "odds_weakest",
)  # fmt: skip
"""The terms of the regression, as `confidence.toml` names their coefficients."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What the confidence of a reading rests on.

    Attributes
    ----------
    odds
        Natural log-odds of the text against all others found; where none was, of all its characters being as the looks have them.
    weakest
        How sure the surest step of any look is of the least sure character.
    mean
        Mean natural logarithm of the surest steps over all characters.
    agreeing
        Share of the looks that say this text.
    looks
        How many looks were needed.
    colour
        How well the pixels fit the colour of the plate's kind.
    sharpness
        As `looks.sharpness` says.
    """

    odds: float
    weakest: float
    mean: float
    agreeing: float
    looks: int
    colour: float
    sharpness: float

    def features(self) -> NDArray[np.float64]:
        """Give the terms of the regression; the first is the constant."""
        odds = np.log1p(max(self.odds, 0.0))
        weakest = np.log(max(1 - self.weakest, TINY))
        terms = {
            "constant": 1.0,
            "odds": odds,
            "odds_squared": odds**2,
            "weakest": weakest,
            "mean": np.log(max(-self.mean, TINY)),
            "agreeing": self.agreeing,
            "second_look": float(self.looks > 1),
            "colour": np.log(self.colour + COLOUR_SOFT),
            "sharpness": np.log(self.sharpness + SHARPNESS_SOFT),
            "odds_weakest": odds * weakest,
        }
        return np.array([terms[name] for name in NAMES])


@dataclass(frozen=True)
class Confidence:
    """The fitted regression."""

    coefficients: NDArray[np.float64]

    def of(self, signs: Signs) -> float:
        """Give the probability that the reading is right, 0 to `HIGHEST`."""
        return float(min(1 / (1 + np.exp(-float(signs.features() @ self.coefficients))), HIGHEST))

    @classmethod
    @cache
    def shipped(cls) -> Self:
        """Give the regression that ships with this version."""
        table = tomllib.loads((files("plate_reader.recognise") / FILE).read_text(encoding="utf-8"))
        return cls(np.array([table["coefficients"][name] for name in NAMES]))
