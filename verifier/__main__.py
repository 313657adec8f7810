"""`wim-verify BUNDLE`. It needs nothing beside the contract, so that the other side can read all of it; hence argparse, not a framework."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from contract.faults import EXIT_OK, EXIT_REJECTED, RejectError
from verifier.findings import State
from verifier.language import LANGUAGES, language_of
from verifier.told import as_values, lines
from verifier.trust import read_trust
from verifier.verify import verify

EPILOG: Final = """\
Without pinned keys the bundle is held against the keys that it brings itself: that shows that it agrees with itself, not whose it is.
Ask the owners for their keys on another way than you got the bundle.

exit codes: 0 nothing failed (with --strict: and nothing is open), 2 wrong command line, 3 something failed or the bundle cannot be read.
What each step checks, and how to check it by hand with openssl: docs/bundle.md.
"""


def parser() -> argparse.ArgumentParser:
    """Give the command line's parser."""
    made = argparse.ArgumentParser(
        prog="wim-verify",
        description="Check an exported evidence bundle offline, in numbered steps, each ok, open or FAILED with the object's name.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("bundle", type=Path, metavar="BUNDLE", help="the bundle (zip), as `wim-central bundle` or the case's page made it")
    key = "PEM file, or the base64 of its 32 bytes"
    made.add_argument("--station-key", action="append", default=[], metavar="KEY", help=f"the station's public key: {key}; may be repeated")
    made.add_argument("--central-key", action="append", default=[], metavar="KEY", help=f"the key that signed the manifest: {key}")
    verifier = "<name>+<id>+<base64>, or a file that holds it"
    made.add_argument("--log-key", metavar="KEY", help=f"the log's public key: {verifier}")
    made.add_argument("--witness-key", action="append", default=[], metavar="KEY", help=f"a witness's key: {verifier}; may be repeated")
    made.add_argument("--tsa-cert", type=Path, metavar="FILE", help="certificates of the time stamp authority (PEM)")
    made.add_argument("--strict", action="store_true", help="count open steps as failed")
    made.add_argument("--json", action="store_true", help="print one JSON object")
    default = os.environ.get("WIM_LANG", LANGUAGES[0])
    made.add_argument(
        "--lang",
        choices=LANGUAGES,
        default=default if default in LANGUAGES else LANGUAGES[0],
        help="language of what is printed (or WIM_LANG)",
    )
    return made


def run(arguments: Sequence[str]) -> int:
    """Check a bundle and print what is found; give the exit code."""
    given = parser().parse_args(arguments)
    language = language_of(given.lang)
    try:
        trust = read_trust(given.station_key, given.central_key, given.log_key, given.witness_key, given.tsa_cert)
        with given.bundle.open("rb") as stream:
            report = verify(stream, given.bundle.name, trust)
    except OSError as error:
        _complain(f"{given.bundle}: cannot be read: {error.strerror}")
        return EXIT_REJECTED
    except RejectError as error:
        _complain(str(error))
        return EXIT_REJECTED
    if given.json:
        print(json.dumps(as_values(report, language), ensure_ascii=False))  # noqa: T201 - the result
    else:
        for line in lines(report, language):
            print(line)  # noqa: T201 - the result
    strict = given.strict and any(step.state is State.OPEN for step in report.steps)
    return EXIT_REJECTED if strict or not report.sound else EXIT_OK


def _complain(text: str) -> None:
    print(f"wim-verify: {text}", file=sys.stderr)  # noqa: T201 - the command's word


def main() -> NoReturn:
    """Entry point of ``wim-verify``."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
