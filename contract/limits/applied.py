"""Which limits of a rule pack hold for a vehicle, and the loads they are held against; no decision yet."""

import math
from dataclasses import dataclass

from contract.limits.formulas import formula_kg
from contract.limits.pack import RulePack
from contract.limits.rows import FormulaLimit, GroupLimit, Role, Rule, WindowLimit
from contract.limits.weighed import Weighed, WeighedAxle
from contract.recordable import GROSS_MAX_KG
from contract.units import PPM
from contract.vehicles import Body
from contract.verdicts import Standing

SUSPENSION_ASSUMED = "suspension not seen: taken as air with dual tyres on the driven axles, the higher limit"
DRIVE_SHARE_UNKNOWN = "driven axles not known: their share of the gross weight is not judged"


@dataclass(frozen=True, slots=True)
class Applied:
    """One rule held against one load; `u_kg` is the load's expanded uncertainty (k = 2)."""

    subject: str
    rule: Rule
    standing: Standing
    limit_kg: int
    measured_kg: int
    u_kg: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """Every limit that holds, in the order of the verdict's findings; `gross` is None where the pack has none for the vehicle."""

    gross: Applied | None
    others: tuple[Applied, ...]
    assumptions: tuple[str, ...]

    @property
    def applied(self) -> tuple[Applied, ...]:
        """Give all of them, the gross limit first."""
        return self.others if self.gross is None else (self.gross, *self.others)


def assess(pack: RulePack, vehicle: Weighed) -> Assessment:
    """Give the limits that hold for a vehicle, and what had to be assumed in its favour."""
    gross, assumptions = _gross(pack, vehicle)
    groups, group_rows, unlimited = _groups(pack, vehicle)
    assumptions += unlimited
    if any(row.air_suspension_adds_kg for row in group_rows) and SUSPENSION_ASSUMED not in assumptions:
        assumptions.append(SUSPENSION_ASSUMED)
    others = [*groups, *_windows(pack, vehicle)]
    if pack.axle_sum is not None and groups and not unlimited:
        total_kg = sum(group.limit_kg for group in groups)
        others.append(Applied("axle limits", pack.axle_sum, pack.axle_sum.standing, total_kg, vehicle.gross_kg, vehicle.gross_u_kg))
    if pack.drive_share is not None:
        share = _drive_share(pack, vehicle)
        others += [] if share is None else [share]
        assumptions += [DRIVE_SHARE_UNKNOWN] if share is None else []
    return Assessment(gross, tuple(others), tuple(assumptions))


def _gross(pack: RulePack, vehicle: Weighed) -> tuple[Applied | None, list[str]]:
    axles, pattern = len(vehicle.axles), vehicle.pattern
    rows = [row for row in pack.gross if row.fits(axles, vehicle.body, pattern)]
    if not rows:
        return None, [f"the rule pack has no gross limit for {axles} axles, {vehicle.body}"]
    row = max(rows, key=lambda candidate: candidate.load_kg)
    assumptions = []
    if vehicle.body is Body.UNKNOWN and row.body is not None:
        assumptions.append(f"body not known: taken as {row.body}, the higher limit")
    limit_kg = row.load_kg
    if row.single_drive_axle_lowers and vehicle.drive_axles is None:
        assumptions.append("drive axles not seen: taken as more than one, the higher limit")
    elif row.single_drive_axle_lowers and vehicle.drive_axles == 1:
        limit_kg -= pack.single_drive_axle_reduction_kg
    if pack.single_tyre_reduction_kg:
        asked = _axles_that_need_dual_tyres(vehicle)
        if any(axle.dual_tyres is None for axle in asked):
            assumptions.append("tyres not seen: taken as dual on every axle but the first, the higher limit")
        limit_kg -= pack.single_tyre_reduction_kg * sum(axle.dual_tyres is False for axle in asked)
    if row.air_suspension_adds_kg:
        assumptions.append(SUSPENSION_ASSUMED)
    return Applied("gross", row, row.standing, max(limit_kg, 0), vehicle.gross_kg, vehicle.gross_u_kg), assumptions


def _axles_that_need_dual_tyres(vehicle: Weighed) -> list[WeighedAxle]:
    """Give the axles whose single tyres lower the gross limit: all but the steered ones of the first group and the driven ones."""
    free = {vehicle.axles[0].group, vehicle.drive_group} if vehicle.axles else set()
    return [axle for axle in vehicle.axles if axle.group not in free]


