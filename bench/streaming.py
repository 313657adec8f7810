"""What one lane costs in real time: one table.

Run it with ``python -m bench.streaming [FOLDER [SECONDS]]`` from the project's root. It plays FOLDER/traffic.h5 (default: the recorded site
Run it with ``python -m bench.streaming [FOLDER [SECONDS]]`` from the project root. It plays FOLDER/traffic.h5 (default: the recorded site
the kernel says of that process: the worst case for memory, since nothing leaves the outbox.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from bench.accuracy import captures_folder

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
WARM_UP_S = 5.0

DEVICE = """
[[device]]
driver = "serial-digitiser"
name = "digitiser"
lane = {lane}
port = "{port}"
"""


def wim(package: str, *arguments: object) -> list[str]:
    """Give the command line of one of our programs."""
    return [sys.executable, "-m", package, *map(str, arguments)]


def cpu_s(pid: int) -> float:
    """Give the processor time a process has used, from /proc/PID/stat (fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def memory_mb(pid: int) -> float:
    """Give a process's resident memory."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def free_port() -> int:
    """Give a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(folder: Path, seconds: float, work: Path) -> dict[str, Any]:
    """Stream for `seconds` and give the edge's share of one processor and its memory."""
    text = (folder / "station.toml").read_text()
    lane = tomllib.loads(text)["lane"][0]
    (work / "station.toml").write_text(text + DEVICE.format(lane=lane["id"], port=work / "line"))
    subprocess.run(wim("edge", "keygen", "--data", work), check=True, capture_output=True)
    sims_command = wim("firmware_sims", "run", "--station", work / "station.toml", "--capture", folder / "traffic.h5")
    sims_command += ["--serial", str(work / "line"), "--truth", str(work / "truth.jsonl"), "--control", str(work / "control")]
    port = free_port()
    edge_command = wim("edge", "run", "--station", work / "station.toml", "--data", work, "--listen", f"127.0.0.1:{port}")
    with (work / "log").open("wb") as log:
        sims = subprocess.Popen(sims_command, stdout=subprocess.PIPE, stderr=log)
        assert sims.stdout is not None  # noqa: S101 - a pipe was asked for
        sims.stdout.readline()
        edge = subprocess.Popen(edge_command, stdout=log, stderr=log)
        try:
            time.sleep(WARM_UP_S)
            began_s, used_s = time.monotonic(), cpu_s(edge.pid)
            time.sleep(seconds)
            share = (cpu_s(edge.pid) - used_s) / (time.monotonic() - began_s)
            health = httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).json()
            return {
                "channels": len(lane["sensor"]),
                "rate_hz": lane["rate_hz"],
                "seconds": seconds,
                "cpu_share": share,
                "memory_mb": memory_mb(edge.pid),
                "vehicles": health["recorded"],
                "faults": health["faults"],
            }
        finally:
            for process in (edge, sims):
                process.terminate()
                process.wait(timeout=20)


def main() -> None:
    """Measure and print."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else captures_folder() / "strips4"
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
    with tempfile.TemporaryDirectory() as work:
        found = measure(folder, seconds, Path(work))
    table = Table("channels", "rate, Hz", "streamed, s", "share of one processor", "memory, MB", "vehicles", "faults", box=None)
    figures = (found["channels"], f"{found['rate_hz']:.0f}", f"{seconds:.0f}", f"{found['cpu_share']:.1%}", f"{found['memory_mb']:.0f}")
    table.add_row(*map(str, figures), str(found["vehicles"]), json.dumps(found["faults"]))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
