"""The static weights of a reference vehicle, and whether they can be what they are said to be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from calibration.scales.reading import KG_PER_UNIT
from calibration.scales.stable_load import StableLoad
from calibration.told import told
from contract.faults import RejectError

MEAN_AXLE_KG: Final = (Decimal(400), Decimal(14_000))
"""Mean load of an axle of a vehicle that may be a reference: from an empty light truck to an overloaded tipper. Outside it is no truck, or
the figure is in another unit."""

SUM_TOLERANCE: Final = 0.01
"""Axles weighed one by one on an approach that is not level shift load between each other, up to about 1 % of the gross weight."""

FACTOR_TOLERANCE: Final = 0.06
"""How near a ratio must be to a factor to name it."""

MISTAKES: Final = (
    (Decimal("0.001"), told("given in t, kg are wanted")),
    (Decimal(1000), told("given in g, kg are wanted")),
    (1 / KG_PER_UNIT["lb"], told("given in lb, kg are wanted")),
    (KG_PER_UNIT["lb"], told("converted from lb though it was in kg")),
    (Decimal("9.80665"), told("given in N, kg are wanted")),
    (Decimal("0.00980665"), told("given in kN, kg are wanted")),
    (Decimal(10), told("given with one digit too many")),
    (Decimal("0.1"), told("given with one digit too few")),
    (Decimal(100), told("given in units of 10 g or with two digits too many")),
    (Decimal("0.01"), told("given with two digits too few")),
)
"""What a figure divided by the right one comes to when it was given wrongly, the commonest mistake first."""


@dataclass(frozen=True, slots=True)
class ReferenceWeights:
    """Axle loads from the front and gross weight of one reference vehicle, each with its uncertainty, found possible.

    `gross` may be missing where axles were weighed one by one; `gross_kg` is then their sum.
    """

    axles: tuple[StableLoad, ...]
    gross: StableLoad | None

    @property
    def gross_kg(self) -> Decimal:
        """The gross weight, else the sum of axles."""
        return self.gross.load_kg if self.gross is not None else _sum_kg(self.axles)

    @property
    def gross_u_kg(self) -> float:
        """Its standard uncertainty; the axles' own errors add up in full, they come from one scale."""
        return self.gross.standard_u_kg if self.gross is not None else math.fsum(axle.standard_u_kg for axle in self.axles)


def reference_weights(
    axles: Sequence[StableLoad],
    gross: StableLoad | None,
    *,
    where: str,
    axle_count: int | None = None,
    expected_gross_kg: Decimal | None = None,
    tolerance: float = SUM_TOLERANCE,
) -> ReferenceWeights:
    """Judge the weights of a vehicle.

    Parameters
    ----------
    axles, gross
        Axle loads from the front, gross weight; one of both may be missing (`axle_count` is then needed).
    where
        The vehicle, for errors.
    expected_gross_kg
        What it is known to weigh about, for example by the station itself or by an earlier weighing; shows a wrong unit.
    tolerance
        Share of the gross weight by which the sum of axles may differ from it.

    Raises
    ------
    RejectError
        ``reference-missing``, ``reference-factor`` (with what the figure probably is) or ``reference-sum``.
    """
    count = len(axles) or axle_count
    if not count or (not axles and gross is None):
        raise RejectError("reference-missing", where, told("needs axle loads, or a gross weight and the number of axles"))
    weights = ReferenceWeights(tuple(axles), gross)
    for index, axle in enumerate(axles, start=1):
        _check_load(axle.load_kg, 1, told("%(where)s axle %(index)s", where=where, index=index))
    if gross is not None:
        if axles:
            _check_sum(weights, gross, where, tolerance)
        _check_load(gross.load_kg, count, told("%(where)s gross weight", where=where))
    if expected_gross_kg is not None:
        guess = mistake_of(weights.gross_kg / expected_gross_kg)
        if guess:
            what = told(
                "%(gross_kg)s kg, about %(expected_gross_kg)s kg are expected: probably %(guess)s; check the figure and its unit",
                gross_kg=weights.gross_kg,
                expected_gross_kg=expected_gross_kg,
                guess=guess,
            )
            raise RejectError("reference-factor", told("%(where)s gross weight", where=where), what)
    return weights


def _check_load(load_kg: Decimal, axles: int, where: str) -> None:
    """Check that a load over so many axles is a truck's; one axle alone may differ from the mean by half or by double."""
    least, most = MEAN_AXLE_KG
    spread = 2 if axles == 1 else 1
    if least / spread <= load_kg / axles <= most * spread:
        return
    guesses = (text for factor, text in MISTAKES if least <= load_kg / axles / factor <= most)
    probably = told(": probably %(guess)s", guess=guess) if (guess := next(guesses, None)) else ""
    allowed = told("%(least)s to %(most)s kg", least=f"{least / spread * axles:.0f}", most=f"{most * spread * axles:.0f}")
    raise RejectError(
        "reference-factor",
        where,
        told(
            "%(load_kg)s kg is no load of %(axles)s axle(s), allowed is %(allowed)s%(probably)s",
            load_kg=load_kg,
            axles=axles,
            allowed=allowed,
            probably=probably,
        ),
    )


def _check_sum(weights: ReferenceWeights, gross: StableLoad, where: str, tolerance: float) -> None:
    sum_kg = _sum_kg(weights.axles)
    spread_kg = 2 * math.hypot(gross.standard_u_kg, math.fsum(axle.standard_u_kg for axle in weights.axles))
    allowed_kg = max(tolerance * float(gross.load_kg), spread_kg)
    if abs(float(sum_kg - gross.load_kg)) <= allowed_kg:
        return
    guess = mistake_of(gross.load_kg / sum_kg)
    probably = (
        told("; the gross weight is probably %(guess)s", guess=guess)
        if guess
        else told("; weigh again, brakes released, on a level approach")
    )
    what = told(
        "axles sum to %(sum_kg)s kg, gross is %(load_kg)s kg; they may differ by %(allowed_kg)s kg%(probably)s",
        sum_kg=sum_kg,
        load_kg=gross.load_kg,
        allowed_kg=f"{allowed_kg:.0f}",
        probably=probably,
    )
    raise RejectError("reference-sum", where, what)


def mistake_of(ratio: Decimal) -> str:
    """Name the mistake whose factor `ratio` (figure over the right one) is nearest to; empty if it is near none, or near 1."""
    factor, text = min(MISTAKES, key=lambda mistake: abs(math.log(ratio / mistake[0])))
    return text if abs(float(ratio / factor) - 1) <= FACTOR_TOLERANCE else ""


def _sum_kg(axles: Sequence[StableLoad]) -> Decimal:
    return sum((axle.load_kg for axle in axles), Decimal())
