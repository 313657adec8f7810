"""What one look at a crop says of every text: steps of characters, and the texts that they may spell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plate_reader.recognise.alphabet import FLOOR, Alphabet
from plate_reader.recognise.beam import Beam, log_likelihoods
from plate_reader.recognise.looks import Look, split_rows
from plate_reader.recognise.model import Model
from plate_reader.recognise.rectify import Pixels


@dataclass(frozen=True)
class Evidence:
    """One look: probabilities of (steps, 1 + characters), the rows assumed, and the texts found in them, the likeliest first."""

    rows: int
    probabilities: NDArray[np.float64]
    texts: list[str]


def look_at(crop: Pixels, *, rows: int, look: Look, model: Model, alphabet: Alphabet, beam: Beam) -> Evidence:
    """Ask the model once about a crop of so many rows.

    The steps of two rows follow each other as if they were one line, with a blank between, so that a character that ends the upper row and
    begins the lower one is not taken for one.
    """
    lines = [look.view(part) for part in (split_rows(crop) if rows == 2 else (crop,))]
    steps = [alphabet.reduce(line) for line in model.log_probabilities(lines, width_px=look.width_px)]
    between = np.full((1, steps[0].shape[1]), FLOOR)
    between[0, 0] = 1.0
    probabilities = np.concatenate([steps[0], between, steps[1]]) if rows == 2 else steps[0]
    return Evidence(rows, probabilities, beam.search(probabilities))


def scores(evidence: Evidence, texts: list[str], alphabet: Alphabet) -> NDArray[np.float64]:
    """Give the logarithm of the probability that this look spells each of some texts."""
    return log_likelihoods(evidence.probabilities, [[alphabet.column[character] for character in text] for text in texts])


def peaks(evidence: Evidence, text: str, alphabet: Alphabet) -> NDArray[np.float64]:
    """Give for each character of a text how sure the surest step of this look is of it."""
    return np.asarray(evidence.probabilities[:, [alphabet.column[character] for character in text]].max(axis=0))
