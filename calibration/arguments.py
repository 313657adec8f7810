"""What several commands are given alike: a text file, and the language of a report."""

from pathlib import Path

from calibration.catalogue import LANGUAGES
from calibration.told import told
from contract.faults import RejectError


def text_of(path: Path) -> str:
    """Read a text file.

    Raises
    ------
    RejectError
        ``not-text`` if it is not in UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RejectError(
            "not-text",
            str(path),
            told("is no UTF-8 text (%(reason)s at byte %(start)s); give a text file", reason=error.reason, start=error.start),
        ) from error


def check_language(lang: str) -> None:
    """Take a report's language.

    Raises
    ------
    RejectError
        ``language-unknown`` if it is none of `LANGUAGES`.
    """
    if lang not in LANGUAGES:
        raise RejectError(
            "language-unknown",
            told("--lang %(lang)s", lang=f"{lang!r}"),
            told("is not offered; allowed are %(languages)s", languages=", ".join(LANGUAGES)),
        )
