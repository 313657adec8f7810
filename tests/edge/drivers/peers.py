"""The other end of a line, told byte by byte what to say: a pseudo-terminal and a TCP server for one client."""

import os
import select
import socket
import threading
import tty
from collections.abc import Callable
from contextlib import contextmanager


class Terminal:
    """A pseudo-terminal; `path` is what the driver opens, `say` what it hears."""

    def __init__(self):
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        # The slave stays open, so that bytes said before the driver comes wait for it.
        self._slave = slave

    def say(self, data):
        os.write(self.master, data)

    def heard(self):
        """Give what the driver has said; the kernel hands it over in its own time."""
        data, wait_s = b"", 0.3
        while select.select([self.master], [], [], wait_s)[0]:
            data += os.read(self.master, 65_536)
            wait_s = 0.05
        return data

    def hang_up(self):
        for descriptor in (self.master, self._slave):
            os.close(descriptor)
        self.master = self._slave = -1

    def close(self):
        if self.master >= 0:
            self.hang_up()


@contextmanager
def answering(answer: Callable[[bytes], bytes]):
    """Serve one TCP client after the other, each request answered by `answer`; gives the port."""
    server = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def serve():
        while not stopped.is_set():
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client:
                try:
                    while request := client.recv(4096):
                        client.sendall(answer(request))
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        stopped.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(10)
