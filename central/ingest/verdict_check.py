"""Central's own judgement of a record: the same rule pack over the record's own facts must say the same."""

from functools import lru_cache

from contract.limits import RulePack, Weighed, WeighedAxle, evaluate
from contract.records import ClockState, VehicleRecord
from contract.rules import PACKS, rule_pack
from contract.verdicts import Bar, DecisionRule, Outcome, Verdict

REAL_TIME_PPM = 1_000_000


def mark_of(record: VehicleRecord) -> str | None:
    """Give the fault to be stored with a vehicle record, ``code: text``; None where verdict and bars are what the facts demand."""
    unbarred = _missing_bars(record)
    if unbarred:
        return f"gate-missing: the record's own facts demand {', '.join(unbarred)}, which its verdict does not name"
    if record.verdict.decision_rule is DecisionRule.MAXIMUM_PERMISSIBLE_ERROR:
        return "verdict-unchecked: a record does not carry the error share that its decision rule needs"
    pack = _packs().get((record.rules.id, record.rules.sha256))
    if pack is None:
        return f"rules-unknown: rule pack {record.rules.id} {record.rules.sha256[:16]} is none that this version ships"
    own = evaluate(pack, _weighed(record), record.verdict.decision_rule, barred_by=record.verdict.barred_by)
    difference = _difference(record.verdict, own)
    return None if difference is None else f"verdict-differs: {difference}"


def _missing_bars(record: VehicleRecord) -> list[str]:
    bars = {gate.bar for gate in record.verdict.barred_by}
    demanded = {
        Bar.PLAYBACK: record.clock.playback_ppm != REAL_TIME_PPM,
        Bar.CLOCK: record.clock.state is not ClockState.SYNCHRONISED,
        Bar.CALIBRATION: record.calibration is None,
        Bar.NO_PLATE: record.plate is None,
    }
    overload = record.verdict.outcome is Outcome.OVERLOAD
    return [bar.value for bar, is_demanded in demanded.items() if overload and is_demanded and bar not in bars]


def _weighed(record: VehicleRecord) -> Weighed:
    axles = tuple(WeighedAxle(axle.load_kg, axle.u_kg, axle.group, axle.spacing_mm, axle.dual_tyres) for axle in record.axles)
    return Weighed(axles, record.body, record.gross_kg, record.gross_u_kg)


def _difference(given: Verdict, own: Verdict) -> str | None:
    if given.outcome is Outcome.NOT_ASSESSABLE and Bar.INCOMPLETE in {gate.bar for gate in given.barred_by}:
        return None  # what was not weighed whole is not judged, whatever the loads that were seen add up to
    if given.outcome is not own.outcome:
        return f"the record says {given.outcome}, its facts under its rules {own.outcome}"
    if given.findings != own.findings:
        return "the findings' arithmetic is not that of the rules"
    if given.overload_probability_ppm != own.overload_probability_ppm:
        return (
            f"overload probability is {given.overload_probability_ppm} ppm in the record, {own.overload_probability_ppm} ppm by its facts"
        )
    return None


@lru_cache(maxsize=1)
def _packs() -> dict[tuple[str, str], RulePack]:
    packs = (rule_pack(name) for name in PACKS)
    return {(pack.id, pack.sha256): pack for pack in packs}
