"""What a run of the simulators consists of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from firmware_sims.camera import CameraSettings
from firmware_sims.errors import SimulationError
from firmware_sims.source import Source
from firmware_sims.video_camera import VideoSettings


@dataclass(frozen=True)
class RunSettings:
    """Which devices a run has, and how it plays; a device whose path, port or URL is None is left out."""

    source: Source
    place: str = ""
    speedup: float = 1.0
    seed: int = 0
    serial: Path | None = None
    modbus_port: int | None = None
    modbus_rtu: Path | None = None
    site_port: int | None = None
    camera_url: str | None = None
    cameras: tuple[CameraSettings, ...] = ()
    videos: tuple[VideoSettings, ...] = ()
    truth: Path | None = None
    control: str | None = None
    start_delay_s: float = 1.0
    wait_for_start: bool = False

    def check(self) -> None:
        """Refuse settings that contradict each other.

        Raises
        ------
        SimulationError
            If so.
        """
        digitisers = (self.serial, self.modbus_port, self.modbus_rtu)
        if self.wait_for_start and all(device is None for device in digitisers):
            raise SimulationError("--wait-for-start needs a digitiser: give --serial, --modbus-port or --modbus-rtu")
        if self.cameras and not self.camera_url:
            raise SimulationError("--camera needs --camera-url, the address to push to")
        if not 0.01 <= self.speedup <= 100:
            raise SimulationError(f"--speedup {self.speedup:g}; 0.01 to 100 are allowed")
        names = [*(camera.name for camera in self.cameras), *(video.name for video in self.videos)]
        if len(set(names)) < len(names):
            raise SimulationError(f"--camera, --video: names {names} are not all different")
