"""``kill -9`` in the middle of an append, again and again: no vehicle that was reported durable is lost, none is there twice."""

import subprocess
import sys
import time
from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.chain import GENESIS_SHA256
from contract.media import sha256_hex
from edge.outbox import Outbox
from tests.edge.outbox.queueing import picture


def run_and_kill(folder, after_reports, extra_s):
    """Let the station report so many vehicles, wait a moment, kill it, and give the last number that it reported."""
    command = [sys.executable, "-m", "tests.edge.outbox.appender", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        reported = [int(process.stdout.readline()) for _ in range(after_reports)]
        time.sleep(extra_s)
        process.kill()
        reported += [int(line) for line in process.stdout if line.endswith("\n")]
    return reported[-1]


@settings(max_examples=1, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.floats(0, 0.01)), min_size=10, max_size=10))
def test_nothing_is_lost_and_nothing_is_doubled(tmp_path_factory, kills):
    folder = tmp_path_factory.mktemp("killed") / "box"
    for reports, extra_s in kills:
        reported = run_and_kill(folder, reports, extra_s)
        with closing(Outbox(folder, 64)) as outbox:
            rows = outbox.waiting(100_000)
            payloads = [outbox.envelope(row.seq).removeprefix(b"sealed ") for row in rows]
            numbers = [int(payload.rpartition(b" ")[2]) for payload in payloads]
            assert numbers == list(range(1, len(rows) + 1))
            assert reported <= len(rows) <= reported + 1
            assert outbox.checkpoint("digitiser").last_end == len(rows)
            assert len(outbox.unused_reads()) <= 1
            names = {blob.sha256: blob for blob in outbox.waiting_blobs(100_000)}
            assert names.keys() == {picture(str(number)).sha256 for number in numbers}
            assert all(sha256_hex(blob.path.read_bytes()) == blob.sha256 for blob in names.values())
        before = GENESIS_SHA256
        for row, payload in zip(rows, payloads, strict=True):
            assert payload.split()[1].decode() == before
            assert row.sha256 == sha256_hex(payload)
            before = row.sha256
