"""A PostgreSQL cluster of the tests' own, reached through a socket in its folder only."""

import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

READY_S = 30


@contextmanager
def running_postgres() -> Iterator[str]:
    """Run a cluster until the block ends and give the URL of its first database; as root it runs as the user postgres."""
    programs = Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
    folder = Path(tempfile.mkdtemp(prefix="wim-pg-"))
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        who = {"user": "postgres", "group": "postgres", "extra_groups": []}
    data = folder / "data"
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **who}
    subprocess.run([programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"], check=True, **quiet)
    settings = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "max_connections=100", "-c", "fsync=off"]
    settings += ["-c", "wal_recycle=off", "-c", "min_wal_size=32MB"]  # as deploy/README.md asks for, so that no old log file stays
    server = subprocess.Popen([programs / "postgres", "-D", data, *settings], **quiet)
    try:
        url = f"postgresql://postgres@/postgres?host={folder}"
        _wait_until_ready(url, server)
        yield url
    finally:
        server.send_signal(signal.SIGQUIT)  # "immediate": nothing of this cluster is kept, so nothing is written out
        server.wait(30)
        shutil.rmtree(folder)


def new_database(url: str, name: str, of: str = "template1") -> str:
    """Add a database to the cluster, empty or a copy of another one that nobody is connected to, and give its URL."""
    with psycopg.connect(url, autocommit=True) as connection:
        names = map(psycopg.sql.Identifier, (name, of))
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    return url.replace("/postgres?", f"/{name}?")


def _wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + READY_S
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline_s:
                raise
            time.sleep(0.1)
