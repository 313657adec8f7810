"""How whole numbers of a record are rounded to be read: exactly, and never across what they are held against."""

from enum import Enum
from typing import Final

KG_PER_T: Final = 1000


class Towards(Enum):
    """Which way a figure is rounded."""

    NEAREST = "nearest"
    UP = "up"
    DOWN = "down"


def rounded(parts: int, per_unit: int, towards: Towards = Towards.NEAREST) -> int:
    """Give how many whole units so many parts are, exactly; halves go away from zero, up and down mean to and from what is larger."""
    match towards:
        case Towards.NEAREST:
            units = (2 * abs(parts) + per_unit) // (2 * per_unit)
            return units if parts >= 0 else -units
        case Towards.UP:
            return -(-parts // per_unit)
        case Towards.DOWN:
            return parts // per_unit


def decimals(load_kg: int, limit_kg: int, guard_kg: int | None = None) -> int:
    """Give the fewest decimals of a tonne, 1 to 3, at which a load and its limit say of each other what they are.

    As they are written, the excess is their difference, there is one where there is one, it is whole tonnes only where it is (fines go by
    those), and, where a guard band is given, the load less the band is above the limit where it is. Three decimals are kilograms, at which
    all of it holds.
    """
    over_kg = max(0, load_kg - limit_kg)
    for digits in (1, 2):
        unit_kg = KG_PER_T // 10**digits
        load, limit, over = (rounded(kg, unit_kg) for kg in (load_kg, limit_kg, over_kg))
        guard = rounded(guard_kg or 0, unit_kg, Towards.UP)
        told = max(0, load - limit) == over and (over > 0) == (over_kg > 0) and (over % 10**digits > 0 or over_kg % KG_PER_T == 0)
        if told and (guard_kg is None or (load - guard > limit) == (load_kg - guard_kg > limit_kg)):
            return digits
    return 3


def decimals_of_u(u: int, per_unit: int) -> int:
    """Give the decimals at which an uncertainty is not mostly its rounding: 1, or 2 below half a tenth."""
    return 1 if u == 0 or 20 * u >= per_unit else 2
