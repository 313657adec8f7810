"""Words for all that can be said of a case: states, acts, decisions, gates and why one fell. A test holds them to the workflow."""

from typing import Final, NamedTuple

from central.review.fields import Ground, Hearing, Ruling, Service
from central.review.gates import GateName, Reason, Why
from central.review.workflow import Decision, Part, State
from central.web.formats import Formats
from central.web.translation import N_
from central.web.words import BARS, CLOCKS, PLATE_COLOURS
from contract.plates import PlateColour
from contract.records import ClockState
from contract.verdicts import Bar

STATES: Final = {
    State.RECEIVED: N_("To be screened"),
    State.BARRED: N_("Barred by a gate"),
    State.SCREENED: N_("Screened"),
    State.REVIEWED: N_("Reviewed"),
    State.LEGALLY_REVIEWED: N_("Reviewed in law"),
    State.DECIDED: N_("Decided"),
    State.NOTIFIED: N_("Party notified"),
    State.OBJECTED: N_("Objected to"),
    State.HEARD: N_("Objection heard"),
    State.CLOSED: N_("Closed"),
    State.PUBLISHED: N_("Published"),
    State.DISMISSED: N_("Dismissed"),
}


class ActWords(NamedTuple):
    """What an act is called in the history, and what its button says with the consequence; an empty one has no button."""

    done: str
    button: str = ""


ACTS: Final = {
    "open": ActWords(N_("Case opened")),
    "clear": ActWords(N_("Screened: every gate holds")),
    "bar": ActWords(N_("Screened: a gate fell")),
    "screen-again": ActWords(N_("Screened again")),
    "link-trip": ActWords(N_("Linked with another station's case of the same trip")),
    "issue-document": ActWords(N_("Document issued")),
    "confirm": ActWords(N_("Overload confirmed"), N_("Confirm the overload and send it to legal review")),
    "dismiss": ActWords(N_("Case dismissed"), N_("Dismiss the case for good")),
    "record-exemption": ActWords(N_("Exemption recorded"), N_("Record an exemption")),
    "lift-exemption": ActWords(N_("Exemption lifted"), N_("Lift the exemption")),
    "rule-out-passage": ActWords(N_("Doubt about the plate ruled out"), N_("Record that another passage of the plate raises no doubt")),
    "pass-legal": ActWords(N_("Passed in law"), N_("Pass in law and send it to the approver")),
    "return": ActWords(N_("Returned to the reviewer by legal review"), N_("Return it to the reviewer")),
    "offer-hearing": ActWords(N_("Hearing offered"), N_("Record that a hearing was offered")),
    "record-hearing": ActWords(N_("Hearing recorded"), N_("Record what became of the hearing")),
    "record-discussion": ActWords(N_("Collective discussion recorded"), N_("Record the collective discussion")),
    "return-to-legal": ActWords(N_("Returned to legal review"), N_("Return it to legal review")),
    "return-to-reviewer": ActWords(N_("Returned to the reviewer by the approver"), N_("Return it to the reviewer")),
    "decide-penalty": ActWords(N_("Penalty decided"), N_("Impose the penalty")),
    "decide-warning": ActWords(N_("Warning decided"), N_("Issue the warning")),
    "decide-no-action": ActWords(N_("No action decided"), N_("Decide on no action")),
    "return-decision": ActWords(N_("Decision returned to the approver"), N_("Return the decision to the approver")),
    "notify": ActWords(N_("Notice served"), N_("Record that the notice was served")),
    "object": ActWords(N_("Objection lodged on the public page")),
    "record-objection": ActWords(N_("Objection by letter recorded"), N_("Record an objection by letter")),
    "hear": ActWords(N_("Objection was heard"), N_("Record the hearing of the objection")),
    "revoke": ActWords(N_("Decision revoked by legal review"), N_("Revoke the decision; if it was public, these grounds are published")),
    "return-to-hearing": ActWords(N_("Returned to be heard again"), N_("Return it to be heard again")),
    "close": ActWords(N_("Case closed"), N_("Close the case")),
    "inform-home": ActWords(N_("Home authority informed"), N_("Record that the home authority was informed")),
    "publish": ActWords(N_("Decision published"), N_("Publish the decision with a masked plate")),
}

DECISIONS: Final = {
    Decision.PENALTY: N_("Penalty"),
    Decision.WARNING: N_("Warning"),
    Decision.NO_ACTION: N_("No action"),
}

PARTS: Final = {
    Part.REVIEW: N_("Review"),
    Part.LEGAL: N_("Legal review"),
    Part.APPROVE: N_("Approval"),
}

