"""What the documents name in code: command lines, modules, targets and files."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parents[2]
DOCUMENTS = sorted([HOME / "README.md", HOME / "CHANGELOG.md", *HOME.glob("docs/**/*.md"), *HOME.glob("deploy/**/*.md")])
_SPAN = re.compile(r"`([^`\n]+(?:\n(?!\n)[^`\n]+)?)`")


@dataclass(frozen=True)
class Mention:
    """A piece of code, and the document it stands in."""

    document: str
    code: str

    def __str__(self) -> str:
        return f"{self.document}: {self.code}"


def codes() -> Iterator[Mention]:
    """Give every code span, and every line of an indented or fenced block."""
    for path in DOCUMENTS:
        name, fenced, prose = str(path.relative_to(HOME)), False, []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("```"):
                fenced = not fenced
            elif fenced or line.startswith("    "):
                yield Mention(name, line.strip())
            else:
                prose.append(line)
        for span in _SPAN.findall("\n".join(prose)):
            yield Mention(name, " ".join(span.split()))


def command_lines(program: str) -> list[tuple[Mention, list[str]]]:
    """Give the words of every command line that calls a program, without remarks behind it."""
    found = []
    for mention in codes():
        if mention.code == program or mention.code.startswith(f"{program} "):
            code = re.split(r"\s{2,}|\s#| \\$", mention.code)[0]
            found.append((mention, shlex.split(code.replace("'", "’"), posix=True)[1:]))
    return found
