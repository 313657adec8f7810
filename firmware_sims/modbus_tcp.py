"""Modbus TCP: MBAP header (transaction, protocol 0, length, unit), then the request."""

from __future__ import annotations

import asyncio
import contextlib
import struct

import structlog

from firmware_sims.modbus_service import ModbusService

log = structlog.get_logger()

MBAP = struct.Struct(">HHHB")
LENGTH_MAX = 254
"""Unit and request together (Modbus Messaging on TCP/IP 1.0b)."""


class ModbusTcpServer:
    """Serves one device on a TCP port."""

    def __init__(self, service: ModbusService) -> None:
        self.service = service
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self, port: int, host: str = "127.0.0.1") -> int:
        """Listen; give the port, which is a free one where 0 was asked."""
        self._server = await asyncio.start_server(self._serve, host, port)
        chosen: int = self._server.sockets[0].getsockname()[1]
        return chosen

    async def stop(self) -> None:
        """Stop listening and hang up on every host."""
        if self._server is None:
            return
        self._server.close()
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                await self._answer_all(reader, writer)
        finally:
            writer.close()
            if task is not None:
                self._connections.discard(task)

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            transaction, protocol, length, unit = MBAP.unpack(await reader.readexactly(MBAP.size))
            if protocol != 0 or not 2 <= length <= LENGTH_MAX:
                log.warning("not modbus, connection closed", protocol=protocol, length=length)
                return
            pdu = await reader.readexactly(length - 1)
            reply = self.service.answer(unit, pdu)
            if reply is not None:
                writer.write(MBAP.pack(transaction, 0, len(reply) + 1, unit) + reply)
                await writer.drain()
