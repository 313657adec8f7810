"""Frames caught on the wire, and frames written out by hand from the protocols, byte for byte, for decoder and encoder."""

from decimal import Decimal

import pytest

from calibration.scales.hbm_wtx import decode as decode_wtx
from calibration.scales.laumas_w100 import decode as decode_w100
from calibration.scales.mt_sics import MtSicsParser
from calibration.scales.reading import Condition
from calibration.scales.remote_display import RemoteDisplayParser
from calibration.scales.rinstrum import RinstrumParser, requests
from calibration.scales.toledo import ToledoParser
from calibration.scales.xk3190 import XK3190Parser
from firmware_sims.scales import mt_sics, remote_display, rinstrum, toledo, xk3190
from firmware_sims.scales.platform import Shown

CAUGHT = {"022b30303030303030314203": 0, "022b30303135363030313903": 1560, "022b30303136353030313903": 1650}


def shown(value=0, **given):
    usual = {"tare": 0, "interval": 1, "decimals": 0, "unit": "kg", "moving": False, "over": False, "under": False}
    return Shown(value, **{**usual, **given})


def only(parser, data):
    (reading,) = parser.push(data)
    assert not parser.take_damage()
    return reading


@pytest.mark.parametrize(("frame", "load_kg"), CAUGHT.items())
def test_caught_xk3190_frames_are_read_and_made(frame, load_kg):
    reading = only(XK3190Parser(), bytes.fromhex(frame))
    assert (reading.load_kg, reading.raw.hex(), reading.stable, reading.net) == (load_kg, frame, None, None)
    assert xk3190.encode(load_kg, 0).hex() == frame


def test_two_caught_frames_share_a_checksum_and_only_the_neighbours_tell_them_apart():
    frames = [bytes.fromhex(frame) for frame in list(CAUGHT)[1:]]
    assert frames[0][9:11] == frames[1][9:11]


def test_xk3190_sign_and_point():
    assert only(XK3190Parser("t"), xk3190.encode(-1234, 2)).load_kg == Decimal("-12340")


def test_remote_display_reverses_and_pads():
    assert remote_display.encode(200) == b"=00200000="
    assert only(RemoteDisplayParser(), b"=00200000=").load_kg == 200
    assert [reading.load_kg for reading in RemoteDisplayParser().push(b"=00200000=00200000==10000000=")] == [200, 200, 1]


def test_mt_sics_lines_as_documented():
    reading = only(MtSicsParser(), b"S S     100.00 g\r\n")
    assert (reading.load_kg, reading.stable, reading.unit) == (Decimal("0.1"), True, "g")
    assert mt_sics.weight_line(10_000, 2, "g", stable=True) == b"S S     100.00 g\r\n"
    assert only(MtSicsParser(), b"S D     100.00 g\r\n").stable is False
    for line, condition in ((b"S +", Condition.OVERLOAD), (b"S -", Condition.UNDERLOAD), (b"S I", Condition.ERROR)):
        assert only(MtSicsParser(), line + b"\r\n").condition is condition
    assert only(MtSicsParser(), b"S S     100.00 oz\r\n").condition is Condition.UNKNOWN_UNIT


def test_a_toledo_frame_counted_by_hand():
    body = bytes.fromhex("02") + bytes((0b0101001, 0b0111001, 0x20)) + b"  3820" + b"   100" + b"\r"
    frame = body + bytes((-sum(body) % 128,))
    reading = only(ToledoParser(), frame)
    # exponent 2 − 1 = 1, counts by 1: last digit is 10 kg; net, motion, kg
    assert (reading.load_kg, reading.interval_kg, reading.net, reading.stable) == (38_200, 10, True, False)
    with_parity = bytes(byte | 0x80 * (bin(byte).count("1") % 2) for byte in frame)
    assert only(ToledoParser(), with_parity).load_kg == 38_200


def test_toledo_both_ways():
    reading = only(ToledoParser(), toledo.frame(shown(-38_220, interval=20)))
    assert (reading.load_kg, reading.interval_kg, reading.stable, reading.net) == (-38_220, 20, True, False)
    assert only(ToledoParser(), toledo.frame(shown(84_216, interval=2, unit="lb"))).load_kg == Decimal("84216") * Decimal("0.45359237")
    assert only(ToledoParser(), toledo.frame(shown(over=True))).condition is Condition.OVERLOAD
    assert only(ToledoParser(), toledo.frame(shown(under=True))).condition is Condition.UNDERLOAD


@pytest.mark.parametrize("crc", [False, True])
def test_rinstrum_questions_and_answers(crc):
    asked = requests(1, crc=crc)
    if not crc:
        assert asked == b"21110021:\r\n21110026:\r\n"
    answers = rinstrum.Rinstrum().answer(asked, shown(38_200, moving=True))
    if not crc:
        assert answers == [b"81110021:00001000\r\n", b"81110026:00009538\r\n"]
    reading = only(RinstrumParser(crc=crc), b"".join(answers))
    assert (reading.load_kg, reading.stable, reading.net) == (38_200, False, False)
    assert only(RinstrumParser(crc=crc), b"".join(rinstrum.Rinstrum().answer(asked, shown(-20)))).load_kg == -20


def test_the_crc_is_ccitt_false():
    assert rinstrum.crc_ccitt(b"123456789") == 0x29B1


def test_a_rinstrum_that_refuses_or_is_another_one_gives_no_reading():
    parser = RinstrumParser()
    assert parser.push(b"C1110026:0000A000\r\n82110026:00009538\r\n81110026:00009538\r\n") == []
    assert parser.take_damage() == {"device-error": 1, "foreign-answer": 2}


def test_wtx_registers():
    words = (0, 38_200, 0, 38_200, 0b1_0000, 1 << 4 | 0 << 7)
    reading = decode_wtx((words,))
    assert (reading.load_kg, reading.stable, reading.net, reading.raw.hex()[:8]) == (3820, False, False, "00009538")
    assert decode_wtx(((0, 5, 0, 6, 0, 0),)) == "bad-frame"
    assert decode_wtx(((0, 5, 0, 6, 1 << 7, 0),)).net is True
    assert decode_wtx(((0, 5, 0, 5, 2 << 2, 0),)).condition is Condition.OVERLOAD
    assert decode_wtx(((0, 5, 0, 5, 0, 1),)).condition is Condition.ERROR
    assert "seal" in decode_wtx(((0, 5, 0, 5, 1 << 5, 0),)).note
    assert decode_wtx(((0, 5, 0, 5, 0, 2 << 7),)).load_kg == 5000


def test_w100_registers():
    assert decode_w100(((0, 38_200), (0, 0))).load_kg == 38_200
    assert decode_w100(((0xFFFF, 0xFFEC), (0, 0)), decimals=1).load_kg == -2
    assert decode_w100(((0, 38_200), (0, 100))).net is True
    assert decode_w100(((0x7FFF, 0), (0, 0))) == "bad-frame"
