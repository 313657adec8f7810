"""Limits that the law states as a formula."""

import math
from collections.abc import Sequence
from typing import Final

from contract.limits.rows import KG_PER_LB, FormulaLimit

MM_PER_FT: Final = 304.8
"""International foot, exact by definition (1959 agreement)."""


def bridge_formula_b_lb(extent_mm: int, axles: int, *, distance_step_ft: int, weight_step_lb: int) -> int:
    """Give what `axles` consecutive axles may carry together, in lb (23 U.S.C. 127(a)(2), bridge formula B).

    W = 500·[L·N/(N − 1) + 12·N + 36], with L the feet between the outermost axles to the nearest step and W to the nearest step of weight.
    A weight halfway between two steps goes to the lower one, as in the table that the Federal Highway Administration publishes (nine feet
    and three axles: 42 750, stated as 42 500 lb).
    """
    distance_ft = math.floor(extent_mm / MM_PER_FT / distance_step_ft + 0.5) * distance_step_ft
    weight_lb = 500 * (distance_ft * axles / (axles - 1) + 12 * axles + 36)
    return math.ceil(weight_lb / weight_step_lb - 0.5) * weight_step_lb


def formula_kg(row: FormulaLimit, positions_mm: Sequence[int]) -> int:
    """Give a formula's limit for consecutive axles at these positions, in whole kilograms, rounded up."""
    extent_mm = positions_mm[-1] - positions_mm[0]
    limit_lb = bridge_formula_b_lb(extent_mm, len(positions_mm), distance_step_ft=row.distance_step_ft, weight_step_lb=row.weight_step_lb)
    pair = row.tandem_pair
    if pair is not None and len(positions_mm) == 4 and extent_mm >= pair.extent_least_mm:
        tandems = (positions_mm[1] - positions_mm[0], positions_mm[3] - positions_mm[2])
        if all(pair.tandem_over_mm < spacing <= pair.tandem_up_to_mm for spacing in tandems):
            limit_lb = max(limit_lb, 2 * pair.each_lb)
    return math.ceil(limit_lb * KG_PER_LB)
