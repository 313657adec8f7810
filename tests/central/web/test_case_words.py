"""Every state, act, gate, reason and refusal of a case has words in both languages."""

import re
from datetime import UTC
from pathlib import Path

import pytest

import central.review
from central.review.fields import FIELD_NAMES, Ground, Hearing, Ruling, Service
from central.review.gates import GateName, Reason, Why
from central.review.workflow import WORKFLOW, ActingRole, Decision, Part, State
from central.web import case_words
from central.web.formats import Formats
from central.web.translation import CODES, language

FIGURES = {
    Why.PREDECESSOR_MISSING: {"seq": 6},
    Why.BARRED: {"bar": "acceleration", "detail": "-2.1 m/s²"},
    Why.VERIFICATION_NOT_IN_FORCE: {"certificate": "JJG-7"},
    Why.CLOCK_NOT_SYNCHRONISED: {"state": "stepped"},
    Why.RULES_UNKNOWN: {"rules": "cn"},
    Why.RULES_NOT_IN_FORCE: {"rules": "cn"},
    Why.VERDICT_DIFFERS: {"mark": "verdict-differs: x"},
    Why.PICTURES_FEW: {"count": 1, "least": 2},
    Why.PICTURES_NOT_HERE: {"count": 1},
    Why.PICTURE_UNREADABLE: {"count": 1},
    Why.PICTURE_SMALL: {"count": 1},
    Why.PLATE_UNCERTAIN: {"certainty_ppm": 700_000, "least_ppm": 800_000},
    Why.TOO_FAST: {"passage": "K80/1", "distance_m": 66_700, "elapsed_s": 1_200, "speed_km_h": 198, "most_km_h": 130},
    Why.OTHER_AXLES: {"passage": "K80/1", "own_m": "3.20, 4.55", "other_m": "4.10"},
    Why.OTHER_COLOUR: {"passage": "K80/1", "own_colour": "yellow", "other_colour": "blue"},
    Why.PLATE_CONTRADICTED: {"certainty_ppm": 950_000},
    Why.PLAYBACK: {"playback_ppm": 4_000_000},
}


@pytest.mark.parametrize(
    ("things", "table"),
    [
        (State, case_words.STATES),
        (Decision, case_words.DECISIONS),
        (Part, case_words.PARTS),
        (GateName, case_words.CASE_GATES),
        (Why, case_words.WHY),
        (Ground, case_words.GROUNDS),
        (Hearing, case_words.HEARINGS),
        (Ruling, case_words.RULINGS),
        (Service, case_words.SERVICES),
        (FIELD_NAMES, case_words.FIELDS),
        (WORKFLOW.actions, case_words.ACTS),
    ],
)
def test_everything_that_can_be_said_of_a_case_has_words(things, table):
    assert set(table) == set(things)


def test_every_act_of_a_person_has_a_button():
    buttons = {name for name, words in case_words.ACTS.items() if words.button}
    assert buttons == {row.name for row in WORKFLOW.action if row.role not in {ActingRole.SERVICE, ActingRole.PUBLIC}}


def test_every_refusal_of_the_rules_has_words():
    source = "".join(path.read_text(encoding="utf-8") for path in Path(next(iter(central.review.__path__))).glob("*.py"))
    codes = set(re.findall(r'RejectError\(\s*"([a-z-]+)"', source))
    assert codes - {"no-action", "wrong-type", "not-bulk", "bad-page-key"} == set(case_words.REFUSALS)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("why", Why)
def test_why_a_gate_fell_is_said_with_its_figures(code, why):
    said = case_words.why_in(Reason(why=why, figures=FIGURES.get(why, {})), Formats(language(code), UTC))
    assert "%(" not in said
    assert said
