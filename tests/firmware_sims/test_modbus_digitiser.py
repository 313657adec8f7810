import asyncio
import contextlib
import struct
import threading

import numpy as np
import pytest
from pymodbus.client import AsyncModbusTcpClient, ModbusSerialClient
from pymodbus.exceptions import ModbusIOException

from firmware_sims.modbus_digitiser import ModbusDigitiser
from firmware_sims.modbus_rtu import ModbusRtuServer, crc16
from firmware_sims.modbus_service import ModbusService
from firmware_sims.modbus_tcp import ModbusTcpServer
from firmware_sims.pseudo_terminal import PseudoTerminal
from tests.firmware_sims.rig import CHANNELS, RATE_HZ, SERIAL_NUMBER, Core, signal

START, STOP, ZERO, TIME_SYNC, REWIND = 1, 2, 3, 4, 5
B = 238 // 9


def words(data):
    return list(struct.unpack(f">{len(data) // 2}H", data))


def u64(registers):
    return int.from_bytes(struct.pack(">4H", *registers), "big")


def block(registers):
    """Read a block by the page: counter, status, counts int32 (n, channels)."""
    counter, count, status = u64(registers[:4]), registers[4], registers[5]
    stream = struct.pack(f">{len(registers) - 6}H", *registers[6:])
    numbers = [int.from_bytes(stream[at : at + 3], "big", signed=True) for at in range(0, 9 * count, 3)]
    return counter, status, np.array(numbers, np.int32).reshape(count, 3)


def command(code, sequence=1, mask=0, amount=0, argument=0):
    return words(struct.pack(">HHIiQ", code, sequence, mask, amount, argument))


class Host:
    """A stock client on a real socket, in the test's own loop."""

    def __init__(self, core, client):
        self.core, self.client = core, client

    async def read(self, address, count):
        reply = await self.client.read_input_registers(address, count=count)
        return reply if reply.isError() else reply.registers

    async def write(self, address, values):
        reply = await self.client.write_registers(address, values)
        return reply.exception_code if reply.isError() else 0

    async def blocks(self):
        """Read blocks until one is not full; give counter, status and counts of each."""
        found = []
        for k in range(32):
            found.append(block(await self.read(1000 + 125 * k, 125)))
            if len(found[-1][2]) < B:
                break
        return found


@contextlib.asynccontextmanager
async def serving(core):
    server = ModbusTcpServer(ModbusService(ModbusDigitiser(core.digitiser), core.faults, "digitiser"))
    port = await server.start(0)
    client = AsyncModbusTcpClient("127.0.0.1", port=port, timeout=1, retries=0, reconnect_delay=0)
    assert await client.connect()
    try:
        yield Host(core, client)
    finally:
        client.close()
        await server.stop()


def story(tell):
    """Run an async story against a served core."""

    async def told():
        core = Core()
        async with serving(core) as host:
            await tell(core, host)

    asyncio.run(told())


def test_identity_and_names():
    async def tell(core, host):
        core.advance(1.0)
        head = await host.read(0, 38)
        assert head[:3] == [1, 0x0102, 3]
        assert (head[3] << 16 | head[4], head[5] << 16 | head[6]) == (SERIAL_NUMBER, RATE_HZ * 1000)
        assert head[7:9] == [3, B]
        assert head[9] << 16 | head[10] >= 120 * RATE_HZ
        assert (head[12], head[13], head[14], head[15]) == (23950, 312, 0, 1)
        assert u64(head[16:20]) == 1000
        names = struct.pack(">96H", *await host.read(40, 96))
        assert [names[at : at + 12].rstrip(b"\0").decode() for at in (0, 12, 24)] == list(CHANNELS)
        assert not any(names[36:])

    story(tell)


def test_all_samples_come_once_and_true():
    async def tell(core, host):
        assert await host.write(0, command(START)) == 0
        seen = []
        for _ in range(20):
            core.advance(0.1)
            found = await host.blocks()
            for counter, _, counts in found:
                assert np.array_equal(counts, signal(counter, counter + len(counts)))
                seen += range(counter, counter + len(counts))
            assert await host.write(10, words(struct.pack(">Q", seen[-1] + 1))) == 0
        assert seen == list(range(2000))

    story(tell)


def test_reading_changes_nothing_until_acknowledged():
    async def tell(core, host):
        await host.write(0, command(START))
        core.advance(0.03)
        first = await host.read(1000, 125)
        assert await host.read(1000, 125) == first
        core.advance(1.0)
        again = block(await host.read(1000, 125))
        assert np.array_equal(again[2][: first[4]], block(first)[2])
        await host.write(10, words(struct.pack(">Q", 5)))
        assert block(await host.read(1000, 125))[0] == 5
        await host.write(10, words(struct.pack(">Q", 3)))
        assert u64(await host.read(24, 4)) == 5

    story(tell)


def test_rewind_is_resend():
    async def tell(core, host):
        await host.write(0, command(START))
        core.advance(1.0)
        await host.write(10, words(struct.pack(">Q", 900)))
        assert await host.write(0, command(REWIND, argument=880)) == 0
        found = await host.blocks()
        assert found[0][0] == 880
        assert [bool(status & 8) for _, status, _ in found] == [True, *[False] * (len(found) - 1)]
        assert np.array_equal(found[0][2], signal(880, 880 + B))

    story(tell)


