"""An independent reading of docs/protocols/serial-digitiser.md: builds commands, cuts a byte stream into frames."""

import struct
import zlib

import numpy as np

REPORT, SAMPLES, HEARTBEAT, ACK, NAK = 1, 2, 3, 4, 5
IDENTIFY, START, STOP, TIME_SYNC, ZERO, RESEND = 0x81, 0x82, 0x83, 0x84, 0x85, 0x86


def command(kind, payload=b"", sequence=1, device=0):
    body = struct.pack("<BBHI", 1, kind, len(payload) + 2, device) + struct.pack("<H", sequence) + payload
    return b"\xa5\x5a" + body + struct.pack("<I", zlib.crc32(body))


def frames(data):
    """Give (type, payload) of every frame whose CRC holds, and the number of bytes that belong to none."""
    found, stray, at = [], 0, 0
    while at < len(data):
        if data[at : at + 3] == b"\xa5\x5a\x01" and len(data) - at >= 14:
            (length,) = struct.unpack_from("<H", data, at + 4)
            end = at + 10 + length
            if data[end : end + 4] == struct.pack("<I", zlib.crc32(data[at + 2 : end])):
                found.append((data[at + 3], data[at + 10 : end]))
                at = end + 4
                continue
        stray += 1
        at += 1
    return found, stray


def samples(payload):
    """Give counter, status, and counts int32 (n, channels) of a SAMPLES payload."""
    counter, status, channels, reserved, count = struct.unpack_from("<QHBBH", payload)
    assert reserved == 0
    assert len(payload) == 14 + 3 * channels * count
    numbers = [int.from_bytes(payload[at : at + 3], "little", signed=True) for at in range(14, len(payload), 3)]
    return counter, status, np.array(numbers, np.int32).reshape(count, channels)


def report(payload):
    major, minor, patch, count, serial, rate_mhz, ring, counter, oldest = struct.unpack_from("<BBBBIIIQQ", payload)
    names = [payload[32 + 12 * k : 44 + 12 * k].rstrip(b"\0").decode("ascii") for k in range(count)]
    assert len(payload) == 32 + 12 * count
    return {
        "firmware": (major, minor, patch),
        "serial": serial,
        "rate_mhz": rate_mhz,
        "ring": ring,
        "counter": counter,
        "oldest": oldest,
        "names": names,
    }
