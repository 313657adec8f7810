"""Words for the way of a case. What the workflow names has words here; a test holds the two together."""

from typing import Final, NamedTuple

from central.review.fields import Ground, Hearing, Ruling, Service
from central.review.workflow import Decision, Part, State
from central.web.translation import N_

STATES: Final = {
    State.RECEIVED: N_("received"),
    State.BARRED: N_("barred from enforcement"),
    State.SCREENED: N_("screened, to be reviewed"),
    State.REVIEWED: N_("reviewed, to be checked in law"),
    State.LEGALLY_REVIEWED: N_("checked in law, to be decided"),
    State.DECIDED: N_("decided, to be notified"),
    State.NOTIFIED: N_("notified, the party may object"),
    State.OBJECTED: N_("objected to, to be heard"),
    State.HEARD: N_("heard, to be decided or closed"),
    State.CLOSED: N_("closed, to be published"),
    State.PUBLISHED: N_("published"),
    State.DISMISSED: N_("dismissed"),
}

DECISIONS: Final = {
    Decision.PENALTY: N_("fine"),
    Decision.WARNING: N_("warning"),
    Decision.NO_ACTION: N_("no action"),
}

PARTS: Final = {
    Part.REVIEW: N_("Reviewer"),
    Part.LEGAL: N_("Legal reviewer"),
    Part.APPROVE: N_("Approver"),
}

GROUNDS: Final = {
    Ground.GATE_FELL: N_("a gate fell"),
    Ground.EXEMPT: N_("the vehicle is exempt"),
    Ground.PERMITTED: N_("the transport has a permit"),
    Ground.PLATE_WRONG: N_("the plate is another vehicle's"),
    Ground.PICTURES_UNCLEAR: N_("the pictures are unclear"),
    Ground.AXLES_WRONG: N_("the axles were taken wrongly"),
    Ground.SAME_TRIP: N_("the same trip is a case already"),
    Ground.WEIGHED_AGAIN: N_("another scale found it within the limits"),
    Ground.OTHER: N_("another ground, told in the reason"),
}

SERVICES: Final = {
    Service.IN_PERSON: N_("in person"),
    Service.POST: N_("by post"),
    Service.ELECTRONIC: N_("electronically, as the party agreed"),
    Service.ANNOUNCEMENT: N_("by public announcement"),
}

HEARINGS: Final = {
    Hearing.HELD: N_("it was held"),
    Hearing.WAIVED: N_("the party waived it in writing"),
}

RULINGS: Final = {
    Ruling.UPHELD: N_("the decision is upheld"),
    Ruling.AMENDED: N_("the decision is to be amended"),
    Ruling.REVOKED: N_("the decision is revoked"),
}


class ActWords(NamedTuple):
    """An act: its name, the consequence in the button, what the history says was done, and the key that opens its form."""

    name: str
    button: str
    done: str
    key: str = ""


