"""The key that opens each act's form. Of the acts that lead on from one state no two have the same; a test holds that."""

from typing import Final

KEYS: Final = {
    "confirm": "c",
    "dismiss": "d",
    "record-exemption": "e",
    "lift-exemption": "l",
    "rule-out-passage": "o",
    "pass-legal": "p",
    "return": "r",
    "offer-hearing": "o",
    "record-hearing": "h",
    "record-discussion": "g",
    "return-to-legal": "r",
    "return-to-reviewer": "b",
    "decide-penalty": "p",
    "decide-warning": "w",
    "decide-no-action": "n",
    "return-decision": "r",
    "notify": "n",
    "record-objection": "o",
    "hear": "h",
    "revoke": "r",
    "return-to-hearing": "r",
    "close": "c",
    "inform-home": "i",
    "publish": "p",
}
OF_THE_PAGE: Final = frozenset("jkuxz?")
"""Keys that every page of a case has."""
