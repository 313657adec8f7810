"""Every sentence of drift exists in Chinese, with the same figures."""

import re
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

import calibration.drift
from calibration.drift.words import SIDES, WHAT_TO_DO
from contract.topics import DriftKind

FOLDER = Path(next(iter(calibration.drift.__path__)))
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")


def catalogue():
    source = resources.files("calibration.drift").joinpath("locales", "zh", "LC_MESSAGES", "drift.po")
    with source.open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def used():
    found = set()
    for path in FOLDER.rglob("*.py"):
        with path.open("rb") as file:
            found |= {message for _, message, _, _ in extract("python", file, keywords={"N_": None})}
    return found


def test_every_sentence_is_translated_and_none_is_left_over():
    assert used() == set(catalogue())


@pytest.mark.parametrize(("message", "translated"), catalogue().items())
def test_a_translation_holds_the_same_figures(message, translated):
    assert translated
    assert translated != message
    assert sorted(PLACEHOLDER.findall(message)) == sorted(PLACEHOLDER.findall(translated))


def test_there_is_something_to_do_about_everything():
    assert set(WHAT_TO_DO) == set(DriftKind)
    assert set(SIDES) == {"left", "right"}
