"""Reads one plate: looks, grammar, colour and their agreement, weighed as probabilities.

The probability of a text is proportional to what the looks say of it (the mean of their likelihoods, so that one that sees is heard though
another errs) times how often such a plate is met, given the colour that the pixels show. Where the first leaves doubt, a second is taken.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit, logsumexp

from contract.plates import PlateColour
from plate_reader.recognise.alphabet import FLOOR, Alphabet
from plate_reader.recognise.beam import Beam
from plate_reader.recognise.colour import colour_probabilities
from plate_reader.recognise.confidence import Confidence, Signs
from plate_reader.recognise.evidence import Evidence, look_at, peaks, scores
from plate_reader.recognise.looks import FIRST_LOOK, SECOND_LOOK, rows_possible, sharpness
from plate_reader.recognise.model import Model, shared_model
from plate_reader.recognise.reading import Alternative, Reading, character_confidences
from plate_reader.recognise.rectify import Pixels
from plate_reader.syntax import Grammar, Kind, shipped_grammar

TEXTS_OF_LOOK: Final = 6
"""Texts of each look that are compared."""

ALTERNATIVES: Final = 5
"""Texts given out beside the likeliest."""

PRIOR_TRUST: Final = 0.5
"""Power to which the grammar's shares are taken: they are rough, and the model has learnt some of them itself."""

COLOUR_FLOOR: Final = 0.02
"""Least probability that a plate of another colour than it should have is met: repainted, sodium light, a broken white balance."""

SURE_ODDS, SURE_PEAK = 5.0, 0.97
"""A look leaves no doubt when the likeliest text has more than these natural log-odds against the next and each character this peak."""


@dataclass(frozen=True)
class _Judged:
    """The texts compared, with the logarithms of their probability (not normalised), by all looks and by each."""

    texts: list[str]
    together: NDArray[np.float64]
    each: NDArray[np.float64]

    @property
    def best(self) -> str:
        return self.texts[int(np.argmax(self.together))]

    def odds(self, alone: float) -> float:
        """Give the natural log-odds of the likeliest text against all others; `alone` is its probability where there is none."""
        best = int(np.argmax(self.together))
        rest = np.delete(self.together, best)
        return float(self.together[best] - logsumexp(rest)) if len(rest) else float(logit(min(max(alone, FLOOR), 1 - FLOOR)))


