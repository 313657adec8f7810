"""The devices of a run: opened, served, described and closed together."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import httpx

from firmware_sims.camera import Camera, CameraSettings
from firmware_sims.clock import SimulatedClock
from firmware_sims.digitiser import Digitiser
from firmware_sims.errors import SimulationError
from firmware_sims.faults import FaultBoard
from firmware_sims.modbus_digitiser import ModbusDigitiser
from firmware_sims.modbus_pdu import RegisterDevice
from firmware_sims.modbus_rtu import ModbusRtuServer
from firmware_sims.modbus_service import ModbusService
from firmware_sims.modbus_tcp import ModbusTcpServer
from firmware_sims.pseudo_terminal import PseudoTerminal
from firmware_sims.push_format import format_named
from firmware_sims.push_queue import PushQueue
from firmware_sims.run_settings import RunSettings
from firmware_sims.serial_front import SerialFront
from firmware_sims.site_device import SiteDevice
from firmware_sims.street import Street
from firmware_sims.video_camera import VideoCamera


class DeviceSet:
    """Fronts, servers and cameras as the settings name them.

    Attributes
    ----------
    endpoints
        Where each can be reached, filled by `open`.
    cameras
        The cameras, in the order of the settings.
    street
        What overview cameras look at.
    """

    def __init__(self, settings: RunSettings, digitiser: Digitiser, site: SiteDevice, faults: FaultBoard, clock: SimulatedClock) -> None:
        self.endpoints: dict[str, Any] = {}
        self.cameras: list[Camera] = []
        self._settings = settings
        self._digitiser = digitiser
        self._site = site
        self._faults = faults
        self._clock = clock
        self._serial: SerialFront | None = None
        self._rtu: ModbusRtuServer | None = None
        self._servers: dict[str, ModbusTcpServer] = {}
        self.street = Street(clock.now_s, settings.source.layout.rate_hz)
        self._videos: list[VideoCamera] = []
        self._pushing: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Open all devices.

        Raises
        ------
        SimulationError
            If a path or port is not to be had.
        """
        settings = self._settings
        try:
            if settings.serial is not None:
                port = PseudoTerminal(settings.serial)
                wall_s = self._clock.wall_s
                self._serial = SerialFront(self._digitiser, port, self._faults, wall_s, speedup=settings.speedup)
                self.endpoints["serial"] = str(settings.serial)
            if settings.modbus_rtu is not None:
                service = self._service(ModbusDigitiser(self._digitiser), "digitiser")
                self._rtu = ModbusRtuServer(service, PseudoTerminal(settings.modbus_rtu))
                self.endpoints["modbus_rtu"] = str(settings.modbus_rtu)
            if settings.modbus_port is not None:
                service = self._service(ModbusDigitiser(self._digitiser), "digitiser")
                await self._listen("modbus_port", service, settings.modbus_port)
            if settings.site_port is not None:
                await self._listen("site_port", self._service(self._site, "site"), settings.site_port)
            for wanted in settings.videos:
                video = VideoCamera(wanted, self.street, settings.place, self._faults, self._clock.utc)
                self._videos.append(video)
                video_port = await video.start()
                self.endpoints.setdefault("video", {})[wanted.name] = f"http://127.0.0.1:{video_port}/video.mjpeg"
        except OSError as error:
            raise SimulationError(f"a device cannot be opened: {error}; give another path or port") from error
        for channel, camera in enumerate(settings.cameras, start=1):
            self.cameras.append(self._camera(camera, channel))
        self._pushing = [camera.start() for camera in self.cameras]

    def tick(self) -> bool:
        """Serve the lines; the servers and cameras serve themselves. True while an RTU host is asking."""
        if self._serial is not None:
            self._serial.tick()
        return self._rtu is not None and self._rtu.tick()

    def status(self) -> dict[str, Any]:
        """Give each device's counters."""
        devices: dict[str, Any] = {name: server.service.stats for name, server in self._servers.items()}
        if self._serial is not None:
            devices["serial"] = {**self._serial.stats, "running": self._serial.running}
        if self._rtu is not None:
            devices["modbus_rtu"] = {**self._rtu.service.stats, "skipped_bytes": self._rtu.skipped_bytes}
        for camera in self.cameras:
            devices[camera.settings.name] = {**camera.stats, **camera.queue.stats, "waiting": len(camera.queue)}
        for video in self._videos:
            devices[video.settings.name] = dict(video.stats)
        return devices

    async def close(self) -> None:
        """Stop cameras, hang up lines and servers, remove links."""
        for task in self._pushing:
            task.cancel()
        await asyncio.gather(*self._pushing, return_exceptions=True)
        for video in self._videos:
            await video.stop()
        if self._serial is not None:
            self._serial.close()
        if self._rtu is not None:
            self._rtu.close()
        for server in self._servers.values():
            await server.stop()

    def _service(self, device: RegisterDevice, target: str) -> ModbusService:
        return ModbusService(device, self._faults, target)

    async def _listen(self, name: str, service: ModbusService, port: int) -> None:
        server = ModbusTcpServer(service)
        self.endpoints[name] = await server.start(port)
        self._servers[name] = server

    def _camera(self, camera: CameraSettings, channel: int) -> Camera:
        settings, wall_s = self._settings, self._clock.wall_s
        user, _, password = camera.login.partition(":")
        queue = PushQueue(
            settings.camera_url or "",
            camera.name,
            settings.place,
            self._faults,
            wall_s,
            push_format=format_named(camera.protocol),
            auth=httpx.DigestAuth(user, password) if user else None,
        )
        return Camera(
            settings=camera,
            channel=channel,
            lane=settings.source.layout.lane,
            queue=queue,
            faults=self._faults,
            rng=random.Random(self._faults.rng.getrandbits(64)),  # noqa: S311 - looks and misreadings
            wall_s=wall_s,
        )
