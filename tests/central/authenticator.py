"""A person's device that shows codes: RFC 6238, written a second time from the text alone."""

import base64
import hmac
import struct


def code_at(secret: str, time_s: int, *, digits: int = 6, step_s: int = 30) -> str:
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", time_s // step_s), "sha1").digest()
    place = digest[-1] & 0xF
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)