class Reader:
    """Reads crops of plates under one grammar.

    Parameters
    ----------
    grammar
        What plates can say; the Chinese one where none is given.
    threads
        Processor threads that the model may use.

    Raises
    ------
    StopError
        If the model is missing or does not know the grammar's characters.
    """

    def __init__(self, grammar: Grammar | None = None, *, threads: int = 1) -> None:
        self._grammar = grammar or shipped_grammar("cn")
        self._model: Model = shared_model(threads)
        self._alphabet = Alphabet(self._grammar, self._model.characters)
        self._kinds = {rows: [kind for kind in self._grammar.kinds if rows in kind.rows] for rows in (1, 2)}
        self._beams = {rows: Beam(self._alphabet, kinds) for rows, kinds in self._kinds.items()}
        self._confidence = Confidence.shipped()

    def read(self, crop: Pixels) -> Reading:
        """Read a straightened plate.

        Parameters
        ----------
        crop
            (height, width, 3), uint8, RGB: one plate and little around it, as `rectify` cuts it.
        """
        return self.read_with_signs(crop)[0]

    def read_with_signs(self, crop: Pixels, *, rows: int | None = None) -> tuple[Reading, Signs | None]:
        """Read as `read`, and give also what the confidence rests on; None where nothing was read.

        Parameters
        ----------
        crop
            As in `read`.
        rows
            In how many rows the plate is written, where that is known; else its proportions tell.
        """
        colours = colour_probabilities(crop)
        possible = rows_possible(crop) if rows is None else (rows,)
        tried = [(count, *self._judge_rows(crop, count, colours)) for count in possible if self._kinds[count]]
        found = [(count, looks, judged) for count, looks, judged in tried if judged.texts]
        if not found:
            return Reading("", 0.0, (), (), max(colours, key=lambda colour: colours[colour]), "", 0, 0), None
        rows, looks, judged = max(found, key=lambda item: float(item[2].together.max()))
        signs = self._signs(crop, looks, judged, rows, colours)
        confidence = self._confidence.of(signs)
        kind, colour = self._kind_and_colour(judged.best, rows, colours)
        alternatives = self._alternatives(judged, confidence)
        characters = character_confidences(judged.best, confidence, alternatives)
        return Reading(judged.best, confidence, characters, alternatives[:ALTERNATIVES], colour, kind.name, rows, len(looks)), signs

    def _judge_rows(self, crop: Pixels, rows: int, colours: dict[PlateColour, float]) -> tuple[list[Evidence], _Judged]:
        """Look once, and again where that leaves doubt but not where it leaves no hope.

        Where the first look spells nothing, the second does not either: of 260 plates rendered at the worst damage 2 were such, neither was
        read right. Most such crops are other text on a vehicle.
        """
        looks: list[Evidence] = []
        for look in (FIRST_LOOK, SECOND_LOOK):
            looks.append(look_at(crop, rows=rows, look=look, model=self._model, alphabet=self._alphabet, beam=self._beams[rows]))
            judged = self._judge(looks, rows, colours)
            if not judged.texts or self._sure(self._heights(looks, judged.best), judged):
                break
        return looks, judged

    def _judge(self, looks: list[Evidence], rows: int, colours: dict[PlateColour, float]) -> _Judged:
        texts = list(dict.fromkeys(text for look in looks for text in look.texts[:TEXTS_OF_LOOK]))
        if not texts:
            return _Judged([], np.empty(0), np.empty((0, 0)))
        prior = PRIOR_TRUST * np.array([self._log_prior(text, rows, colours) for text in texts])
        each = np.array([scores(look, texts, self._alphabet) for look in looks])
        return _Judged(texts, logsumexp(each, axis=0) - np.log(len(looks)) + prior, each + prior)

    def _log_prior(self, text: str, rows: int, colours: dict[PlateColour, float]) -> float:
        return float(np.log(sum(self._joint(kind, colour, text, rows, colours) for kind in self._kinds[rows] for colour in kind.colours)))

    @staticmethod
    def _joint(kind: Kind, colour: PlateColour, text: str, rows: int, colours: dict[PlateColour, float]) -> float:
        """Say how often such a plate is met, times how well its colour fits the pixels."""
        return kind.share * kind.rows[rows] * kind.probability(text) * kind.colours[colour] * max(colours.get(colour, 0.0), COLOUR_FLOOR)

    def _kind_and_colour(self, text: str, rows: int, colours: dict[PlateColour, float]) -> tuple[Kind, PlateColour]:
        pairs = ((kind, colour) for kind in self._kinds[rows] for colour in kind.colours)
        return max(pairs, key=lambda pair: self._joint(pair[0], pair[1], text, rows, colours))

    def _heights(self, looks: list[Evidence], text: str) -> NDArray[np.float64]:
        """Give how sure each look is of each character; (looks, characters)."""
        return np.array([peaks(look, text, self._alphabet) for look in looks])

    @staticmethod
    def _sure(heights: NDArray[np.float64], judged: _Judged) -> bool:
        return bool(heights.max(axis=0).min() > SURE_PEAK and judged.odds(float(heights.mean(axis=0).prod())) > SURE_ODDS)

    def _signs(self, crop: Pixels, looks: list[Evidence], judged: _Judged, rows: int, colours: dict[PlateColour, float]) -> Signs:
        best = judged.best
        own = judged.each[:, judged.texts.index(best)]
        heights = self._heights(looks, best)
        _, colour = self._kind_and_colour(best, rows, colours)
        return Signs(
            odds=judged.odds(float(heights.mean(axis=0).prod())),
            weakest=float(heights.max(axis=0).min()),
            mean=float(np.log(heights.mean(axis=0)).mean()),
            agreeing=float((own >= judged.each.max(axis=1) - 1e-9).mean()),
            looks=len(looks),
            colour=float(colours.get(colour, 0.0)),
            sharpness=sharpness(crop, rows),
        )

    def _alternatives(self, judged: _Judged, confidence: float) -> tuple[Alternative, ...]:
        """Give the other texts by their odds against the likeliest, never more together than the confidence leaves."""
        others = sorted(zip(judged.together.tolist(), judged.texts, strict=True), reverse=True)[1:]
        chances = confidence * np.exp(np.array([weight for weight, _ in others]) - judged.together.max())
        chances *= min(1.0, (1 - confidence) / max(float(chances.sum()), FLOOR))
        return tuple(Alternative(text, float(chance)) for chance, (_, text) in zip(chances, others, strict=True))
