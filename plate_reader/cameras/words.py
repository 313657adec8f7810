"""Words that cameras of every make use for the same things: colours of plates, directions of travel."""

from typing import Final, Literal

from contract.plates import PlateColour

Direction = Literal["approaching", "leaving", "unknown"]

_COLOURS: Final = {
    "blue": PlateColour.BLUE,
    "yellow": PlateColour.YELLOW,
    "green": PlateColour.GREEN,
    "newenergygreen": PlateColour.GREEN,
    "gradientgreen": PlateColour.GREEN,
    "shadowgreen": PlateColour.GREEN,
    "yellowgreen": PlateColour.YELLOW_GREEN,
    "newenergyyellowgreen": PlateColour.YELLOW_GREEN,
    "white": PlateColour.WHITE,
    "black": PlateColour.BLACK,
}

_DIRECTIONS: Final[dict[str, Direction]] = {
    "forward": "approaching",
    "obverse": "approaching",
    "approach": "approaching",
    "in": "approaching",
    "reverse": "leaving",
    "leave": "leaving",
    "out": "leaving",
}


def colour(word: str | None) -> PlateColour:
    """Give the colour of a camera's word for it; unknown for any other word."""
    return _COLOURS.get((word or "").lower().replace("-", "").replace("_", ""), PlateColour.UNKNOWN)


def direction(word: str | None) -> Direction:
    """Give the direction of a camera's word for it; unknown for any other word."""
    return _DIRECTIONS.get((word or "").lower(), "unknown")
