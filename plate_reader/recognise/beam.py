"""CTC decoding under a plate grammar: which texts may the steps of a line spell, and how likely is each.

In CTC (Graves et al., Connectionist temporal classification, ICML 2006) a text is spelled by every path of one character or blank a step
that gives the text once repetitions and then blanks are dropped; its probability is the sum over these paths. The search keeps the most
likely beginnings (prefix beam search: Hannun et al., arXiv:1408.2873), and takes only characters with which some kind of plate can go on:
each beginning carries the set of kinds that it still fits.

The likelihood of the texts found is then computed exactly, by the forward algorithm, so that texts may be compared across pictures.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Final

import numpy as np
from numpy.typing import NDArray

from plate_reader.recognise.alphabet import BLANK, Alphabet
from plate_reader.syntax import Kind

WIDTH: Final = 24
"""Beginnings kept at each step."""

PRUNED: Final = 1e-5
"""A character less likely than this at a step is not tried there."""

TINY: Final = 1e-300


class Beam:
    """The search for the texts of some kinds of plate.

    Parameters
    ----------
    alphabet
        What the columns of the probabilities stand for.
    kinds
        The kinds of plate that may be read.
    width, pruned
        How many beginnings are kept, and below which probability a character is not tried.
    """

    def __init__(self, alphabet: Alphabet, kinds: Sequence[Kind], *, width: int = WIDTH, pruned: float = PRUNED) -> None:
        self._characters = alphabet.characters
        self._width = width
        self._pruned = pruned
        longest = max((len(kind.places) for kind in kinds), default=0)
        self._allowed: list[dict[int, int]] = [{} for _ in range(longest + 1)]
        self._complete = [0] * (longest + 1)
        for bit, kind in enumerate(kinds):
            self._complete[len(kind.places)] |= 1 << bit
            for at, place in enumerate(kind.places):
                for character in place:
                    column = alphabet.column[character]
                    self._allowed[at][column] = self._allowed[at].get(column, 0) | 1 << bit
        self._every = reduce(or_, self._complete, 0)

    def search(self, probabilities: NDArray[np.float64]) -> list[str]:
        """Give the texts found, the likeliest first; none where no kind of plate can be spelled.

        Parameters
        ----------
        probabilities
            (steps, 1 + characters), as `Alphabet.reduce` gives them.
        """
        kept: dict[tuple[int, ...], tuple[float, float, int]] = {(): (1.0, 0.0, self._every)}
        for step in probabilities:
            likely = np.flatnonzero(step[1:] > self._pruned) + 1
            kept = self._next(kept, float(step[BLANK]), dict(zip(likely.tolist(), step[likely].tolist(), strict=True)), step)
        done = [(blank + ink, text) for text, (blank, ink, kinds) in kept.items() if kinds & self._complete[len(text)] and blank + ink > 0]
        return ["".join(self._characters[column - 1] for column in text) for _, text in sorted(done, reverse=True)]

    def _next(
        self,
        kept: dict[tuple[int, ...], tuple[float, float, int]],
        blank: float,
        likely: dict[int, float],
        step: NDArray[np.float64],
    ) -> dict[tuple[int, ...], tuple[float, float, int]]:
        """One step on: each beginning stays (blank, or its last character again) or goes on by a character that some kind allows."""
        new: dict[tuple[int, ...], list[float]] = {}
        fits: dict[tuple[int, ...], int] = {}
        for text, (ends_blank, ends_ink, kinds) in kept.items():
            both = ends_blank + ends_ink
            at = new.setdefault(text, [0.0, 0.0])
            fits[text] = kinds
            at[0] += both * blank
            last = text[-1] if text else BLANK
            if text:
                at[1] += ends_ink * (likely.get(last) or float(step[last]))
            allowed = self._allowed[len(text)]
            for column, probability in likely.items():
                on = kinds & allowed.get(column, 0)
                if on:
                    longer = (*text, column)
                    new.setdefault(longer, [0.0, 0.0])[1] += (ends_blank if column == last else both) * probability
                    fits[longer] = on
        best = sorted(new.items(), key=lambda item: -sum(item[1]))[: self._width]
        scale = max(sum(best[0][1]), TINY)
        return {text: (ends[0] / scale, ends[1] / scale, fits[text]) for text, ends in best}


def log_likelihoods(probabilities: NDArray[np.float64], texts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Give the exact logarithms of the probabilities that the steps spell each text: CTC's forward algorithm, all texts at once.

    Parameters
    ----------
    probabilities
        (steps, 1 + characters).
    texts
        Each as columns of `probabilities`, none of them the blank.

    Returns
    -------
    (len(texts),).
    """
    longest = max(map(len, texts), default=0)
    states = np.zeros((len(texts), 2 * longest + 1), dtype=np.intp)  # blank, first, blank, second, … blank, and blanks to fill up
    for row, text in enumerate(texts):
        states[row, 1 : 2 * len(text) : 2] = text
    skips = np.zeros(states.shape)  # from one character to the next without a blank, unless they are the same
    skips[:, 3::2] = states[:, 3::2] != states[:, 1:-2:2]
    emitted = probabilities[:, states]
    forward = np.zeros(states.shape)
    forward[:, 0] = 1.0
    forward[:, 1:2] = 1.0
    forward *= emitted[0]
    log_scale = np.zeros(len(texts))
    for step in emitted[1:]:
        moved = forward.copy()
        moved[:, 1:] += forward[:, :-1]
        moved[:, 2:] += skips[:, 2:] * forward[:, :-2]
        moved *= step
        total = np.maximum(moved.sum(axis=1), TINY)
        log_scale += np.log(total)
        forward = moved / total[:, None]
    last = 2 * np.array([len(text) for text in texts], dtype=np.intp)
    rows = np.arange(len(texts))
    ends = forward[rows, last] + np.where(last > 0, forward[rows, last - 1], 0.0)
    return np.asarray(log_scale + np.log(np.maximum(ends, TINY)))
