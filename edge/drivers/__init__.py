"""Drivers: what the devices send, as events with the device's own counter. A driver judges nothing."""

from contract.station import Device, ModbusDigitiser, ModbusSite, SerialDigitiser
from edge.drivers.base import Driver
from edge.drivers.modbus_digitiser import ModbusDigitiserDriver
from edge.drivers.modbus_site import ModbusSiteDriver
from edge.drivers.serial_digitiser import SerialDigitiserDriver

__all__ = ["Driver", "driver_for"]


def driver_for(device: Device) -> Driver:
    """Give the driver of a device in the station file."""
    match device:
        case SerialDigitiser():
            return SerialDigitiserDriver(device)
        case ModbusDigitiser():
            return ModbusDigitiserDriver(device)
        case ModbusSite():
            return ModbusSiteDriver(device)
