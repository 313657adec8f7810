"""Every text of the page has a translation with the same placeholders, and every state has words."""

import re
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

import calibration.page
from calibration.acceptance import STANDARDS
from calibration.acceptance.sample import Lateral
from calibration.page import words
from calibration.page.accounts import Role
from calibration.page.translation import choose
from calibration.review.plots import PLOTS
from calibration.sessions.recognise import Why
from contract.vehicles import VehicleFlag

FOLDER = Path(next(iter(calibration.page.__path__)))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def used_messages():
    found = set()
    for path in FOLDER.rglob("*.py"):
        with path.open("rb") as file:
            found |= {message for _, message, _, _ in extract("python", file, keywords={"N_": None, "say": None})}
    for path in (FOLDER / "templates").iterdir():
        with path.open("rb") as file:
            found |= {message for _, message, _, _ in extract(babel_extract, file, keywords={"_": None}, options={"silent": "false"})}
    return found


def catalogue():
    source = resources.files("calibration.page").joinpath("locales", "zh", "LC_MESSAGES", "page.po")
    with source.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def test_every_text_has_a_translation_and_no_translation_is_left_over():
    assert used_messages() == set(catalogue())


@pytest.mark.parametrize(("message", "translated"), catalogue().items())
def test_a_translation_says_something_with_the_same_placeholders(message, translated):
    assert translated
    assert translated != message
    assert sorted(PLACEHOLDER.findall(message)) == sorted(PLACEHOLDER.findall(translated))


@pytest.mark.parametrize(
    ("states", "table"),
    [
        (VehicleFlag, words.FLAGS),
        (Why, words.WHYS),
        (Role, words.ROLES),
        (STANDARDS, words.STANDARDS),
        (Lateral.__args__, words.LATERALS),
        (("initial", "in-service"), words.STAGES),
        (PLOTS, words.PLOTS),
    ],
)
def test_every_state_has_words(states, table):
    assert set(table) == set(states)


@pytest.mark.parametrize(
    ("cookies", "header", "code"),
    [({}, "", "en"), ({}, "zh-CN,zh;q=0.9,en;q=0.8", "zh"), ({"language": "en"}, "zh", "en"), ({"language": "xx"}, "de, zh;q=0.1", "zh")],
)
def test_the_visitors_choice_comes_before_the_browsers(cookies, header, code):
    assert choose(cookies, header).code == code
