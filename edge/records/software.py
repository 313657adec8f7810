"""Which software made a record: its version, and a checksum over the source files of the legally relevant part.

WELMEC 7.2 (extension on software identification) and OIML D 31, 6.1.1 ask for both. The checksum can be found again without this program:
it is the SHA-256 of what ``sha256sum`` prints for the files below, sorted by name (bytewise) and named from the folder that holds the
packages.
"""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Final

from contract.faults import StopError
from contract.records import Software

DISTRIBUTION: Final = "weighline"
LEGALLY_RELEVANT: Final = ("calibration", "contract", "edge")
"""Packages whose code decides what a record says. The simulators, the demo, the plate reader and central are not among them."""

SUFFIXES: Final = frozenset({".py", ".toml"})
"""Code, and the rule packs."""


@cache
def software() -> Software:
    """Give the identity of the running software, found once per process.

    Raises
    ------
    StopError
        If it is not installed as a package, or its files cannot be read; then no record may be made.
    """
    try:
        number = version(DISTRIBUTION)
    except PackageNotFoundError as error:
        raise StopError(
            "software-unidentified", DISTRIBUTION, "is not installed as a package, so it has no version; install it with pip"
        ) from error
    return Software(name=DISTRIBUTION, version=number, sha256=digest_of(package_files()))


def package_files() -> dict[str, Path]:
    """Give the legally relevant files by the name under which they enter the checksum."""
    found: dict[str, Path] = {}
    for package in LEGALLY_RELEVANT:
        root = Path(str(files(package)))
        for path in root.rglob("*"):
            if path.suffix in SUFFIXES and path.is_file():
                found[f"{package}/{path.relative_to(root).as_posix()}"] = path
    return found


def digest_of(named: dict[str, Path]) -> str:
    """Give the SHA-256 over the lines ``<sha256 of the file>  <name>``, sorted by name.

    Raises
    ------
    StopError
        If there is no file, or one cannot be read.
    """
    if not named:
        raise StopError("software-unidentified", DISTRIBUTION, "has no source files to identify it by; install it with its sources")
    whole = hashlib.sha256()
    for name, path in sorted(named.items()):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise StopError("software-unidentified", str(path), f"cannot be read for the checksum: {error.strerror}") from error
        whole.update(f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode())
    return whole.hexdigest()
