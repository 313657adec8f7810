"""The real `wim-plates` process between a real camera connection and a small edge, for the tests."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from tests.plate_reader.pushes import CONTENT_TYPE

PATIENCE_S = 20.0


class Edge:
    """What the process sees of the edge: `POST /plates`, answered with the status set; it may be away."""

    def __init__(self, port=0):
        self.status = 201
        self.taken = queue.Queue()
        edge = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                data = self.rfile.read(int(self.headers["Content-Length"]))
                status = edge.status
                if status < 300:
                    edge.taken.put(json.loads(data))
                self.send_response(status)
                self.send_header("Content-Length", "9")
                self.end_headers()
                self.wfile.write(b"the edge\n")

            def log_message(self, *_):
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def ids(self, count):
        """Wait for `count` distinct events; give their ids in order of first arrival."""
        seen = {}
        while len(seen) < count:
            seen[self.taken.get(timeout=PATIENCE_S)["event_id"]] = None
        return list(seen)


class Plates:
    """One run of `wim-plates run --log-json`."""

    def __init__(self, folder, edge_port, *more, port=0):
        command = [sys.executable, "-m", "plate_reader", "run", "--listen", f"127.0.0.1:{port}"]
        command += ["--edge-url", f"http://127.0.0.1:{edge_port}", "--spool", str(folder / "spool"), "--blobs", str(folder / "blobs")]
        environment = {**os.environ, "PYTHONWARNINGS": "error"}
        self.process = subprocess.Popen([*command, "--log-json", "--no-reading", *more], stderr=subprocess.PIPE, text=True, env=environment)
        self.lines = []
        self.url = None
        self._started = threading.Event()
        self._reader = threading.Thread(target=self._follow)
        self._reader.start()
        if not self._started.wait(PATIENCE_S) or self.url is None:
            self.kill()
            raise AssertionError("\n".join(self.lines))

    def _follow(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip())
            if '"listening"' in line:
                self.url = json.loads(line)["address"]
                self._started.set()
        self._started.set()

    def push(self, body, camera="front", content_type=CONTENT_TYPE):
        """Push as a camera does, on a connection of its own."""
        headers = {"Content-Type": content_type, "Connection": "close"}
        return httpx.post(f"{self.url}/isapi/{camera}", content=body, headers=headers, timeout=PATIENCE_S, trust_env=False)

    def push_part(self, body, declared):
        """Send the head and part of a body, then hang up."""
        host, port = self.url.removeprefix("http://").split(":")
        head = f"POST /isapi/front HTTP/1.1\r\nHost: x\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {declared}\r\n\r\n"
        with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as line:
            line.sendall(head.encode() + body)

    def health(self):
        return httpx.get(f"{self.url}/health", timeout=PATIENCE_S, trust_env=False).json()

    def faults(self):
        """Give how often each fault was counted, by code."""
        counted = {}
        for fault in self.health()["faults"]:
            counted[fault["code"]] = counted.get(fault["code"], 0) + fault["count"]
        return counted

    def until(self, condition):
        """Wait until the health satisfies the condition; give it."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition(health := self.health()):
            assert time.monotonic() < deadline, health
            time.sleep(0.02)
        return health

    def kill(self):
        self._end(signal.SIGKILL)

    def stop(self):
        return self._end(signal.SIGTERM)

    def _end(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        self._reader.join()
        self.process.stderr.close()
        return code


@contextmanager
def plates(folder, edge_port, *more):
    """Run the process for the length of a block; it must end cleanly."""
    running = Plates(folder, edge_port, *more)
    try:
        yield running
    except BaseException:
        running.kill()
        raise
    if running.process.poll() is None:
        assert running.stop() == 0, running.lines
