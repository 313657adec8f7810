"""The verifier's Chinese: every message, and none left over."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import verifier
from verifier.language import language_of

FOLDER = Path(next(iter(verifier.__path__)))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def used() -> set[str]:
    calls = (node for path in FOLDER.rglob("*.py") for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return {call.args[0].value for call in calls if getattr(call.func, "id", "") == "N_"}


def catalogue() -> dict[str, str]:
    with (FOLDER / "locales/zh/LC_MESSAGES/verifier.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def test_every_text_has_a_translation_and_no_translation_is_left_over():
    assert used() == set(catalogue())


@pytest.mark.parametrize(("message", "translated"), catalogue().items())
def test_a_translation_says_something_with_the_same_placeholders(message, translated):
    assert translated != message
    assert sorted(PLACEHOLDER.findall(message)) == sorted(PLACEHOLDER.findall(translated))
    assert language_of("zh").say(message) == translated


def test_another_language_is_refused():
    with pytest.raises(KeyError):
        language_of("de")
