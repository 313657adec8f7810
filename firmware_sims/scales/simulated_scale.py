"""Settings of one simulated scale, and running it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from firmware_sims.errors import SimulationError
from firmware_sims.faults import FaultBoard
from firmware_sims.modbus_rtu import ModbusRtuServer
from firmware_sims.modbus_service import ModbusService
from firmware_sims.modbus_tcp import ModbusTcpServer
from firmware_sims.pseudo_terminal import PseudoTerminal
from firmware_sims.scales import remote_display, toledo, xk3190
from firmware_sims.scales.fault_names import FaultName
from firmware_sims.scales.line_damage import LineDamage
from firmware_sims.scales.mt_sics import MtSics
from firmware_sims.scales.platform import Platform, Shown
from firmware_sims.scales.registers import ScaleRegisters, w100_area, wtx_area
from firmware_sims.scales.rinstrum import Rinstrum
from firmware_sims.scales.serial_scale import SerialScale

TICK_S = 0.005
TARGET = "scale"


class ScaleProtocol(StrEnum):
    """Protocols that are simulated."""

    XK3190 = "xk3190"
    REMOTE_DISPLAY = "remote-display"
    TOLEDO = "toledo"
    MT_SICS = "mt-sics"
    RINSTRUM = "rinstrum"
    LAUMAS_W100 = "laumas-w100"
    HBM_WTX = "hbm-wtx"


CONTINUOUS = {
    ScaleProtocol.XK3190: xk3190.frame,
    ScaleProtocol.REMOTE_DISPLAY: remote_display.frame,
    ScaleProtocol.TOLEDO: toledo.frame,
}
AREAS = {ScaleProtocol.LAUMAS_W100: w100_area, ScaleProtocol.HBM_WTX: wtx_area}


@dataclass(frozen=True)
class ScaleSettings:
    """One scale: its protocol, its platform, and where it is reached: `serial`, a link to make, or `modbus_port`, 0 for a free one."""

    protocol: ScaleProtocol
    platform: Platform
    serial: Path | None
    modbus_port: int | None
    rate_hz: float
    faults: frozenset[FaultName]
    share: float
    seed: int

    def __post_init__(self) -> None:
        modbus = self.protocol in AREAS
        if (self.serial is None) is (self.modbus_port is None):
            raise SimulationError("give either --serial LINK or --modbus-port PORT")
        if self.modbus_port is not None and not modbus:
            raise SimulationError(f"{self.protocol} is no Modbus protocol: give --serial LINK")


class SimulatedScale:
    """One scale on one line; the load is put on when a host first comes, so that it is seen to settle."""

    def __init__(self, settings: ScaleSettings, now_s: Callable[[], float]) -> None:
        self._settings = settings
        self._now_s = now_s
        self._began_s: float | None = None
        self._damage = LineDamage(settings.faults, settings.share, random.Random(settings.seed))  # noqa: S311 - a simulation
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """End `run`."""
        self._stop.set()

    async def run(self, ready: Callable[[dict[str, Any]], None]) -> None:
        """Serve until stopped; `ready` is told where."""
        settings = self._settings
        if settings.protocol in AREAS:
            await self._run_modbus(ready)
            return
        assert settings.serial is not None  # noqa: S101 - ScaleSettings has checked it
        device = SerialScale(
            PseudoTerminal(settings.serial),
            self._show,
            self._talk(),
            self._damage,
            self._now_s,
            rate_hz=settings.rate_hz,
            silent=FaultName.SILENT in settings.faults,
        )
        ready({"serial": str(settings.serial)})
        try:
            await self._tick(device.tick)
        finally:
            device.close()

    async def _run_modbus(self, ready: Callable[[dict[str, Any]], None]) -> None:
        settings = self._settings
        service = self._service()
        if settings.serial is not None:
            line = ModbusRtuServer(service, PseudoTerminal(settings.serial))
            ready({"serial": str(settings.serial)})
            try:
                await self._tick(line.tick)
            finally:
                line.close()
            return
        server = ModbusTcpServer(service)
        ready({"modbus_port": await server.start(settings.modbus_port or 0)})
        try:
            await self._stop.wait()
        finally:
            await server.stop()

    def _service(self) -> ModbusService:
        board = FaultBoard(self._now_s, random.Random(self._settings.seed), {"target": (TARGET,)})  # noqa: S311 - a simulation
        for fault, kind in ((FaultName.SILENT, "modbus_silence"), (FaultName.REFUSE, "modbus_exception")):
            if fault in self._settings.faults:
                board.add(kind, {"target": TARGET, "for_s": "0"})
        registers = ScaleRegisters(AREAS[self._settings.protocol], self._show, self._damage.registers)
        return ModbusService(registers, board, TARGET)

    def _talk(self) -> Callable[[Shown], bytes] | MtSics | Rinstrum:
        refuses = FaultName.REFUSE in self._settings.faults
        if self._settings.protocol is ScaleProtocol.MT_SICS:
            return MtSics(refuses=refuses)
        if self._settings.protocol is ScaleProtocol.RINSTRUM:
            return Rinstrum(refuses=refuses)
        return CONTINUOUS[self._settings.protocol]

    def _show(self) -> Shown:
        now_s = self._now_s()
        self._began_s = now_s if self._began_s is None else self._began_s
        return self._settings.platform.show(now_s - self._began_s)

    async def _tick(self, tick: Callable[[], object]) -> None:
        while not self._stop.is_set():
            tick()
            await asyncio.sleep(TICK_S)
