"""What an act of the journal tells beside who, what and when, in the reader's words."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from central.evidence.accounts import Role
from central.review.workflow import State
from central.web.account_words import ROLES
from central.web.case_words import ACTS, STATES
from central.web.translation import N_, Language

HASH_CHARS: Final = 64
SHOWN_CHARS: Final = 12
"""Of a hash; the whole one stands in its title."""
NAMES: Final[Mapping[str, str]] = {
    "action": N_("step"),
    "from": N_("out of"),
    "to": N_("into"),
    "version": N_("the case's version"),
    "event_sha256": N_("hash of the step"),
    "case_sha256": N_("hash of the case"),
    "what": N_("what was done"),
    "role": N_("role given or taken"),
    "group": N_("over the station group"),
    "code": N_("refused because"),
    "format": N_("format"),
    "masked": N_("with masked plates"),
    "rows": N_("vehicles"),
    "size": N_("bytes"),
    "days": N_("days"),
    "scopes": N_("scopes"),
    "events": N_("events"),
    "reason": N_("reason"),
    "language": N_("language"),
    "kind": N_("kind"),
    "until": N_("until"),
    "stations": N_("stations"),
    "station": N_("station"),
    "plate": N_("plate"),
    "view": N_("view"),
    "gates": N_("gates"),
    "with": N_("compared with"),
    "by": N_("by"),
}
"""Names of details; one that is not here is shown as it is signed."""
WAYS: Final[Mapping[str, str]] = {
    "password": N_("password"),
    "link": N_("login link"),
    "second-factor": N_("second factor"),
    "provider": N_("login provider"),
    "api": N_("API"),
    "notice number and plate": N_("notice number and plate"),
}
"""By what somebody came in."""
_TRUTH: Final = {True: N_("yes"), False: N_("no")}


class Told(NamedTuple):
    """One detail: its name, what it is, and the whole of it where that is shortened."""

    name: str
    text: str
    whole: str


def told_in(detail: Mapping[str, object], chosen: Language) -> tuple[Told, ...]:
    """Give an act's details in a language."""
    return tuple(Told(_name(name, value, chosen), *_worth(name, value, chosen)) for name, value in detail.items() if value is not None)


def _name(name: str, value: object, chosen: Language) -> str:
    if name == "from" and str(value) not in set(State):
        return chosen.say("from")
    return chosen.say(NAMES[name]) if name in NAMES else name


def _worth(name: str, value: object, chosen: Language) -> tuple[str, str]:
    text = str(value)
    if isinstance(value, bool):
        return chosen.say(_TRUTH[value]), ""
    if name == "action" and text in ACTS:
        return chosen.say(ACTS[text].done), ""
    if name in {"from", "to"} and text in set(State):
        return chosen.say(STATES[State(text)]), ""
    if name == "by" and text in WAYS:
        return chosen.say(WAYS[text]), ""
    if name == "role" and text in set(Role):
        return chosen.say(ROLES[Role(text)]), ""
    return (text[:SHOWN_CHARS] + "…", text) if len(text) == HASH_CHARS and text.isalnum() else (text, "")
