"""What is read from the picture of one plate."""

from dataclasses import dataclass

from contract.plates import PlateColour


@dataclass(frozen=True, slots=True)
class Alternative:
    """A text that the plate may bear, and with what probability."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The likeliest text of a plate, and how sure that is.

    Attributes
    ----------
    text
        Normalised; empty where nothing that a plate can say was found.
    confidence
        Probability, 0 to 1, that every character of `text` is right.
    characters
        For each character the probability that it is right.
    alternatives
        The further texts, the likeliest first; together with `text` they have a probability of 1 or less.
    kind
        Name of the kind of plate in the grammar, empty where `text` is.
    rows
        1 or 2; 0 where `text` is empty.
    looks
        How often the model was asked.
    """

    text: str
    confidence: float
    characters: tuple[float, ...]
    alternatives: tuple[Alternative, ...]
    colour: PlateColour
    kind: str
    rows: int
    looks: int


def character_confidences(text: str, confidence: float, alternatives: tuple[Alternative, ...]) -> tuple[float, ...]:
    """Share out the doubt of a text between its characters, by how much of the alternatives has another there.

    If the text is wrong, one of the alternatives is right as far as is known; a character is wrong when it stands otherwise in that one.
    Where there is no alternative of the same length every character may be the wrong one.
    """
    rivals = [alternative for alternative in alternatives if len(alternative.text) == len(text)]
    total = sum(rival.probability for rival in rivals)
    if total <= 0:
        return (confidence,) * len(text)
    shares = (sum(rival.probability for rival in rivals if rival.text[at] != text[at]) / total for at in range(len(text)))
    return tuple(1 - (1 - confidence) * share for share in shares)
