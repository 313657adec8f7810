"""Legal limits as dated data, and their evaluation for one weighed vehicle.

Every number comes from the rule pack. Where the sensors cannot see what the law asks (tyres, drive axles, body), the assumption that
favours the vehicle is made and written into the verdict.
"""

import math
import tomllib
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from contract.faults import StopError
from contract.media import Sha256, sha256_hex
from contract.vehicles import Body
from contract.verdicts import DecisionRule, Finding, Gate, Outcome, Standing, Verdict

PPM: Final = 1_000_000
COVERAGE_FACTOR: Final = 2
"""Expanded uncertainties in this project are k = 2 (JCGM 100:2008, 6.3)."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GrossLimit(_Table):
    """The gross limit of one axle count and body."""

    axles: Annotated[int, Field(ge=2, le=30)]
    and_more: bool = False
    body: Body
    limit_kg: Annotated[int, Field(gt=0)]
    single_drive_axle_lowers: bool = False
    article: str
    text_en: str
    text_zh: str

    def fits(self, axles: int, body: Body) -> bool:
        """Whether the limit applies; a body that is not known fits every row, so that the caller can take the highest."""
        return (axles == self.axles or (self.and_more and axles > self.axles)) and body in {self.body, Body.UNKNOWN}


class GroupLimit(_Table):
    """The limit of an axle group by its size and the spacing within it; `steering` rows are for the first axle alone."""

    axles: Annotated[int, Field(ge=1, le=3)]
    steering: bool = False
    spacing_below_mm: Annotated[int, Field(gt=0)] | None = None
    limit_kg: Annotated[int, Field(gt=0)]
    article: str
    text_en: str
    text_zh: str


class RulePack(_Table):
    """One legal order's limits, valid from a date; `sha256` is the digest of the file's bytes."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]
    sha256: Sha256
    effective_from: date
    authority_en: str
    authority_zh: str
    title_en: str
    title_zh: str
    single_tyre_reduction_kg: Annotated[int, Field(ge=0)]
    single_drive_axle_reduction_kg: Annotated[int, Field(ge=0)]
    gross: Annotated[tuple[GrossLimit, ...], Field(min_length=1)]
    group: tuple[GroupLimit, ...] = ()

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        keys = [(row.axles, row.body) for row in self.gross]
        if len(set(keys)) != len(keys):
            msg = "two gross limits are given for the same axle count and body"
            raise ValueError(msg)
        return self


def parse_rule_pack(data: bytes, source: str) -> RulePack:
    """Read a rule pack's bytes.

    Raises
    ------
    StopError
        If it is no TOML or not a sound rule pack.
    """
    try:
        return RulePack.model_validate({**tomllib.loads(data.decode()), "sha256": sha256_hex(data)})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise StopError("rules-invalid", source, f"is no sound rule pack: {error}") from error


