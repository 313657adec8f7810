"""A Modbus device as its transports see it: unit id, faults, counters."""

from __future__ import annotations

from firmware_sims.faults import FaultBoard
from firmware_sims.modbus_pdu import RegisterDevice, answer, exception

UNIT_ID = 1


class ModbusService:
    """Answers requests for one device, through the board's Modbus faults for `target`."""

    def __init__(self, device: RegisterDevice, faults: FaultBoard, target: str) -> None:
        self._device = device
        self._faults = faults
        self._target = target
        self.stats = {"requests": 0, "exceptions": 0}

    def answer(self, unit: int, pdu: bytes) -> bytes | None:
        """Answer a request; None where there is silence: another unit, or a fault."""
        if unit != UNIT_ID or not pdu:
            return None
        self.stats["requests"] += 1
        if self._faults.strikes("modbus_silence", target=self._target):
            return None
        if fault := self._faults.strikes("modbus_exception", target=self._target):
            reply = exception(pdu[0], int(fault.number("code")))
        else:
            reply = answer(pdu, self._device)
        self.stats["exceptions"] += reply[0] >> 7
        return reply
