"""Writes the generated documents of this folder anew: ``make schemas``."""

from pathlib import Path

from contract.documents import documents


def main() -> None:
    """Write each document beside this file."""
    for name, text in documents().items():
        Path(__file__).with_name(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
