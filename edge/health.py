"""What the station says of itself: to central as its status, to the loopback door in full."""

import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.records import Software
from contract.topics import StationState, StationStatus
from edge.certificates import CertificateDesk
from edge.clock import Clock
from edge.device_thread import DeviceThread
from edge.drift import DriftWatch
from edge.faultbook import FaultBook
from edge.lane import LaneRun
from edge.matching.clock import ClockState
from edge.matching.matcher import Matcher
from edge.outbox import Outbox
from edge.outbox.store import MEGABYTE
from edge.record_queue import RecordQueue
from edge.video import VideoDesk


@dataclass(frozen=True)
class StationHealth:
    """Asks the station's parts how they are; its methods may be called from any thread.

    Attributes
    ----------
    station
        The station's id.
    data
        The folder whose disk must not fill.
    lanes, devices
        By the device's name.
    loops
        How often each loop has become occupied.
    """

    station: str
    data: Path
    clock: Clock
    software: Software
    outbox: Outbox
    waiting: RecordQueue
    lanes: Mapping[str, LaneRun]
    devices: Mapping[str, DeviceThread]
    loops: Counter[int]
    matcher: Matcher
    certificates: CertificateDesk | None
    drift: DriftWatch
    video: VideoDesk
    faults: FaultBook

    def status(self, state: StationState) -> StationStatus:
        """Give the status that central is told every few seconds."""
        counts = self.outbox.counts()
        pavements = [lane.state.pavement_c for lane in self.lanes.values() if lane.state.pavement_c is not None]
        disk = shutil.disk_usage(self.data)
        return StationStatus(
            station=self.station,
            state=state,
            time_us=self.clock.utc_us(),
            software=f"{self.software.version} {self.software.sha256[:16]}",
            last_seq=counts.last_seq,
            waiting_records=counts.waiting_records,
            waiting_blobs=counts.waiting_blobs,
            refused_records=counts.refused_records,
            clock="unsynchronised" if self.clock.host_error_us() is None else "synchronised",
            pavement_c_milli=round(pavements[0] * 1000) if pavements else None,
            disk_free_mb=disk.free // MEGABYTE,
            disk_total_mb=disk.total // MEGABYTE,
            faults=self.faults.counts(),
            drift=self.drift.notices,
        )

    def in_full(self, *, uplink_connected: bool) -> dict[str, Any]:
        """Give the state of every part as JSON, for the loopback door."""
        counts = self.outbox.counts()
        return {
            "station": self.station,
            "software": {"version": self.software.version, "sha256": self.software.sha256},
            "recorded": self.waiting.recorded,
            "records": counts.last_seq,
            "last_seq": counts.last_seq,
            "waiting": counts.waiting_records,
            "waiting_blobs": counts.waiting_blobs,
            "wanted_clips": counts.wanted_clips,
            "refused": counts.refused_records,
            "held": len(self.waiting),
            "uplink": {"connected": uplink_connected},
            "devices": {name: {"connected": device.connected} for name, device in self.devices.items()},
            "lanes": {name: lane_health(lane) for name, lane in self.lanes.items()},
            "cameras": {name: clock_health(state) for name, state in self.matcher.clock_states().items()},
            "ledger": self.certificates.state() if self.certificates else None,
            "drift": self.drift.health(),
            "video": self.video.health(),
            "loop_passages": dict(self.loops),
            "faults": self.faults.counts(),
            "latest_faults": self.faults.latest(),
        }


def lane_health(lane: LaneRun) -> dict[str, Any]:
    """Give a lane's state as JSON: its device, what it has seen, and by what it weighs."""
    in_force = lane.in_force
    certificate = None if in_force is None else in_force.certificate
    return {
        "identity": lane.state.identity,
        "position": lane.state.position,
        "vehicles": lane.state.vehicles,
        "waiting_for_plates": lane.waiting,
        "pavement_c": lane.state.pavement_c,
        "stray_crossings": lane.state.strays,
        "channels_at_fault": lane.state.channels_at_fault,
        "lane": lane.lane.id,
        "calibration": None if in_force is None else in_force.identity.model_dump(mode="json"),
        "certificate": None if certificate is None else certificate.model_dump(mode="json"),
    }


def clock_health(state: ClockState) -> dict[str, Any]:
    """Give what is believed of a camera's clock as JSON: against the station's, uncertainties expanded (k = 2)."""
    return {
        "offset_ms": round(state.offset_us / 1_000, 1),
        "offset_u_ms": round(2 * state.offset_u_us / 1_000, 1),
        "rate_ppm": round(state.rate_ppm, 1),
        "looks_farther_m": round(state.distance_m, 2),
        "looks_farther_u_m": round(2 * state.distance_u_m, 2),
        "scatter_ms": round(state.noise_us / 1_000, 1),
        "sure_matches": state.matches,
    }
