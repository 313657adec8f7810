"""The languages of the page, and which of them a visitor gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from calibration.catalogue import LANGUAGES, N_, Language
from calibration.catalogue import language as language_of

CODES: Final = LANGUAGES
NAMES: Final = {"en": "English", "zh": "中文"}
"""Each language's own name for itself."""

__all__ = ["CODES", "NAMES", "N_", "Language", "choose", "language"]


def language(code: str) -> Language:
    """Give one of `CODES`; KeyError for another."""
    return language_of("calibration.page", "page", code)


def choose(cookies: Mapping[str, str], accept_language: str) -> Language:
    """Give the language a visitor chose, else the one the browser prefers, else English."""
    chosen = cookies.get("language", "")
    wanted = [chosen, *_preferred(accept_language), CODES[0]]
    return language(next(code for code in wanted if code in CODES))


def _preferred(accept_language: str) -> list[str]:
    """Primary subtags of an Accept-Language header, the most wanted first (RFC 9110, 12.5.4)."""
    weighted = []
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        quality = parameter.strip().removeprefix("q=") or "1"
        try:
            weighted.append((-float(quality), tag.split("-")[0].strip().lower()))
        except ValueError:
            continue
    return [code for quality, code in sorted(weighted, key=lambda item: item[0]) if quality < 0]