CASE_GATES: Final = {
    GateName.SIGNATURE: N_("Signature of the station good"),
    GateName.CHAIN: N_("Follows the record before it"),
    GateName.ENROLLED: N_("Station enrolled, its key in force"),
    GateName.PUBLISHED: N_("Station published"),
    GateName.VERIFICATION: N_("Verification certificate in force at the passage"),
    GateName.CALIBRATION: N_("Calibration in force at the passage"),
    GateName.SPEED: N_("Speed inside the verified range"),
    GateName.CLASS: N_("Vehicle class inside the verified range"),
    GateName.BEHAVIOUR: N_("Driven steadily over the sensors"),
    GateName.QUALITY: N_("Signal whole and without faults"),
    GateName.CLOCK: N_("Clock of the station synchronised"),
    GateName.RULES: N_("Rules in force at the passage"),
    GateName.VERDICT: N_("Verdict computed anew is the same"),
    GateName.PICTURES: N_("Pictures present and readable"),
    GateName.PLATE: N_("Plate known with enough certainty"),
    GateName.UNIQUE: N_("No other vehicle seen under this plate"),
    GateName.PLAYBACK: N_("Real traffic, not a playback"),
}

WHY: Final = {
    Why.SIGNATURE_BAD: N_("no enrolled key of the station has signed these bytes"),
    Why.PREDECESSOR_MISSING: N_("record %(seq)s before it has not arrived yet"),
    Why.KEY_NOT_IN_FORCE: N_("the station's key was not in force at the passage"),
    Why.STATION_NOT_PUBLISHED: N_("no publication of the station covers the passage"),
    Why.NO_CERTIFICATE: N_("no verification certificate of the scale is known"),
    Why.VERIFICATION_NOT_IN_FORCE: N_("verification certificate %(certificate)s does not cover the passage"),
    Why.NO_CALIBRATION: N_("the record names no calibration"),
    Why.BARRED: N_("%(bar)s (the station says: %(detail)s)"),
    Why.CLASS_UNKNOWN: N_("no limit fits what the vehicle was found to be"),
    Why.CLOCK_NOT_SYNCHRONISED: N_("the station's clock was %(state)s"),
    Why.RULES_UNKNOWN: N_("rules %(rules)s are none that this version holds"),
    Why.RULES_NOT_IN_FORCE: N_("rules %(rules)s were not in force at the passage"),
    Why.VERDICT_DIFFERS: N_("central finds otherwise: %(mark)s"),
    Why.PICTURES_FEW: N_("pictures of the vehicle that the records vouch for: %(count)s; needed: %(least)s"),
    Why.PICTURES_NOT_HERE: N_("pictures that have not arrived yet: %(count)s"),
    Why.PICTURE_UNREADABLE: N_("pictures that can not be read: %(count)s"),
    Why.PICTURE_SMALL: N_("pictures that are too small: %(count)s"),
    Why.NO_PLATE: N_("no plate is known"),
    Why.PLATE_UNCERTAIN: N_("the plate is certain to %(certainty)s; %(least)s are needed"),
    Why.TOO_FAST: N_(
        "the plate may be cloned or misread: passage %(passage)s of it is %(distance)s km away and %(elapsed)s min apart, which takes "
        "%(speed)s km/h on the shortest way; %(most)s are the most"
    ),
    Why.OTHER_AXLES: N_(
        "the plate may be cloned or misread: passage %(passage)s of it was another vehicle, with axles %(other)s m behind its first; "
        "here they stand at %(own)s m"
    ),
    Why.OTHER_COLOUR: N_("the plate may be cloned or misread: at passage %(passage)s its ground was %(other)s, here it is %(own)s"),
    Why.PLATE_CONTRADICTED: N_("another reading of the plate that arrived later, certain to %(certainty)s, names another vehicle"),
    Why.PLAYBACK: N_("the line ran at %(factor)s times real time"),
}

GROUNDS: Final = {
    Ground.GATE_FELL: N_("A gate fell"),
    Ground.EXEMPT: N_("Exempt by GB 1589"),
    Ground.PERMITTED: N_("The transport was permitted"),
    Ground.PLATE_WRONG: N_("The plate is another vehicle's"),
    Ground.PICTURES_UNCLEAR: N_("Pictures unclear"),
    Ground.AXLES_WRONG: N_("Axles or class wrong"),
    Ground.SAME_TRIP: N_("Same trip, enforced elsewhere"),
    Ground.WEIGHED_AGAIN: N_("Weighed again within the limits"),
    Ground.OTHER: N_("Another ground"),
}

HEARINGS: Final = {
    Hearing.HELD: N_("Hearing was held"),
    Hearing.WAIVED: N_("Party waived the hearing"),
}

RULINGS: Final = {
    Ruling.UPHELD: N_("Decision upheld"),
    Ruling.AMENDED: N_("Decision to be amended"),
    Ruling.REVOKED: N_("Decision revoked"),
}

SERVICES: Final = {
    Service.IN_PERSON: N_("in person"),
    Service.POST: N_("by post"),
    Service.ELECTRONIC: N_("electronically"),
    Service.ANNOUNCEMENT: N_("by public announcement"),
}

