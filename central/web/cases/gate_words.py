"""Words for the gates before a person sees a case, and for why one fell."""

from typing import Final

from central.review.gates import GateName, Reason, Why
from central.web.formats import Formats
from central.web.translation import N_
from central.web.words import BARS
from contract.verdicts import Bar

GATES: Final = {
    GateName.SIGNATURE: N_("Signed by the station, unaltered"),
    GateName.CHAIN: N_("Linked to the record before it"),
    GateName.ENROLLED: N_("Station enrolled, its key in force"),
    GateName.PUBLISHED: N_("Station published"),
    GateName.VERIFICATION: N_("Scale verified by an institute at that moment"),
    GateName.CALIBRATION: N_("Calibration in force"),
    GateName.SPEED: N_("Speed within the verified range"),
    GateName.CLASS: N_("Class known and within the verified range"),
    GateName.BEHAVIOUR: N_("Driven steadily over the sensors"),
    GateName.QUALITY: N_("Signal and weighing without faults"),
    GateName.CLOCK: N_("Clock synchronised"),
    GateName.RULES: N_("Rules in force at the moment of passage"),
    GateName.VERDICT: N_("Verdict recomputed here, the same"),
    GateName.PICTURES: N_("Pictures present, readable and large enough"),
    GateName.PLATE: N_("Plate certain"),
    GateName.PLAYBACK: N_("Line runs in real time"),
}

_WHY: Final = {
    Why.SIGNATURE_BAD: N_("the signature does not hold"),
    Why.PREDECESSOR_MISSING: N_("record %(seq)s before it is not here"),
    Why.KEY_NOT_IN_FORCE: N_("the key was not in force at that moment"),
    Why.STATION_NOT_PUBLISHED: N_("the station was not published at that moment"),
    Why.NO_CERTIFICATE: N_("no verification certificate is known"),
    Why.VERIFICATION_NOT_IN_FORCE: N_("the scale's verification did not cover that moment"),
    Why.NO_CALIBRATION: N_("no calibration was in force"),
    Why.BARRED: N_("the station barred it: %(bar)s"),
    Why.CLASS_UNKNOWN: N_("no limit fits its class"),
    Why.CLOCK_NOT_SYNCHRONISED: N_("the clock was not synchronised"),
    Why.RULES_UNKNOWN: N_("the rules %(rules)s are not held here"),
    Why.RULES_NOT_IN_FORCE: N_("the rules %(rules)s were not in force then"),
    Why.VERDICT_DIFFERS: N_("recomputed here it comes out otherwise: %(mark)s"),
    Why.PICTURES_FEW: N_("%(count)s pictures, at least %(least)s are wanted"),
    Why.PICTURES_NOT_HERE: N_("%(count)s pictures have not arrived"),
    Why.PICTURE_UNREADABLE: N_("%(count)s pictures cannot be read"),
    Why.PICTURE_SMALL: N_("%(count)s pictures are too small"),
    Why.NO_PLATE: N_("no plate was read"),
    Why.PLATE_UNCERTAIN: N_("the plate is certain to %(certainty)s, %(wanted)s is wanted"),
    Why.PLAYBACK: N_("the line plays back faster than real time"),
}


def why_in(reason: Reason, formats: Formats) -> str:
    """Give a reason with its figures as a sentence's part in the reader's language."""
    say = formats.language.say
    figures: dict[str, object] = dict(reason.figures)
    bar = str(figures.get("bar", ""))
    figures["bar"] = say(BARS[Bar(bar)].fell) if bar in set(Bar) else bar
    for name, shown in (("certainty_ppm", "certainty"), ("least_ppm", "wanted")):
        value = figures.get(name)
        if isinstance(value, int):
            figures[shown] = formats.ppm(value)
    return say(_WHY[reason.why], **figures)
