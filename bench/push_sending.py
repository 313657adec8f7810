"""Sends one push, whole or damaged, and says how it was answered."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import httpx

from bench.push_damage import Push

ANSWER_S: Final = 20.0


def send(client: httpx.Client, url: str, push: Push) -> str:
    """Send one push; give the class of its answer: ``2xx``, ``4xx``, ``5xx``, ``cut`` where there was none.

    ``let go`` is one that was not taken and yet acknowledged, because a camera of its make would send it for ever.
    """
    if push.raw is not None:
        return _send_raw(url, push.raw)
    try:
        headers = {"Content-Type": push.content_type.encode("latin-1", "replace")} if push.content_type else {}
        answer = client.post(url + push.path, content=push.body, headers=headers)
    except httpx.HTTPError:
        return "cut"
    return "let go" if b"given up" in answer.content else f"{answer.status_code // 100}xx"


def _send_raw(url: str, data: bytes) -> str:
    where = urlsplit(url)
    with suppress(OSError), socket.create_connection((where.hostname or "", where.port or 80), timeout=5) as line:
        line.sendall(data)
        line.shutdown(socket.SHUT_WR)
        answer = line.recv(64)
        if answer.startswith(b"HTTP/1.1 "):
            return f"{answer[9:10].decode()}xx"
    return "cut"
