"""What a person typed about a truck, made into a truck or refused with what was wrong."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from pydantic import ValidationError

from calibration.refused_input import input_error
from calibration.scales.stable_load import StableLoad
from calibration.sessions.truck import Truck
from calibration.told import told
from contract.faults import RejectError


def truck_of(name: str, axles: list[StableLoad], gross: StableLoad | None, spacings_m: list[float] | None, groups: str | None) -> Truck:
    """Make a truck of what a person gave.

    Raises
    ------
    RejectError
        ``input-invalid`` with what is wrong.
    """
    parts = (groups or "").strip()
    if parts and not all(part.strip().isdigit() for part in parts.split("+")):
        raise RejectError(
            "input-invalid", told("groups"), told("%(parts)s: write the axles per group from the front, as 1+2+3", parts=f"{parts!r}")
        )
    fields = {
        "name": name,
        "axles": tuple(axles),
        "gross": gross,
        "spacings_m": None if spacings_m is None else tuple(spacings_m),
        "groups": tuple(int(part) for part in parts.split("+")) if parts else None,
    }
    try:
        return Truck.model_validate(fields)
    except ValidationError as error:
        raise input_error(error) from error


def kilograms(text: str, where: str) -> Decimal:
    """Read a weight in kg as a person writes it.

    Raises
    ------
    RejectError
        ``scale-number``.
    """
    try:
        number = Decimal(text.strip().replace(" ", ""))
    except InvalidOperation as error:
        raise RejectError(
            "scale-number", where, told("%(text)s is no number; write kilograms, for example 6240", text=f"{text!r}")
        ) from error
    if not number.is_finite() or number <= 0:
        raise RejectError("scale-number", where, told("%(text)s is no weight; it must be above 0", text=text))
    return number
