"""Axle configuration: groups of axles by spacing, and whether the vehicle is one body or a combination."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from contract.vehicles import Body, VehicleClass

GROUP_BREAK_M = 1.8
"""Axles closer than this act as one group (GB 1589-2016 and 96/53/EC: the last break of tandem and tridem limits)."""

TWIN_STEER_M = 2.2
"""A second axle this close behind the first is steered as well: tandems follow the cab at 3 m and more."""

SPACING_SD_M = 0.05
"""Standard uncertainty of a spacing, for the confidence near a break: the loosest of the station's speed errors."""

RIGID = frozenset({(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)})
"""Group patterns of one body: 2-axle trucks, cars and buses, and trucks with one or two steered axles before a single, tandem or tridem."""


def axle_groups(spacings_m: Sequence[float]) -> list[int]:
    """Give the number of each axle's group, from 1 at the front.

    Parameters
    ----------
    spacings_m
        Distances between neighbouring axles, front to rear.
    """
    groups = [1]
    for index, spacing in enumerate(spacings_m):
        limit = TWIN_STEER_M if index == 0 else GROUP_BREAK_M
        groups.append(groups[-1] + (spacing >= limit))
    return groups


def classify(spacings_m: Sequence[float]) -> VehicleClass:
    """Give the axle configuration.

    The code lists the axles per group from the front, e.g. ``"1+2+3"`` for a three-axle tractor with a tridem semi-trailer. A pattern of
    one or two groups that trucks have is rigid, three and more groups are a combination. The confidence falls where a spacing
    lies near the break that decides its group.
    """
    groups = axle_groups(spacings_m)
    sizes = tuple(groups.count(number) for number in range(1, groups[-1] + 1))
    code = "+".join(map(str, sizes))
    if len(groups) < 2:
        return VehicleClass(code, Body.UNKNOWN, 0.0)
    if sizes in RIGID:
        body, prior = Body.RIGID, 0.98
    elif len(sizes) >= 3:
        body, prior = Body.COMBINATION, 0.98
    else:
        body, prior = Body.UNKNOWN, 0.3
    breaks = [TWIN_STEER_M if index == 0 else GROUP_BREAK_M for index in range(len(spacings_m))]
    margin = min(abs(spacing - limit) for spacing, limit in zip(spacings_m, breaks, strict=True))
    certainty = 1.0 - 0.5 * float(np.exp(-0.5 * (margin / SPACING_SD_M) ** 2))
    return VehicleClass(code, body, round(prior * certainty, 3))
