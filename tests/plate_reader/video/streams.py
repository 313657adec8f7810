"""Pictures, and a camera that streams whatever a test tells it to, over real HTTP."""

import asyncio
import contextlib
from io import BytesIO

from PIL import Image


def picture(number=0, size=(64, 48)):
    """A JPEG that differs by its number."""
    stream = BytesIO()
    Image.new("RGB", size, (number * 37 % 256, number * 91 % 256, 80)).save(stream, "JPEG")
    return stream.getvalue()


def part(data, length=True, boundary=b"frame"):
    head = b"--" + boundary + b"\r\nContent-Type: image/jpeg\r\n"
    return head + (b"Content-Length: %d\r\n" % len(data) if length else b"") + b"\r\n" + data + b"\r\n"


class StreamingCamera:
    """`tell(send, number)` is awaited for every connection; when it returns the connection is closed."""

    def __init__(self, tell, status=b"200 OK", content_type=b"multipart/x-mixed-replace; boundary=frame"):
        self.connections, self.requests = 0, []
        self._tell, self._status, self._type = tell, status, content_type

    async def __aenter__(self):
        self._tasks = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/video"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            self.connections += 1
            writer.write(b"HTTP/1.1 " + self._status + b"\r\nContent-Type: " + self._type + b"\r\n\r\n")

            async def send(data):
                writer.write(data)
                await writer.drain()

            await self._tell(send, self.connections)
        writer.close()
