"""A station that weighs as fast as it can, to be killed: ``python -m tests.edge.outbox.appender FOLDER``.

The devices' signal is the endless row of vehicles 1, 2, 3 …; vehicle n ends at counter n. It starts where the checkpoint says, as the edge
does, and says on standard output what is durable.
"""

import sys
from pathlib import Path

from edge.outbox import Checkpoint, Outbox, ReadKey
from tests.edge.outbox.queueing import maker, picture, read


def main() -> None:
    outbox = Outbox(Path(sys.argv[1]), 64)
    before = outbox.checkpoint("digitiser")
    number = before.last_end if before else 0
    while True:
        number += 1
        event = f"e-{number}"
        outbox.keep_read(read(event))
        outbox.append(
            maker(f"vehicle {number}"), [picture(str(number))], Checkpoint("digitiser", 1, number, number), [ReadKey("cam", event)]
        )
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