def _groups(pack: RulePack, vehicle: Weighed) -> tuple[list[Applied], list[GroupLimit], list[str]]:
    if not pack.group:
        return [], [], []
    found: list[Applied] = []
    rows: list[GroupLimit] = []
    unlimited: list[str] = []
    for number in vehicle.groups:
        members = vehicle.members(number)
        row = _group_row(pack, members, _roles(vehicle, number))
        if row is None:
            unlimited.append(f"group {number} of {len(members)} axles: the rule pack states no limit")
            continue
        # Axles of one group share their errors (one body, one speed), so their uncertainties add up linearly: the safe side.
        load_kg, u_kg = sum(axle.load_kg for axle in members), sum(axle.u_kg for axle in members)
        found.append(Applied(f"group {number}", row, row.standing, row.load_kg, load_kg, u_kg))
        rows.append(row)
    return found, rows, unlimited


def _roles(vehicle: Weighed, number: int) -> tuple[Role, ...]:
    """Give what a group may be; where the driven group is not known, every group behind the first may be it."""
    if number == vehicle.axles[0].group:
        return (Role.STEERING,)
    if vehicle.drive_group is None:
        return (Role.DRIVE, Role.OTHER)
    return (Role.DRIVE,) if number == vehicle.drive_group else (Role.OTHER,)


def _group_row(pack: RulePack, members: list[WeighedAxle], roles: tuple[Role, ...]) -> GroupLimit | None:
    """Give for each role the row of the narrowest spacing, where two have it the one for that very role, and of these the highest limit."""
    spacing_mm = max((axle.spacing_mm or 0 for axle in members[1:]), default=0)
    candidates = []
    for role in roles:
        fitting = [row for row in pack.group if row.fits(len(members), role, spacing_mm)]
        candidates += sorted(fitting, key=lambda row: (row.spacing_below_mm or math.inf, row.role is None))[:1]
    return max(candidates, key=lambda row: row.load_kg, default=None)


def _windows(pack: RulePack, vehicle: Weighed) -> list[Applied]:
    """Hold each row for consecutive axles against every run it fits: give those over it, or where none is the one nearest to it."""
    positions_mm = vehicle.positions_mm()
    runs = [(first, last) for first in range(len(positions_mm)) for last in range(first, len(positions_mm))]
    found: list[Applied] = []
    rows: list[WindowLimit | FormulaLimit] = [*pack.window, *pack.formula]
    for row in rows:
        held = [_run(row, vehicle, positions_mm, first, last) for first, last in runs]
        fitting = [one for one in held if one is not None]
        over = [one for one in fitting if one.measured_kg > one.limit_kg]
        found += over or sorted(fitting, key=lambda one: one.limit_kg - one.measured_kg)[:1]
    return found


def _run(row: WindowLimit | FormulaLimit, vehicle: Weighed, positions_mm: list[int], first: int, last: int) -> Applied | None:
    positions = positions_mm[first : last + 1]
    if isinstance(row, WindowLimit):
        if not row.fits(len(positions), positions[-1] - positions[0]):
            return None
        limit_kg = row.load_kg
    elif len(positions) < 2:
        return None
    else:
        limit_kg = formula_kg(row, positions)
    axles = vehicle.axles[first : last + 1]
    load_kg, u_kg = sum(axle.load_kg for axle in axles), sum(axle.u_kg for axle in axles)
    subject = f"axle {first + 1}" if first == last else f"axles {first + 1}-{last + 1}"
    # A formula over absurd spacings gives more than a record can carry; no load comes near it either.
    return Applied(subject, row, row.standing, min(limit_kg, GROSS_MAX_KG), load_kg, u_kg)


def _drive_share(pack: RulePack, vehicle: Weighed) -> Applied | None:
    """Hold the gross weight against what the driven axles' load allows; where only some of a group are driven, all of it counts."""
    if pack.drive_share is None or vehicle.drive_group is None:
        return None
    driven = vehicle.members(vehicle.drive_group)
    least_ppm = pack.drive_share.least_ppm
    limit_kg = min(sum(axle.load_kg for axle in driven) * PPM // least_ppm, GROSS_MAX_KG)
    u_kg = vehicle.gross_u_kg + sum(axle.u_kg for axle in driven) * PPM // least_ppm
    return Applied("drive share", pack.drive_share, Standing.ADVISORY, limit_kg, vehicle.gross_kg, u_kg)