FIELDS: Final = {
    "reason": N_("Grounds in words"),
    "opinion": N_("Opinion"),
    "ground": N_("Ground"),
    "exemption": N_("Exemption"),
    "evidence": N_("What shows it"),
    "permit_number": N_("Permit number"),
    "permit_from": N_("Permit valid from"),
    "permit_until": N_("Permit valid until"),
    "registered_kg": N_("Total mass in the registration, kg"),
    "exemption_number": N_("Which exemption"),
    "passage": N_("Which passage"),
    "served_by": N_("Served how"),
    "served_us": N_("Served when"),
    "hearing": N_("Hearing before the decision"),
    "held_us": N_("Held when"),
    "participants": N_("Persons who took part"),
    "amount_cents": N_("Amount"),
    "text": N_("What is stated"),
    "contact": N_("How to reach the party"),
    "received_us": N_("Received when"),
    "ruling": N_("Result of the hearing"),
    "authority": N_("Authority"),
    "informed_us": N_("Informed when"),
}

REFUSALS: Final = {
    "four-eyes": N_("Another person must do this: you have taken another part in this case."),
    "clock-behind": N_("The server's clock is behind the last step of this case. Tell the administrator."),
    "conflict": N_("Someone has acted on this case since you opened it. Look at it again."),
    "wrong-state": N_("The case does not stand where this leads on from."),
    "gate-fell": N_("A gate fell: the case can not be enforced."),
    "screening-due": N_("Something arrived that is not screened yet. Look at the case again in a moment."),
    "three-persons": N_("Reviewer, legal reviewer and approver must be three persons."),
    "trip-enforced": N_("Another case of the same trip was decided already. One trip is punished once."),
    "exempt": N_("With the exemptions recorded the vehicle was not over its limit."),
    "discussion-missing": N_("A major case is discussed collectively before it is decided. Record the discussion first."),
    "hearing-missing": N_("In a major case a hearing is offered before it is decided. The legal reviewer records it."),
    "hearing-open": N_("The party may still ask for the hearing. Wait for the end of its term."),
    "hearing-offered": N_("The hearing was offered already."),
    "too-late": N_("The term for a decision is over. What remains is no action."),
    "upheld": N_("The hearing upheld the decision. Close the case, or return it to be heard again."),
    "revoked": N_("The hearing revoked the decision. What remains is no action."),
    "not-notified": N_("The party has not been notified yet."),
    "term-open": N_("The party may still object. Wait for the end of the term."),
    "not-upheld": N_("The hearing did not uphold the decision. Decide again."),
    "home-not-informed": N_("The vehicle's home authority has not been informed yet."),
    "graver": N_("What the party stated may not make the decision graver."),
    "not-allowed": N_("Your account does not hold the role for this at this station."),
    "no-case": N_("There is no such case."),
    "no-notice": N_("There is no notice of that number for that plate. Copy both as they stand on the notice."),
    "exemption-unknown": N_("The rules of this record know no such exemption."),
    "field-missing": N_("This is needed."),
    "field-invalid": N_("This can not be taken as it was given."),
    "field-unknown": N_("This act takes no such statement."),
}
"""Why an act was refused, or can not be taken now, by its code (`central.review.views.Offered.refused`, `RejectError.code`)."""


def why_values(reason: Reason, formats: Formats) -> dict[str, str]:
    """Give what fills the placeholders of a reason's words, in the language of `formats`."""
    say = formats.language.say
    values = {name: str(figure) for name, figure in reason.figures.items()}
    if "bar" in values:
        values["bar"] = say(BARS[Bar(values["bar"])].fell)
    if "state" in values:
        values["state"] = say(CLOCKS[ClockState(values["state"])])
    certainty_ppm, least_ppm = reason.figures.get("certainty_ppm"), reason.figures.get("least_ppm")
    if isinstance(certainty_ppm, int) and isinstance(least_ppm, int):
        values["certainty"], values["least"] = formats.short_of(certainty_ppm, least_ppm)
    elif isinstance(certainty_ppm, int):
        values["certainty"] = formats.ppm(certainty_ppm)
    values |= _doubt_values(reason, formats)
    speed_ppm = reason.figures.get("playback_ppm")
    if isinstance(speed_ppm, int):
        values["factor"] = formats.factor(speed_ppm)
    values.setdefault("certificate", "–")
    return values


def _doubt_values(reason: Reason, formats: Formats) -> dict[str, str]:
    """Give what fills the words of a doubt about the plate."""
    figures, values = reason.figures, dict[str, str]()
    if reason.why is Why.TOO_FAST:
        values["distance"] = formats.number(int(figures["distance_m"]) / 1_000, 1)
        values["elapsed"] = formats.number(int(figures["elapsed_s"]) / 60, 1)
        values |= {"speed": formats.number(int(figures["speed_km_h"]), 0), "most": formats.number(int(figures["most_km_h"]), 0)}
    if reason.why is Why.OTHER_AXLES:
        values |= {"own": str(figures["own_m"]), "other": str(figures["other_m"])}
    if reason.why is Why.OTHER_COLOUR:
        colours = {side: PlateColour(str(figures[f"{side}_colour"])) for side in ("own", "other")}
        values |= {side: formats.language.say(PLATE_COLOURS[colour]) for side, colour in colours.items()}
    return values


def why_in(reason: Reason, formats: Formats) -> str:
    """Say why a gate fell."""
    return formats.language.say(WHY[reason.why], **why_values(reason, formats))
