"""Shunt test: a resistor across one arm of the bridge stands for a load; what is found is compared with what it should be."""

import math
from typing import Final

from calibration.statics.figure import Figure
from calibration.statics.limits import StaticLimits
from calibration.told import told
from contract.faults import RejectError

SIGN_OR_WIRING: Final = 50.0
"""Beyond half of the expected value it is no drift: a wire, the resistor or the wrong channel."""


def expected_mv_v(bridge_ohm: float, shunt_ohm: float) -> float:
    """Give the signal in mV/V that a shunt across one arm of a bridge of four equal arms makes: 1000·R/(4·Rs + 2·R).

    Derived from the divider of the shunted arm, R·Rs/(R + Rs), against the half of the other side.

    Raises
    ------
    RejectError
        ``shunt-ohm`` if a resistance is not above 0 or the shunt not above the bridge's.
    """
    if not 0 < bridge_ohm < shunt_ohm < math.inf:
        what = told(
            "bridge %(bridge_ohm)s Ω and shunt %(shunt_ohm)s Ω; allowed is 0 < bridge < shunt, usual 350 Ω and 100 000 Ω",
            bridge_ohm=f"{bridge_ohm:g}",
            shunt_ohm=f"{shunt_ohm:g}",
        )
        raise RejectError("shunt-ohm", told("resistances"), what)
    return 1000.0 * bridge_ohm / (4.0 * shunt_ohm + 2.0 * bridge_ohm)


def check_shunt(without: float, with_shunt: float, expected: float, limits: StaticLimits) -> tuple[Figure, ...]:
    """Judge a shunt test; all three in one unit (counts, mV/V). The figure is the departure in per cent of the expected step.

    Raises
    ------
    RejectError
        ``shunt-value`` if a value is not finite or nothing is expected; ``shunt-wiring`` if the step is off by more than half.
    """
    if not all(map(math.isfinite, (without, with_shunt, expected))) or expected == 0.0:
        raise RejectError("shunt-value", told("shunt test"), told("values must be numbers and the expected step must not be 0"))
    off = 100.0 * ((with_shunt - without) / expected - 1.0)
    if abs(off) > SIGN_OR_WIRING:
        what = told(
            "the step is %(with_shunt)s, expected is %(expected)s: check polarity, resistor, channel and unit",
            with_shunt=f"{with_shunt - without:g}",
            expected=f"{expected:g}",
        )
        raise RejectError("shunt-wiring", told("shunt test"), what)
    return (Figure(name="shunt", limit=limits.shunt_percent, value=off),)
