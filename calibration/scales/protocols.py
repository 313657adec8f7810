"""The protocols that are spoken, with their defaults and what each one does not tell."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from calibration.scales import hbm_wtx, laumas_w100, mt_sics, rinstrum
from calibration.scales.mt_sics import MtSicsParser
from calibration.scales.reading import Reading
from calibration.scales.register_map import RegisterMap
from calibration.scales.remote_display import RemoteDisplayParser
from calibration.scales.rinstrum import RinstrumParser
from calibration.scales.stream import StreamParser
from calibration.scales.toledo import ToledoParser
from calibration.scales.xk3190 import XK3190Parser

Decode = Callable[[tuple[tuple[int, ...], ...]], Reading | str]


class ProtocolName(StrEnum):
    """Names of the protocols, as given on the command line."""

    XK3190 = "xk3190"
    REMOTE_DISPLAY = "remote-display"
    TOLEDO = "toledo"
    MT_SICS = "mt-sics"
    RINSTRUM = "rinstrum"
    RINSTRUM_CRC = "rinstrum-crc"
    LAUMAS_W100 = "laumas-w100"
    HBM_WTX = "hbm-wtx"


@dataclass(frozen=True, slots=True)
class Plate:
    """What a protocol may not tell, and the scale's plate and settings say: unit, digits behind the point, address on the line."""

    unit: str = "kg"
    decimals: int = 0
    address: int = 1


@dataclass(frozen=True, slots=True)
class Protocol:
    """One protocol.

    Attributes
    ----------
    title
        Whose it is.
    parser
        Makes the parser of a serial stream; None behind Modbus.
    request
        Gives the bytes that ask for one reading; None where the scale sends by itself.
    registers, decode
        The map and its decoder behind Modbus.
    baud
        Usual rate of the serial line.
    tells
        Which of ``unit``, ``point``, ``rest``, ``tare``, ``interval`` it tells; the others come from the plate or are not known.
    """

    title: str
    tells: tuple[str, ...]
    parser: Callable[[Plate], StreamParser] | None = None
    request: Callable[[Plate], bytes] | None = None
    registers: RegisterMap | None = None
    decode: Callable[[Plate], Decode] | None = None
    baud: int = 9600

    @property
    def carrier(self) -> str:
        """What it runs over."""
        return "modbus" if self.registers else "serial"


PROTOCOLS: Final = {
    ProtocolName.XK3190: Protocol("Yaohua XK3190, continuous", ("point",), parser=lambda plate: XK3190Parser(plate.unit)),
    ProtocolName.REMOTE_DISPLAY: Protocol(
        "Keli and Yaohua, remote display", (), parser=lambda plate: RemoteDisplayParser(plate.unit, plate.decimals)
    ),
    ProtocolName.TOLEDO: Protocol(
        "Toledo, continuous", ("unit", "point", "rest", "tare", "interval"), parser=lambda _plate: ToledoParser()
    ),
    ProtocolName.MT_SICS: Protocol(
        "Mettler-Toledo MT-SICS", ("unit", "point", "rest"), parser=lambda _plate: MtSicsParser(), request=lambda _plate: mt_sics.REQUEST
    ),
    ProtocolName.RINSTRUM: Protocol(
        "Rinstrum rinCMD",
        ("rest", "tare"),
        parser=lambda plate: RinstrumParser(plate.address, plate.unit, plate.decimals),
        request=lambda plate: rinstrum.requests(plate.address, crc=False),
    ),
    ProtocolName.RINSTRUM_CRC: Protocol(
        "Rinstrum rinCMD with CRC",
        ("rest", "tare"),
        parser=lambda plate: RinstrumParser(plate.address, plate.unit, plate.decimals, crc=True),
        request=lambda plate: rinstrum.requests(plate.address, crc=True),
    ),
    ProtocolName.LAUMAS_W100: Protocol(
        "Laumas W100",
        ("tare",),
        registers=laumas_w100.MAP,
        decode=lambda plate: partial(laumas_w100.decode, unit=plate.unit, decimals=plate.decimals),
    ),
    ProtocolName.HBM_WTX: Protocol(
        "HBM WTX110, WTX120", ("unit", "point", "rest", "tare"), registers=hbm_wtx.MAP, decode=lambda _plate: hbm_wtx.decode
    ),
}
