"""Text that came with hostile input, made fit to be stored, logged and sent back."""

from typing import Final

WHERE_MAX: Final = 400
WHAT_MAX: Final = 2_000
"""Bounds of `contract.faults.Fault`; a topic alone may have 65 535 bytes (MQTT 5, 1.5.4)."""


def fault_text(text: str, limit: int) -> str:
    """Give the text with control characters and lone surrogates escaped, cut to `limit` characters; never empty.

    PostgreSQL stores no NUL and nothing stores a lone surrogate: a refused message that carried one must not be refused a second time by
    the quarantine itself.
    """
    shown = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)
    return shown[:limit] or "(empty)"
