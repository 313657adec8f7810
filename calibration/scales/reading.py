"""What a scale shows at one instant, whatever protocol said it."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

KG_PER_UNIT: Final = {
    "kg": Decimal(1),
    "g": Decimal("0.001"),
    "t": Decimal(1000),
    "lb": Decimal("0.45359237"),
}
"""Units that are converted; the pound is exact by definition (international yard and pound agreement, 1959). Any other is refused."""


class Condition(StrEnum):
    """Whether what the scale shows is a load."""

    LOAD = "load"
    OVERLOAD = "overload"
    UNDERLOAD = "underload"
    ERROR = "error"
    UNKNOWN_UNIT = "unknown-unit"


@dataclass(frozen=True, slots=True)
class Reading:
    """One sound frame of a scale.

    Attributes
    ----------
    condition
        Anything but `LOAD` has no load.
    load_kg
        What is shown, in kg, exact; None where it is no load.
    digit_kg
        Worth of the last digit sent, in kg: the scale's interval is this or a multiple of it.
    interval_kg
        The scale's interval d in kg, where the protocol tells it.
    stable
        The scale's own word on rest; None where the protocol has none.
    net
        Whether a tare is active; None where the protocol does not tell.
    unit
        The unit as the scale sent it.
    raw
        The frame (or registers, high byte first) as it came: evidence.
    note
        What else the scale said that a technician should know, for example that its seal is open.
    """

    condition: Condition
    load_kg: Decimal | None
    digit_kg: Decimal
    unit: str
    raw: bytes
    interval_kg: Decimal | None = None
    stable: bool | None = None
    net: bool | None = None
    note: str = field(default="")

    def __post_init__(self) -> None:
        if (self.condition is Condition.LOAD) is (self.load_kg is None):
            msg = f"condition {self.condition.value} contradicts load {self.load_kg}"
            raise ValueError(msg)


def reading_of(
    digits: int,
    decimals: int,
    unit: str,
    raw: bytes,
    *,
    condition: Condition = Condition.LOAD,
    increment: int | None = None,
    stable: bool | None = None,
    net: bool | None = None,
    note: str = "",
) -> Reading:
    """Make a reading from whole digits of `unit` with `decimals` behind the point (negative: zeros that are not sent).

    `increment` is the number of last digits by which the display counts, where it is known. A unit that `KG_PER_UNIT` lacks gives a reading
    without load.
    """
    if unit not in KG_PER_UNIT:
        return Reading(Condition.UNKNOWN_UNIT, None, Decimal(1), unit, raw, stable=stable, net=net, note=note)
    # Adding zero writes 1E+1 as 10.
    digit_kg = KG_PER_UNIT[unit].scaleb(-decimals) + Decimal(0)
    return Reading(
        condition=condition,
        load_kg=digits * digit_kg if condition is Condition.LOAD else None,
        digit_kg=digit_kg,
        unit=unit,
        raw=raw,
        interval_kg=None if increment is None else increment * digit_kg,
        stable=stable,
        net=net,
        note=note,
    )
