"""A record judged again: the same rule pack over the record's own facts must say the same, at central and wherever a bundle is read."""

from contract.limits import RulePack, evaluate, weighed_of
from contract.records import ClockState, VehicleRecord
from contract.units import PPM
from contract.verdicts import Bar, DecisionRule, Outcome, Verdict


def verdict_fault(record: VehicleRecord, pack: RulePack | None) -> str | None:
    """Give what does not fit, ``code: text``; None where verdict and bars are what the facts demand.

    `pack` is the one whose bytes have the digest that the record names, None where there is none at hand.
    """
    known = pack is not None and pack.id == record.rules.id
    unbarred = _missing_bars(record, pack if known else None)
    if unbarred:
        return f"gate-missing: the record's own facts demand {', '.join(unbarred)}, which its verdict does not name"
    if pack is None or not known:
        return f"rules-unknown: rule pack {record.rules.id} {record.rules.sha256[:16]} is not at hand"
    given = record.verdict
    if (given.decision_rule is DecisionRule.MAXIMUM_PERMISSIBLE_ERROR) != (given.mpe_share_ppm is not None):
        return "verdict-unchecked: the error share that the decision rule needs is missing, or stands with a rule that takes none"
    own = evaluate(pack, weighed_of(record), given.decision_rule, given.mpe_share_ppm, given.barred_by)
    difference = _difference(given, own)
    return None if difference is None else f"verdict-differs: {difference}"


def _missing_bars(record: VehicleRecord, pack: RulePack | None) -> list[str]:
    """Give the bars that the record's facts demand of an overload and its verdict does not name."""
    if record.verdict.outcome is not Outcome.OVERLOAD:
        return []
    demanded = {
        Bar.PLAYBACK: record.clock.playback_ppm != PPM,
        Bar.CLOCK: record.clock.state is not ClockState.SYNCHRONISED,
        Bar.CALIBRATION: record.calibration is None,
        Bar.VERIFICATION: record.certificate is not None and not record.certificate.verified_at(record.time_us),
        Bar.NO_PLATE: not record.has_plate,
        Bar.RULES: pack is not None and not pack.in_force(record.time_us),
    }
    wanted = {bar for bar, is_demanded in demanded.items() if is_demanded}
    if pack is not None:
        raised = (pack.barred_by(entry.flag, entry.figure_milli) for entry in record.flags)
        wanted |= {one.bar for one in raised if one is not None}
    return sorted(bar.value for bar in wanted - {gate.bar for gate in record.verdict.barred_by})


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
