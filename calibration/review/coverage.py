"""What the runs cover and what they leave open, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from calibration.catalogue import N_
from calibration.fit import ReferenceRun
from calibration.model import Calibration
from calibration.review.words import Said, said
from calibration.speed import speed_classes

SPEEDS: Final = 3
"""Speeds at which OIML R 134-1 has reference vehicles driven; two give a straight line at best."""

SPAN_K: Final = 10.0
"""Runs whose pavement temperatures differ by less than this tell nothing of a coefficient."""


def not_covered(runs: Sequence[ReferenceRun], calibration: Calibration, *, gains_only: bool) -> tuple[Said, ...]:
    """Say what the runs do not cover."""
    classes = speed_classes([run.speed_kmh for run in runs])
    vehicles = sorted({run.vehicle for run in runs})
    found = []
    if gains_only:
        low, high = f"{calibration.speed_min_kmh:.0f}", f"{calibration.speed_max_kmh:.0f}"
        found.append(said(N_("gains only: nothing is known of other speeds than %(low)s to %(high)s km/h"), low=low, high=high))
    elif len(classes) < SPEEDS:
        found.append(said(N_("%(n)s speeds: between and beyond them the function of speed is a guess with its doubt"), n=len(classes)))
    if len(vehicles) == 1:
        found.append(said(N_("one vehicle only (%(name)s): what it does by itself cannot be told from the scale"), name=vehicles[0]))
    for members in classes:
        driven = {run.vehicle for run in runs if members[0] <= run.speed_kmh <= members[-1]}
        if len(driven) == 1 < len(vehicles):
            speed = f"{members[0]:.0f}–{members[-1]:.0f}"
            found.append(said(N_("%(speed)s km/h was driven by vehicle %(name)s alone"), speed=speed, name=min(driven)))
    known = [run.pavement_c for run in runs if run.pavement_c is not None]
    if calibration.pavement_c is None and not known:
        found.append(said(N_("nobody noted the pavement's temperature: no load can be corrected for it")))
    elif not known or max(known) - min(known) < SPAN_K:
        told = N_("one pavement temperature: no coefficient is fitted, and doubt grows by %(u)s %% per kelvin away from it")
        found.append(said(told, u=f"{100.0 * calibration.temperature_u_per_k:.2f}"))
    return tuple(found)
