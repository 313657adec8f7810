"""From the model's thousands of characters to the few that stand on plates.

A class counts for the character of a plate that it stands for or looks like (a general reader says O where a plate can only bear 0); spaces
and separators between characters count as CTC's blank. What the model gives to all others is lost to every reading, and thereby to its
confidence.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from contract.faults import StopError
from plate_reader.syntax import Grammar

BLANK: Final = 0
"""Column of the blank."""

SEPARATORS: Final = frozenset(" ·•・.．。,，-—–_'`:：;~、‘’°")
"""What the model makes of the dot between the city and the number, of bolts and of edges."""

FLOOR: Final = 1e-12


class Alphabet:
    """The characters of a grammar, as columns of what the model says.

    Parameters
    ----------
    grammar
        Which characters there are, and what looks like them.
    classes
        What each class of the model stands for; the first is the blank.

    Raises
    ------
    StopError
        If the model does not know a character of the grammar, nor anything like it.
    """

    def __init__(self, grammar: Grammar, classes: tuple[str, ...]) -> None:
        self.characters: Final = grammar.alphabet
        self.column: Final = {character: index for index, character in enumerate(self.characters, 1)}
        number = {text: index for index, text in enumerate(classes) if index != BLANK}
        groups = [[BLANK, *(number[text] for text in sorted(SEPARATORS - set(self.characters)) if text in number)]]
        for character in self.characters:
            like = [text for text in dict.fromkeys(character + grammar.alike.get(character, "")) if text in number]
            taken = [text for text in like if text == character or text not in self.column]
            if not taken:
                raise StopError(
                    "grammar-unreadable-character", grammar.name, f"{character!r} is unknown to the model, and so is what looks like it"
                )
            groups.append([number[text] for text in taken])
        self._order = np.concatenate(groups)
        self._starts = np.cumsum([0, *map(len, groups[:-1])])

    def reduce(self, log_probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
        """Add up the classes of each character.

        Parameters
        ----------
        log_probabilities
            (steps, classes), natural logarithms, as the model gives them.

        Returns
        -------
        (steps, 1 + characters) probabilities; column 0 is the blank, the others are `characters` in order. Rows add up to 1 or less.
        """
        picked = np.exp(log_probabilities[:, self._order].astype(np.float64))
        return np.asarray(np.maximum(np.add.reduceat(picked, self._starts, axis=1), FLOOR))
