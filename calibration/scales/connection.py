"""Where a scale is reached, as the technician gave it, made into a scale."""

from dataclasses import dataclass, field
from typing import Final

from calibration.scales.modbus_line import UNIT_MAX, ModbusLine
from calibration.scales.protocols import PROTOCOLS, Plate, Protocol, ProtocolName
from calibration.scales.reading import KG_PER_UNIT
from calibration.scales.rinstrum import ADDRESS
from calibration.scales.scale import ModbusScale, Scale, SerialScale
from calibration.scales.serial_line import SerialLine
from calibration.told import told
from contract.faults import RejectError

MODBUS_PORT: Final = 502
DECIMALS_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class Connection:
    """A protocol and where it is spoken: a serial `port`, or for Modbus also a `host`; `plate` is what the protocol does not tell."""

    protocol: ProtocolName
    port: str = ""
    baud: int | None = None
    host: str = ""
    tcp_port: int = MODBUS_PORT
    plate: Plate = field(default_factory=Plate)

    def scale(self) -> Scale:
        """Give the scale, not yet opened.

        Raises
        ------
        RejectError
            If what was given does not fit the protocol.
        """
        protocol = PROTOCOLS[self.protocol]
        self._check(protocol)
        baud = self.baud or protocol.baud
        if protocol.registers is not None and protocol.decode is not None:
            address = self.plate.address
            line = ModbusLine.tcp(self.host, self.tcp_port, address) if self.host else ModbusLine.rtu(self.port, baud, address)
            return ModbusScale(line, protocol.registers, protocol.decode(self.plate))
        if protocol.parser is None:
            msg = f"protocol {self.protocol} has neither registers nor parser"
            raise TypeError(msg)
        return SerialScale(
            SerialLine(self.port, baud), protocol.parser(self.plate), protocol.request(self.plate) if protocol.request else b""
        )

    def _check(self, protocol: Protocol) -> None:
        if protocol.carrier == "serial" and (self.host or not self.port):
            raise self._wrong(told("%(title)s is read over a serial line: give a port, no address", title=protocol.title))
        if protocol.carrier == "modbus" and bool(self.host) is bool(self.port):
            raise self._wrong(
                told("%(title)s is read over Modbus: give either an address (--host, TCP) or a port (--port, RTU)", title=protocol.title)
            )
        if self.plate.unit not in KG_PER_UNIT:
            raise self._wrong(
                told("unit %(unit)s is not known; allowed are %(list)s", unit=f"{self.plate.unit!r}", list=", ".join(KG_PER_UNIT))
            )
        if not 0 <= self.plate.decimals <= DECIMALS_MAX:
            raise self._wrong(told("%(n)s digits behind the point; allowed are 0 to %(most)s", n=self.plate.decimals, most=DECIMALS_MAX))
        highest = UNIT_MAX if protocol.carrier == "modbus" else ADDRESS
        if not 1 <= self.plate.address <= highest:
            raise self._wrong(told("unit id %(id)s is out of range; allowed are 1 to %(most)s", id=self.plate.address, most=highest))

    def _wrong(self, what: str) -> RejectError:
        return RejectError("scale-connection", self.protocol.value, what)
