import re
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

import central.web
from central.evidence.journal import Verb
from central.evidence.log.peers import Peer
from central.evidence.log.proofs import Step
from central.evidence.tokens import Scope
from central.web import words
from central.web.account_words import SCOPES
from central.web.assumptions import assumption_in
from central.web.log.words import PEERS, STEPS, VERBS
from central.web.translation import CODES, catalogue_files, choose, language
from contract.axles import CrossingFlag
from contract.media import MediaRole
from contract.plates import PlateColour
from contract.records import ClockState
from contract.vehicles import Body, VehicleFlag
from contract.verdicts import Bar, DecisionRule, Outcome, Standing

FOLDER = Path(next(iter(central.web.__path__)))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
SAME_IN_BOTH = {"± U, k = 2"}


PYTHON = {"N_": None, "say": None, "count": (1, 2)}
TEMPLATE = {"_": None, "ngettext": (1, 2)}


def used_messages() -> set[str]:
    """Give every message; of one that counts things, the one of several, by which the catalogue is asked."""
    found = set()
    for path in FOLDER.rglob("*.py"):
        with path.open("rb") as file:
            found |= {several(message) for _, message, _, _ in extract("python", file, keywords=PYTHON)}
    for path in filter(Path.is_file, (FOLDER / "templates").rglob("*")):
        with path.open("rb") as file:
            found |= {several(message) for _, message, _, _ in extract(babel_extract, file, keywords=TEMPLATE, options={"silent": "false"})}
    return found


def several(message: str | tuple[str, ...]) -> str:
    return message if isinstance(message, str) else message[-1]


def catalogue() -> dict[str, str]:
    texts: dict[str, str] = {}
    for source in catalogue_files("zh"):
        with source.open("rb") as file:
            own = {several(message.id): several(message.string) for message in read_po(file) if message.id}
        assert not texts.keys() & own.keys(), f"{source.name} repeats {sorted(texts.keys() & own.keys())}"
        texts |= own
    return texts


def test_every_text_has_a_translation_and_no_translation_is_left_over():
    assert used_messages() == set(catalogue())


@pytest.mark.parametrize(("message", "translated"), catalogue().items())
def test_a_translation_says_something_with_the_same_placeholders(message, translated):
    assert translated
    assert sorted(PLACEHOLDER.findall(message)) == sorted(PLACEHOLDER.findall(translated))
    assert message in SAME_IN_BOTH or message != translated


@pytest.mark.parametrize(
    ("states", "table"),
    [
        (Outcome, words.OUTCOMES),
        (Standing, words.STANDINGS),
        (DecisionRule, words.DECISION_RULES),
        (Body, words.BODIES),
        (ClockState, words.CLOCKS),
        (MediaRole, words.MEDIA_ROLES),
        (PlateColour, words.PLATE_COLOURS),
        (Bar, words.BARS),
        (VehicleFlag, words.VEHICLE_FLAGS),
        (CrossingFlag, words.CROSSING_FLAGS),
        (Scope, SCOPES),
        (Verb, VERBS),
        (Step, STEPS),
        (Peer, PEERS),
    ],
)
def test_every_state_of_the_contract_has_words(states, table):
    assert set(table) == set(states)


@pytest.mark.parametrize(
    ("cookies", "header", "code"),
    [
        ({}, "", "en"),
        ({}, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ({}, "de, en;q=0.5, zh;q=0.7", "zh"),
        ({}, "zh;q=0, en", "en"),
        ({}, "fr;q=high, *", "en"),
        ({"language": "en"}, "zh", "en"),
        ({"language": "xx"}, "zh", "zh"),
    ],
)
def test_the_visitors_choice_comes_before_the_browsers(cookies, header, code):
    assert choose(cookies, header).code == code


@pytest.mark.parametrize("code", CODES)
def test_a_literal_per_cent_sign_survives(code):
    assert "%" in language(code).say(
        "%(limit)s t allowed, %(gross)s t measured: %(over)s t over (%(share)s).", limit=1, gross=2, over=1, share="100 %"
    )


def test_assumptions_of_the_record_are_told_in_chinese_and_unknown_ones_as_they_are():
    chinese = language("zh")
    assert assumption_in("the rule pack has no gross limit for 7 axles, rigid", chinese) == "规则包中没有7轴单体货车的车货总质量限值"
    assert "驱动轴" in assumption_in("drive axles not seen: taken as more than one, the higher limit", chinese)
    assert assumption_in("a later version's assumption", chinese) == "a later version's assumption"
