"""A load that a reference scale stood still at, with its uncertainty and the frames that show it."""

import math
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from calibration.scales.weighbridge import WeighbridgeCertificate

Kilograms = Annotated[Decimal, Field(allow_inf_nan=False)]


class StableLoad(BaseModel):
    """One static load, read from a scale or typed in.

    Attributes
    ----------
    load_kg
        Mean of the readings.
    interval_kg
        The interval d by which the display counts.
    scatter_kg
        Standard deviation of one reading; 0 for a figure typed in.
    rounding_u_kg, certificate_u_kg, standard_u_kg
        Standard uncertainties: of the display's rounding d/√12, of the weighbridge by its certificate (None without one), and of the load.
    readings
        How many; 0 for a figure typed in.
    began, ended
        First and last of them.
    method
        Protocol, or ``typed``.
    where
        The line, or who typed it.
    frames_hex
        The readings' frames as they came.
    damage
        What was met on the line meanwhile, by kind.
    notes
        What the scale said beside.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    load_kg: Kilograms
    interval_kg: Kilograms
    scatter_kg: float
    rounding_u_kg: float
    certificate_u_kg: float | None
    standard_u_kg: float
    readings: Annotated[int, Field(ge=0)]
    began: AwareDatetime
    ended: AwareDatetime
    method: str
    where: str
    frames_hex: tuple[str, ...] = ()
    damage: dict[str, int] = {}
    notes: tuple[str, ...] = ()
    certificate: WeighbridgeCertificate | None = None
    format: Literal["wim-stable-load-1"] = "wim-stable-load-1"


def uncertainties(interval_kg: Decimal, scatter_kg: float, certificate: WeighbridgeCertificate | None) -> dict[str, float | None]:
    """Give the standard uncertainties of a load by name (JCGM 100:2008, 4.3.7 for the rounding, 5.1.2 for their sum).

    The scatter counts in full: readings a tenth of a second apart are no independent ones.
    """
    rounding = float(interval_kg) / math.sqrt(12)
    certified = None if certificate is None else float(certificate.standard_uncertainty_kg)
    return {
        "scatter_kg": scatter_kg,
        "rounding_u_kg": rounding,
        "certificate_u_kg": certified,
        "standard_u_kg": math.hypot(rounding, scatter_kg, certified or 0.0),
    }


def typed_load(load_kg: Decimal, when: datetime, certificate: WeighbridgeCertificate, where: str) -> StableLoad:
    """Make a load of a figure read off a display by a person; only a valid certificate makes it a reference.

    Raises
    ------
    RejectError
        If the certificate does not hold for it.
    """
    certificate.check(when.date(), load_kg)
    return StableLoad(
        load_kg=load_kg,
        interval_kg=certificate.interval_kg,
        **uncertainties(certificate.interval_kg, 0.0, certificate),
        readings=0,
        began=when,
        ended=when,
        method="typed",
        where=where,
        certificate=certificate,
    )
