"""The devices that bring a station its signal, each under the driver that speaks with it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contract.names import Name
from contract.station.table import Table


class SerialDigitiser(Table):
    """A high-speed digitiser on a serial line, speaking docs/protocols/serial-digitiser.md."""

    driver: Literal["serial-digitiser"]
    name: Name
    lane: int
    port: str
    baud: Annotated[int, Field(ge=9_600, le=12_000_000)] = 3_000_000
    playback: Annotated[float, Field(gt=0, le=100)] = 1.0
    """How much faster than real time a simulated line runs; other than 1 bars every record from enforcement."""


class ModbusDigitiser(Table):
    """The same digitiser behind Modbus TCP (`host`, `tcp_port`) or Modbus RTU (`port`), docs/protocols/modbus-digitiser.md."""

    driver: Literal["modbus-tcp-digitiser", "modbus-rtu-digitiser"]
    name: Name
    lane: int
    host: str = "127.0.0.1"
    tcp_port: Annotated[int, Field(ge=1, le=65_535)] = 502
    port: str | None = None
    baud: Annotated[int, Field(ge=9_600, le=12_000_000)] = 115_200
    parity: Literal["even", "odd", "none"] = "even"
    """Of the serial line; even is the rule of Modbus RTU, a pseudo-terminal has none."""
    unit: Annotated[int, Field(ge=1, le=247)] = 1
    playback: Annotated[float, Field(gt=0, le=100)] = 1.0

    @model_validator(mode="after")
    def _line(self) -> Self:
        if self.driver == "modbus-rtu-digitiser" and not self.port:
            msg = "a modbus-rtu-digitiser needs port, the serial device it is on"
            raise ValueError(msg)
        return self


class ModbusSite(Table):
    """Loop transitions, pavement temperature and cabinet state over Modbus TCP, docs/protocols/modbus-site.md."""

    driver: Literal["modbus-site"]
    name: Name
    host: str = "127.0.0.1"
    tcp_port: Annotated[int, Field(ge=1, le=65_535)] = 502
    unit: Annotated[int, Field(ge=1, le=247)] = 1


Device = Annotated[SerialDigitiser | ModbusDigitiser | ModbusSite, Field(discriminator="driver")]
