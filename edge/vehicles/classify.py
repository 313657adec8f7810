"""What a vehicle is: groups of axles, one body or a combination, and its class by the Chinese, European and American tables."""

from collections.abc import Sequence
from typing import Final

from contract.vehicles import Body, VehicleClass
from edge.vehicles.classes.configurations import Scored, configuration_table, score
from edge.vehicles.classes.fhwa import Measured, fhwa_class
from edge.vehicles.classes.fit import FITS, Fit, best_of

GROUP_BREAK_M: Final = 1.8
"""Axles closer than this act as one group (GB 1589-2016 and 96/53/EC: the last break of tandem and tridem limits)."""

TWIN_STEER_M: Final = 2.2
"""A second axle this close behind the first is steered as well: tandems follow the cab at 3 m and more."""

SPACING_SD_M: Final = 0.05
"""Standard uncertainty of a spacing, for the confidence near a break: the loosest of the station's speed errors."""

BODY_STATED: Final = 0.9
"""Least probability at which a body is stated: a wrong one gives a wrong limit, an unknown one bars."""


def axle_groups(spacings_m: Sequence[float]) -> list[int]:
    """Give the number of each axle's group, from 1 at the front.

    Parameters
    ----------
    spacings_m
        Distances between neighbouring axles, front to rear. Two axles alone are two groups, however close.
    """
    groups = [1]
    for index, spacing in enumerate(spacings_m):
        limit = TWIN_STEER_M if index == 0 else GROUP_BREAK_M
        groups.append(groups[-1] + (spacing >= limit or len(spacings_m) == 1))
    return groups


def classify(
    spacings_m: Sequence[float],
    *,
    axle_kg: Sequence[float] | None = None,
    axle_u_kg: Sequence[float] | None = None,
    gross_u_kg: float | None = None,
    spacing_sd_m: float = SPACING_SD_M,
) -> VehicleClass:
    """Give the axle configuration, the body, and the classes.

    Parameters
    ----------
    spacings_m
        Distances between neighbouring axles, front to rear.
    axle_kg, axle_u_kg, gross_u_kg
        Axle loads, their expanded uncertainties and that of the gross weight (k = 2). Without loads no American class is given; without
        uncertainties the loads count as exact, and without that of the gross weight the axles' add up linearly.
    spacing_sd_m
        Standard uncertainty of each spacing.

    Returns
    -------
    VehicleClass
        `code` lists the axles per group. The body is UNKNOWN where it is less than nine times in ten what the table says, and a class is
        None where two fit within the uncertainty; `candidates` then names them.
    """
    groups = axle_groups(spacings_m)
    code = "+".join(str(groups.count(number)) for number in range(1, groups[-1] + 1))
    gross_kg = None if axle_kg is None else sum(axle_kg)
    chinese = score(configuration_table("cn"), spacings_m, spacing_sd_m, gross_kg)
    body, confidence = _body(chinese)
    european = score(configuration_table("eu"), spacings_m, spacing_sd_m, gross_kg)
    eu = best_of((one.row.name, one.probability) for one in european)
    fhwa = Fit(None, 0.0, ())
    if axle_kg is not None and spacings_m:
        loads_u_kg = [0.0] * len(axle_kg) if axle_u_kg is None else axle_u_kg
        total_u_kg = sum(loads_u_kg) if gross_u_kg is None else gross_u_kg
        measured = Measured(spacings_m, spacing_sd_m, sum(axle_kg), total_u_kg / 2, axle_kg[0], loads_u_kg[0] / 2)
        fhwa = fhwa_class(measured, body)
    unsettled = [f"{scheme} {name}" for scheme, fit in (("EU", eu), ("FHWA", fhwa)) if fit.name is None for name in fit.candidates]
    return VehicleClass(
        code=code,
        body=body,
        confidence=round(confidence, 3),
        drive_axles=_agreed([one.row.drive_axles for one in chinese if one.probability >= FITS], body),
        drive_group=_agreed([one.row.drive_group for one in chinese if one.probability >= FITS], body),
        fhwa=None if fhwa.name is None else int(fhwa.name),
        fhwa_confidence=round(fhwa.probability, 3),
        eu=eu.name,
        eu_confidence=round(eu.probability, 3),
        candidates=tuple(unsettled),
    )


def _body(scored: Sequence[Scored]) -> tuple[Body, float]:
    """Give the body that the rows add up to, and its probability; the rows of the Chinese table exclude each other."""
    shares = {body: min(1.0, sum(one.probability for one in scored if one.row.body is body)) for body in (Body.RIGID, Body.COMBINATION)}
    likeliest = max(shares, key=lambda body: shares[body])
    stated = shares[likeliest] >= BODY_STATED
    return (likeliest if stated else Body.UNKNOWN), shares[likeliest]


def _agreed(values: Sequence[int | None], body: Body) -> int | None:
    """Give what every configuration that fits says, None where they differ, one does not tell, or the body is not known."""
    return values[0] if values and body is not Body.UNKNOWN and len(set(values)) == 1 else None
