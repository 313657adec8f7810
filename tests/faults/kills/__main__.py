"""Run as a program: kills central amid its work and prints what became of it; exit code 1 where anything was found.

``python -m tests.faults.kills --kills 100 [--seed N] [--postgresql]``
"""

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.central.webhooks.receiver import receiving
from tests.faults.kills.prepared import prepare
from tests.faults.kills.run import Outcome, kill_again_and_again
from tests.postgres import running_postgres


def main() -> int:
    """Kill, look, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=0, help="how many wait; 0: one for each kill, and 20")
    parser.add_argument("--vehicles", type=int, default=1_000, help="others, which make exports long")
    parser.add_argument("--postgresql", action="store_true", help="over PostgreSQL in place of SQLite")
    asked = parser.parse_args()
    console = Console(stderr=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wim-kills-"))) / "central"
        heard = stack.enter_context(receiving())
        url = stack.enter_context(running_postgres()) if asked.postgresql else f"sqlite:///{folder / 'central.db'}"
        prepared = prepare(folder, url, heard.url, cases=asked.cases or asked.kills + 20, vehicles=asked.vehicles)
        began_s = time.monotonic()
        with Progress(console=console) as bar:
            task = bar.add_task("kills", total=asked.kills)
            outcome = kill_again_and_again(
                prepared, heard, asked.kills, seed=asked.seed, progress=lambda done: bar.update(task, completed=done)
            )
        Console().print(_table(outcome, len(heard.told), time.monotonic() - began_s))
    for breach in outcome.breaches:
        console.print(breach, highlight=False, soft_wrap=True)
    return 1 if outcome.breaches else 0


def _table(outcome: Outcome, messages: int, took_s: float) -> Table:
    table = Table("what", "how many")
    told = outcome.told
    rows = {
        "kills, of which at its start": f"{outcome.kills}, {outcome.at_start}",
        "acts acknowledged": len(told.acts),
        "of which decisions": sum(action.startswith("decide") for _, _, action in told.acts),
        "documents issued": len(told.issued),
        "exports taken on; given out": f"{told.exports}; {len(told.files)}",
        "media uploaded": len(told.blobs),
        "messages to the other system": messages,
        "refused": ", ".join(f"{code}: {times}" for code, times in sorted(told.refused.items())),
        "files that lay about at the end, and were swept": outcome.left_over,
        "breaches": len(outcome.breaches),
        "minutes": f"{took_s / 60:.1f}",
    }
    for name, value in rows.items():
        table.add_row(name, str(value))
    return table


if __name__ == "__main__":
    sys.exit(main())
