"""A small receiver of camera pushes: keeps every body, answers as it is told."""

import asyncio
import contextlib
import itertools
import threading
import time
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree as ET

NAMESPACE = {"h": "http://www.hikvision.com/ver20/XMLSchema"}


class Receiver:
    """Serves in a thread; `answers` are the statuses of the next pushes, 200 when used up."""

    def __init__(self, answers=()):
        self.pushes, self.answers = [], list(answers)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                receiver.pushes.append((self.path, self.headers["Content-Type"], body, length))
                if len(body) < length:
                    self.close_connection = True
                    return
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    async def wait_for(self, count):
        await until(lambda: len(self.pushes) >= count)


async def until(holds, timeout_s=15):
    """Wait for what another thread or task brings about."""
    deadline = time.monotonic() + timeout_s
    for _ in itertools.takewhile(lambda _: not holds(), itertools.count()):
        assert time.monotonic() < deadline, "it did not come about in time"
        await asyncio.sleep(0.01)


def parts(content_type, body):
    """Give name → content of a multipart body."""
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    return {part.get_filename(): part.get_payload(decode=True) for part in message.iter_parts()}


def event(content_type, body):
    """Give the text of the event's elements by path."""
    root = ET.fromstring(parts(content_type, body)["anpr.xml"])

    def text(path):
        with contextlib.suppress(AttributeError):
            return root.find("/".join(f"h:{tag}" for tag in path.split("/")), NAMESPACE).text

    return text