@dataclass(frozen=True, slots=True)
class WeighedAxle:
    """What the limits ask of one axle; `dual_tyres` None where it cannot be seen."""

    load_kg: int
    u_kg: int
    group: int
    spacing_mm: int | None
    dual_tyres: bool | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the limits ask of one vehicle; `drive_axles` None where it cannot be seen."""

    axles: tuple[WeighedAxle, ...]
    body: Body
    gross_kg: int
    gross_u_kg: int
    drive_axles: int | None = None


def evaluate(
    pack: RulePack,
    vehicle: Weighed,
    decision_rule: DecisionRule,
    mpe_share: float = 0.0,
    barred_by: tuple[Gate, ...] = (),
) -> Verdict:
    """Hold a weighed vehicle against a rule pack.

    A load counts as over its limit when measured − guard > limit, where the guard band is 0, the expanded uncertainty, or `mpe_share` of
    the measured load, as the decision rule says (JCGM 106:2012, 8.3). For a fixed vehicle and rule the outcome never gets milder as the
    weight grows.

    Parameters
    ----------
    pack
        Limits in force at the moment of passage.
    vehicle
        Loads and uncertainties in kg (k = 2).
    decision_rule
        How uncertainty enters.
    mpe_share
        In-service maximum permissible error as a share of the load, in [0, 1), used by `MAXIMUM_PERMISSIBLE_ERROR` only.
    barred_by
        Bars found by the station's gates; they do not change the outcome, only whether it may be enforced.
    """
    if not 0 <= mpe_share < 1:
        msg = f"mpe_share is a share in [0, 1), not {mpe_share}"
        raise ValueError(msg)
    limit, assumptions = _gross_limit(pack, vehicle)
    findings = _group_findings(pack, vehicle, decision_rule, mpe_share)
    if limit is None:
        return Verdict(
            outcome=Outcome.NOT_ASSESSABLE,
            findings=findings,
            decision_rule=decision_rule,
            overload_probability_ppm=0,
            assumptions=assumptions,
            barred_by=barred_by,
        )
    guard_kg = _guard_kg(vehicle.gross_kg, vehicle.gross_u_kg, decision_rule, mpe_share)
    gross = _finding("gross", Standing.ENFORCED, limit, vehicle.gross_kg, guard_kg)
    return Verdict(
        outcome=_outcome(gross),
        findings=(gross, *findings),
        decision_rule=decision_rule,
        overload_probability_ppm=exceedance_ppm(vehicle.gross_kg, vehicle.gross_u_kg, gross.limit_kg),
        assumptions=assumptions,
        barred_by=barred_by,
    )


def exceedance_ppm(measured_kg: int, u_kg: int, limit_kg: int) -> int:
    """Give the probability in ppm that the true load exceeds the limit (JCGM 106:2012, 7.2; normal, u = U / 2)."""
    if u_kg == 0:
        return PPM if measured_kg > limit_kg else 0
    score = (measured_kg - limit_kg) / (u_kg / COVERAGE_FACTOR)
    return round(PPM * 0.5 * math.erfc(-score / math.sqrt(2)))


@dataclass(frozen=True, slots=True)
class _Limit:
    limit_kg: int
    article: str


def _gross_limit(pack: RulePack, vehicle: Weighed) -> tuple[_Limit | None, tuple[str, ...]]:
    rows = [row for row in pack.gross if row.fits(len(vehicle.axles), vehicle.body)]
    if not rows:
        return None, (f"the rule pack has no gross limit for {len(vehicle.axles)} axles, {vehicle.body}",)
    row = max(rows, key=lambda candidate: candidate.limit_kg)
    assumptions = []
    limit_kg = row.limit_kg
    if vehicle.body is Body.UNKNOWN:
        assumptions.append(f"body not known: taken as {row.body}, the higher limit")
    if row.single_drive_axle_lowers and vehicle.drive_axles is None:
        assumptions.append("drive axles not seen: taken as more than one, the higher limit")
    elif row.single_drive_axle_lowers and vehicle.drive_axles == 1:
        limit_kg -= pack.single_drive_axle_reduction_kg
    not_steering = vehicle.axles[1:]
    if any(axle.dual_tyres is None for axle in not_steering):
        assumptions.append("tyres not seen: taken as dual on every axle but the first, the higher limit")
    limit_kg -= pack.single_tyre_reduction_kg * sum(axle.dual_tyres is False for axle in not_steering)
    return _Limit(max(limit_kg, 0), row.article), tuple(assumptions)


def _group_findings(pack: RulePack, vehicle: Weighed, rule: DecisionRule, mpe_share: float) -> tuple[Finding, ...]:
    findings = []
    for number in sorted({axle.group for axle in vehicle.axles}):
        members = [axle for axle in vehicle.axles if axle.group == number]
        limit = _group_limit(pack, members, steering=members[0] is vehicle.axles[0])
        if limit is None:
            continue
        load_kg = sum(axle.load_kg for axle in members)
        # Axles of one group share their errors (one body, one speed), so their uncertainties add up linearly: the safe side.
        u_kg = sum(axle.u_kg for axle in members)
        guard_kg = _guard_kg(load_kg, u_kg, rule, mpe_share)
        findings.append(_finding(f"group {number}", Standing.ADVISORY, limit, load_kg, guard_kg))
    return tuple(findings)


def _group_limit(pack: RulePack, members: list[WeighedAxle], *, steering: bool) -> _Limit | None:
    spacing_mm = max((axle.spacing_mm or 0 for axle in members[1:]), default=0)
    rows = [row for row in pack.group if row.axles == len(members) and row.steering == (steering and len(members) == 1)]
    fitting = [row for row in rows if row.spacing_below_mm is None or spacing_mm < row.spacing_below_mm]
    if not fitting:
        return None
    row = min(fitting, key=lambda candidate: candidate.spacing_below_mm or math.inf)
    return _Limit(row.limit_kg, row.article)


def _guard_kg(load_kg: int, u_kg: int, rule: DecisionRule, mpe_share: float) -> int:
    match rule:
        case DecisionRule.NONE:
            return 0
        case DecisionRule.EXPANDED_UNCERTAINTY:
            return u_kg
        case DecisionRule.MAXIMUM_PERMISSIBLE_ERROR:
            return math.ceil(load_kg * mpe_share)


def _finding(subject: str, standing: Standing, limit: _Limit, measured_kg: int, guard_kg: int) -> Finding:
    return Finding(
        subject=subject,
        standing=standing,
        article=limit.article,
        limit_kg=limit.limit_kg,
        measured_kg=measured_kg,
        guard_kg=guard_kg,
        over_kg=max(0, measured_kg - limit.limit_kg),
        exceeded=measured_kg - guard_kg > limit.limit_kg,
    )


def _outcome(gross: Finding) -> Outcome:
    if gross.exceeded:
        return Outcome.OVERLOAD
    return Outcome.INSIDE_GUARD_BAND if gross.over_kg else Outcome.WITHIN_LIMITS
