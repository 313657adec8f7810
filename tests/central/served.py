"""The real application on a real server on a free port of 127.0.0.1, in a thread of the test."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI

from central.server import listen_on

READY_S = 15


@contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    """Serve the application until the block ends, and give a client of it."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    with listen_on("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            deadline_s = time.monotonic() + READY_S
            while not server.started:
                if not thread.is_alive() or time.monotonic() > deadline_s:
                    raise RuntimeError("the application did not start; its log says why")
                time.sleep(0.02)
            with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=20) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(READY_S)
    assert not thread.is_alive()
