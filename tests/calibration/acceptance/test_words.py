"""Every sentence of a report exists in Chinese, with the same figures."""

import re
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

import calibration.acceptance
from calibration.acceptance.said import say

FOLDER = Path(next(iter(calibration.acceptance.__path__)))
PLACEHOLDER = re.compile(r"%\(\w+\)[+.\d]*[a-z]|%%")


def catalogue():
    source = resources.files("calibration.acceptance").joinpath("locales", "zh", "LC_MESSAGES", "acceptance.po")
    with source.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def used():
    found = set()
    for path in FOLDER.rglob("*.py"):
        with path.open("rb") as file:
            found |= {message for _, message, _, _ in extract("python", file, keywords={"N_": None, "say": None})}
    return found


def test_every_sentence_is_translated_and_none_is_left_over():
    assert used() == set(catalogue())


@pytest.mark.parametrize(("message", "translated"), catalogue().items())
def test_a_translation_holds_the_same_figures(message, translated):
    assert translated
    assert translated != message
    assert sorted(PLACEHOLDER.findall(message)) == sorted(PLACEHOLDER.findall(translated))


def test_a_sentence_in_a_sentence_is_translated_with_it():
    sentence = say("%(criterion)s has no class", criterion=say("gross weight"))
    assert sentence.text("en") == "gross weight has no class"
    assert sentence.text("zh") == "总质量未给出等级"
