"""The station file: where every sensor lies, which devices bring the signal, and what the station must do with it."""

from contract.station.cameras import Camera, Video
from contract.station.devices import Device, ModbusDigitiser, ModbusSite, SerialDigitiser
from contract.station.file import Matching, Station, StationSite, Uplink, parse_station
from contract.station.gates import Gates
from contract.station.lane import Lane, Sensor, SensorKind
from contract.station.signatory import Signatory

__all__ = [
    "Camera",
    "Device",
    "Gates",
    "Lane",
    "Matching",
    "ModbusDigitiser",
    "ModbusSite",
    "Sensor",
    "SensorKind",
    "SerialDigitiser",
    "Signatory",
    "Station",
    "StationSite",
    "Uplink",
    "Video",
    "parse_station",
]
