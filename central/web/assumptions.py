"""The assumptions of a verdict in the reader's language. The record states them in English; what is not known here stays so."""

import re
from typing import Final

from central.web.translation import N_, Language

_FIXED: Final = frozenset(
    {
        N_("body not known: taken as combination, the higher limit"),
        N_("body not known: taken as rigid, the higher limit"),
        N_("drive axles not seen: taken as more than one, the higher limit"),
        N_("driven axles not known: their share of the gross weight is not judged"),
        N_("suspension not seen: taken as air with dual tyres on the driven axles, the higher limit"),
        N_("tyres not seen: taken as dual on every axle but the first, the higher limit"),
    }
)
_NO_LIMIT: Final = re.compile(r"the rule pack has no gross limit for (\d+) axles, (rigid|combination|unknown)")
_NO_GROUP_LIMIT: Final = re.compile(r"group (\d+) of (\d+) axles: the rule pack states no limit")
_BODIES: Final = {"rigid": N_("rigid truck"), "combination": N_("combination"), "unknown": N_("body not known")}


def assumption_in(text: str, language: Language) -> str:
    """Give a recorded assumption in a language."""
    if text in _FIXED:
        return language.say(text)
    no_limit = _NO_LIMIT.fullmatch(text)
    if no_limit:
        body = language.say(_BODIES[no_limit.group(2)])
        return language.say("the rule pack has no gross limit for %(axles)s axles, %(body)s", axles=no_limit.group(1), body=body)
    no_group = _NO_GROUP_LIMIT.fullmatch(text)
    if no_group:
        number, axles = no_group.groups()
        return language.say("group %(number)s of %(axles)s axles: the rule pack states no limit", number=number, axles=axles)
    return text
