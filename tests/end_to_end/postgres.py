"""A PostgreSQL server of a test's own, from the system's packages."""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.ports import free_ports


def _ordinary_user() -> dict[str, str]:
    """Give the account to run as: PostgreSQL refuses root, and its package brings an account."""
    return {} if os.getuid() else {"user": "postgres", "group": "postgres"}


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start a server on the loopback interface and give the URL of an empty database in it; stop it at the end."""
    programs = Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
    account = _ordinary_user()
    (port,) = free_ports(1)
    folder = Path(tempfile.mkdtemp(prefix="wim-postgres-"))
    try:
        if account:
            owner = pwd.getpwnam(account["user"])
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = folder / "data"

        def run(*command: str) -> None:
            subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, **account)

        run(str(programs / "initdb"), "-D", str(data), "-U", "wim", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
        run(str(programs / "pg_ctl"), "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start")
        try:
            run(str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "wim", "wim")
            yield f"postgresql+psycopg://wim@127.0.0.1:{port}/wim"
        finally:
            run(str(programs / "pg_ctl"), "-D", str(data), "-m", "fast", "-w", "stop")
    finally:
        shutil.rmtree(folder)