ACTS: Final = {
    "open": ActWords(N_("Open"), "", N_("opened the case")),
    "clear": ActWords(N_("Screen"), "", N_("screened it: every gate held")),
    "bar": ActWords(N_("Bar"), "", N_("screened it: a gate fell")),
    "screen-again": ActWords(N_("Screen again"), "", N_("screened it again")),
    "confirm": ActWords(N_("Confirm the overload"), N_("Confirm overload and send to legal review"), N_("confirmed the overload"), "c"),
    "dismiss": ActWords(N_("Dismiss the case"), N_("Dismiss the case for good"), N_("dismissed the case"), "d"),
    "record-exemption": ActWords(
        N_("Record an exemption"), N_("Record the exemption and change the proposal"), N_("recorded an exemption"), "e"
    ),
    "lift-exemption": ActWords(N_("Lift an exemption"), N_("Lift the exemption and change the proposal"), N_("lifted an exemption"), "l"),
    "pass-legal": ActWords(N_("Pass legal review"), N_("Pass legal review and send to the approver"), N_("passed it in law"), "p"),
    "return": ActWords(N_("Return to the reviewer"), N_("Return the case to the reviewer"), N_("returned it to the reviewer"), "r"),
    "offer-hearing": ActWords(
        N_("Offer a hearing"), N_("Record that a hearing was offered; its term begins"), N_("offered a hearing"), "o"
    ),
    "record-hearing": ActWords(
        N_("Record the hearing"), N_("Record the hearing; the case can be decided"), N_("recorded the hearing"), "h"
    ),
    "record-discussion": ActWords(
        N_("Record the collective discussion"), N_("Record the discussion in the case"), N_("recorded the collective discussion"), "g"
    ),
    "return-to-legal": ActWords(
        N_("Return to legal review"), N_("Return the case to legal review"), N_("returned it to legal review"), "r"
    ),
    "return-to-reviewer": ActWords(
        N_("Return to the reviewer"), N_("Return the case to the reviewer"), N_("returned it to the reviewer"), "b"
    ),
    "decide-penalty": ActWords(N_("Decide on a fine"), N_("Impose this fine and send it to be notified"), N_("decided on a fine"), "p"),
    "decide-warning": ActWords(N_("Decide on a warning"), N_("Warn the party and send it to be notified"), N_("decided on a warning"), "w"),
    "decide-no-action": ActWords(N_("Decide on no action"), N_("Decide that nothing is imposed"), N_("decided on no action"), "n"),
    "return-decision": ActWords(N_("Return the decision"), N_("Return the decision to the approver"), N_("returned the decision"), "r"),
    "notify": ActWords(N_("Notify the party"), N_("Record the service; the term to object begins"), N_("notified the party"), "n"),
    "object": ActWords(N_("Object"), "", N_("objected on the public page")),
    "record-objection": ActWords(
        N_("Record an objection"), N_("Record the objection and send it to be heard"), N_("recorded an objection by letter"), "o"
    ),
    "hear": ActWords(N_("Hear the objection"), N_("Record the ruling and send it to the approver"), N_("heard the objection"), "h"),
    "return-to-hearing": ActWords(
        N_("Return to the hearing"), N_("Return the case to be heard again"), N_("returned it to be heard again"), "r"
    ),
    "close": ActWords(N_("Close the case"), N_("Close the case; the decision stands"), N_("closed the case"), "c"),
    "inform-home": ActWords(
        N_("Inform the home authority"), N_("Record that the home authority was told"), N_("told the vehicle's home authority"), "i"
    ),
    "publish": ActWords(N_("Publish the decision"), N_("Publish the decision with a masked plate"), N_("published the decision"), "p"),
}

REFUSALS: Final = {
    "gate-fell": N_("A gate fell, so the case cannot be enforced; the checklist says which."),
    "three-persons": N_("Reviewer, legal reviewer and approver must be three persons."),
    "trip-enforced": N_("Another case of the same trip was decided already; one trip is punished once."),
    "exempt": N_("With the exemptions that are recorded the vehicle was not over its limit."),
    "discussion-missing": N_("A major case is discussed collectively first; record that discussion."),
    "hearing-missing": N_("In a major case the legal reviewer offers a hearing first."),
    "hearing-open": N_("The party may still ask for the hearing that was offered; wait for the end of its term."),
    "hearing-offered": N_("A hearing was offered already."),
    "upheld": N_("The hearing upheld the decision: close the case, or return it to the hearing."),
    "revoked": N_("The hearing revoked the decision; what remains is no action."),
    "graver": N_("It would be graver than what the party objected to."),
    "not-notified": N_("The party was not notified yet."),
    "term-open": N_("The party may still object; wait for the end of the term."),
    "not-upheld": N_("The hearing did not uphold the decision; decide again."),
    "home-not-informed": N_("The vehicle's home authority was not told yet (art. 44)."),
    "four-eyes": N_("You have taken another part in this case; nobody takes two."),
    "not-allowed": N_("Your account has not the role for this."),
    "wrong-state": N_("The case has moved on, and this act does not follow from where it stands."),
    "conflict": N_("Someone has acted on this case since you opened it."),
    "no-case": N_("There is no such case."),
    "no-action": N_("There is no such act."),
    "exemption-unknown": N_("Choose one of the exemptions that the rules of this record hold."),
}
"""Why an act is not taken, by its code."""