def test_refusals_name_their_reason():
    async def tell(core, host):
        await host.write(0, command(START))
        for _ in range(130):
            core.advance(1.0)
        cases = [
            (command(99), 1),
            (command(ZERO, mask=0), 2),
            (command(ZERO, mask=0b1000), 2),
            (command(REWIND, argument=0), 3),
            (command(REWIND, argument=10**9), 4),
        ]
        for values, reason in cases:
            assert await host.write(0, values) == 3
            assert await host.read(37, 1) == [reason]
        assert await host.write(10, words(struct.pack(">Q", 10**9))) == 3
        assert await host.write(11, [0]) == 2
        assert await host.write(3, [0]) == 2
        for address, count in ((38, 1), (36, 5), (200, 1), (4990, 20), (5000, 1), (1120, 10)):
            assert (await host.read(address, count)).exception_code == 2

    story(tell)


def test_what_the_ring_has_overwritten_is_told():
    async def tell(core, host):
        await host.write(0, command(START))
        for _ in range(130):
            core.advance(1.0)
        counter, status, counts = block(await host.read(1000, 125))
        assert counter == core.digitiser.ring.oldest > 0
        assert status & 4
        assert np.array_equal(counts, signal(counter, counter + B))
        await host.write(10, words(struct.pack(">Q", counter + B)))
        assert not block(await host.read(1000, 125))[1] & 4

    story(tell)


def test_stop_ends_the_blocks_and_start_begins_at_now():
    async def tell(core, host):
        await host.write(0, command(START))
        core.advance(0.01)
        await host.write(0, command(STOP))
        core.advance(0.5)
        assert [len(counts) for _, _, counts in await host.blocks()] == [10]
        await host.write(0, command(START))
        core.advance(0.005)
        assert [(counter, len(counts)) for counter, _, counts in await host.blocks()] == [(510, 5)]

    story(tell)


def test_time_sync_and_zero():
    async def tell(core, host):
        core.advance(0.2)
        host_us = 1_700_000_000_000_000
        assert await host.write(0, command(TIME_SYNC, sequence=7, argument=host_us)) == 0
        assert u64(await host.read(28, 4)) == 200
        assert u64(await host.read(32, 4)) == host_us
        assert await host.read(36, 2) == [7, 0]
        for _ in range(2):
            assert await host.write(0, command(ZERO, sequence=8, mask=0b1, amount=-50)) == 0
        await host.write(0, command(START))
        core.advance(0.01)
        counter, status, counts = block(await host.read(1000, 125))
        assert status & 32
        assert (counts - signal(counter, counter + 10))[:, 0].tolist() == [50] * 10

    story(tell)


def test_exception_fault_and_then_well_again():
    async def tell(core, host):
        core.faults.add("modbus_exception", {"code": "6", "times": "1"})
        assert (await host.read(0, 1)).exception_code == 6
        assert await host.read(0, 1) == [1]

    story(tell)


def test_silence_fault():
    async def tell(core, host):
        core.faults.add("modbus_silence", {"times": "1"})
        with pytest.raises(ModbusIOException):
            await host.read(0, 1)

    story(tell)


def test_a_restart_starts_anew():
    async def tell(core, host):
        await host.write(0, command(START))
        core.advance(1.0)
        core.digitiser.power_up()
        assert (await host.read(14, 1), u64(await host.read(24, 4))) == ([0], 0)

    story(tell)


def test_what_is_not_modbus_costs_its_own_connection_only():
    async def tell(core, host):
        port = host.client.comm_params.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
        assert await host.read(0, 1) == [1]

    story(tell)


def test_the_pages_example_of_packing_holds():
    core = Core()
    core.digitiser.ring.append(np.array([[1, -2, 0]], np.int32), np.zeros(1, np.uint8))
    device = ModbusDigitiser(core.digitiser)
    device.write_holding(0, struct.pack(">HHIiQ", START, 0, 0, 0, 0))
    device.write_holding(0, struct.pack(">HHIiQ", REWIND, 1, 0, 0, 0))
    assert device.read_input(1006, 3) == bytes.fromhex("000001fffffe")


@pytest.mark.parametrize(("text", "expected"), [(b"123456789", 0x4B37), (bytes.fromhex("010400000001"), 0xCA31)])
def test_crc16(text, expected):
    assert crc16(text) == expected


class Ticker(threading.Thread):
    """Serves an RTU line beside a blocking client."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.over = server, threading.Event()

    def run(self):
        while not self.over.wait(0.002):
            self.server.tick()


@pytest.fixture
def rtu(core, tmp_path):
    service = ModbusService(ModbusDigitiser(core.digitiser), core.faults, "digitiser")
    server = ModbusRtuServer(service, PseudoTerminal(tmp_path / "rtu"))
    ticker = Ticker(server)
    ticker.start()
    client = ModbusSerialClient(str(tmp_path / "rtu"), timeout=1, retries=1)
    assert client.connect()
    yield client, server
    client.close()
    ticker.over.set()
    ticker.join()
    server.close()


def test_rtu_reads_blocks_and_writes_commands(core, rtu):
    client, _ = rtu
    assert not client.write_registers(0, command(START)).isError()
    core.advance(0.05)
    counter, _, counts = block(client.read_input_registers(1000, count=125).registers)
    assert np.array_equal(counts, signal(counter, counter + B))
    assert client.read_input_registers(38, count=1).exception_code == 2


def test_rtu_finds_a_request_after_noise(core, rtu):
    client, server = rtu
    client.socket.write(bytes.fromhex("0104ffee10337700aa"))
    assert client.read_input_registers(0, count=1).registers == [1]
    assert server.skipped_bytes > 0
