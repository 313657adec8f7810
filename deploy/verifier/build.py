"""Builds `wim-verify` to stand alone: a folder to copy to a machine that has a Python of the same version, and nothing of ours.

    python deploy/verifier/build.py build/wim-verify

It holds the verifier, those modules of the contract that it imports, and the libraries that these need, as they are installed here::

    wim-verify        starts it: ``./wim-verify BUNDLE``
    wim_verify.py     the same for ``python -I -S wim_verify.py BUNDLE``
    lib/              verifier, contract, and the libraries with their licences
    SHA256SUMS        of every file, for ``sha256sum -c SHA256SUMS``
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

ROOTS: Final = ("cryptography", "pydantic", "rfc3161-client", "rfc8785")
"""What contract and verifier import of others; a test runs the result without anything else."""
HOME: Final = Path(__file__).parents[2]

ENTRY: Final = '''"""Starts the verifier from the folder beside this file, whatever else is installed."""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from verifier.__main__ import main

main()
'''
STARTER: Final = '#!/bin/sh\nexec "${PYTHON:-python3}" -I -S "$(dirname "$(readlink -f "$0")")/wim_verify.py" "$@"\n'


def build(target: Path) -> None:
    """Make the folder anew."""
    if target.exists():
        shutil.rmtree(target)
    library = target / "lib"
    library.mkdir(parents=True)
    for source in modules():
        _copy(source, library / source.relative_to(HOME))
    for name in ("way.toml",):
        _copy(HOME / "verifier" / name, library / "verifier" / name)
    _compile_catalogues(library)
    for name in sorted(needed(ROOTS)):
        for source, place in files_of(name):
            _copy(source, library / place)
    (target / "wim_verify.py").write_text(ENTRY, encoding="utf-8")
    starter = target / "wim-verify"
    starter.write_text(STARTER, encoding="utf-8")
    starter.chmod(0o755)
    _write_sums(target)


def modules() -> list[Path]:
    """Give the source files of ours that importing the verifier loads."""
    code = "import sys, verifier.__main__; print('\\n'.join(m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True).stdout.split("\n")  # noqa: S603 - ourselves
    ours = (Path(path) for path in loaded if path)
    return sorted(path for path in ours if path.is_relative_to(HOME / "contract") or path.is_relative_to(HOME / "verifier"))


def needed(names: tuple[str, ...]) -> set[str]:
    """Give distributions with all that they need here."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in found:
            continue
        found.add(name)
        for text in distribution(name).requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return found


def files_of(name: str) -> Iterator[tuple[Path, Path]]:
    """Give a distribution's files and their places; no programs, no compiled Python."""
    for file in distribution(name).files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            yield Path(str(file.locate())), Path(*file.parts)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _compile_catalogues(library: Path) -> None:
    from verifier.language import CATALOGUE, LANGUAGES, compiled  # noqa: PLC0415 - of the tree that is built from

    for code in LANGUAGES[1:]:
        target = library / "verifier" / "locales" / code / "LC_MESSAGES" / f"{CATALOGUE}.mo"
        target.parent.mkdir(parents=True)
        target.write_bytes(compiled(code))


def _write_sums(target: Path) -> None:
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(target)}\n"
        for path in sorted(target.rglob("*"))
        if path.is_file()
    ]
    (target / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(HOME))
    try:
        build(Path(sys.argv[1]))
    except (IndexError, PackageNotFoundError) as error:
        sys.exit(f"usage: build.py FOLDER ({error})")
