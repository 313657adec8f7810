"""What every device driver can do, and what it has to say: one base class, a handful of frozen events.

A driver lives in one thread: that thread opens it, calls `read` in a loop and closes it. Commands may come from any thread: they are put in
line, carried out during the next `read`, and what came of them is an event.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntFlag
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from contract.faults import Fault, RejectError
from edge.time_base import Mark

LINK_LOST_S: Final = 5.0
"""Without a valid frame, or with a heartbeat standing still, for this long the link is lost (docs/protocols/serial-digitiser.md)."""

SYNC_PERIOD_S: Final = 10.0
"""Between two time marks once the first ones are in: at 200 ppm a counter drifts 2 ms meanwhile."""

SYNC_FIRST: Final = 8
"""Marks taken quickly after opening, so that one slow round trip does not spoil the first minutes."""

SYNC_FIRST_PERIOD_S: Final = 0.25
"""Between those first marks."""

COUNTER_END: Final = 2**63
"""Counters at or above this are damage: at 100 kHz it takes three million years to get there."""


class DeviceStatus(IntFlag):
    """Status bits of a digitiser (docs/protocols/serial-digitiser.md, "Status bits")."""

    SATURATED = 1
    ADC_FAULT = 2
    RING_OVERFLOW = 4
    RESENT = 8
    AFTER_RESET = 16
    TIME_SYNCED = 32


class Cabinet(IntFlag):
    """Bits of the cabinet's state (docs/protocols/modbus-site.md)."""

    DOOR_OPEN = 1
    MAINS = 2
    BATTERY = 4
    HEATER = 8
    TAMPER = 16


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """Something a device said; `device` is its name in the station file."""

    device: str


@dataclass(frozen=True, slots=True)
class Report(DeviceEvent):
    """What a digitiser is. It comes before the first `Samples` after every opening, and again whenever the device has restarted.

    `identity` is serial number and firmware in words; `channels` the order in which `Samples` carry them; `counter` the number of the next
    conversion; `oldest` the smallest counter that can still be resent; `ring_samples` how far the device remembers.
    """

    identity: str
    channels: tuple[str, ...]
    rate_hz: float
    counter: int
    oldest: int
    ring_samples: int


@dataclass(frozen=True, slots=True)
class Samples(DeviceEvent):
    """A run of consecutive conversions.

    `counter` is that of the first; `counts` int32 (channels, samples) in the order of the report; `resent` says that they were asked for.
    """

    counter: int
    counts: NDArray[np.int32]
    status: DeviceStatus
    resent: bool

    @property
    def stop(self) -> int:
        """Counter just after the last sample."""
        return self.counter + int(self.counts.shape[1])

    @property
    def faulty(self) -> bool:
        """Whether the converter reported a fault: the counts are there but mean nothing."""
        return DeviceStatus.ADC_FAULT in self.status


@dataclass(frozen=True, slots=True)
class Heartbeat(DeviceEvent):
    """The device lives: number of the next conversion, supply in volts, temperature in the housing in °C."""

    counter: int
    status: DeviceStatus
    supply_v: float
    housing_c: float


@dataclass(frozen=True, slots=True)
class TimeMark(DeviceEvent):
    """The device's counter and the host's clocks at one instant."""

    mark: Mark


@dataclass(frozen=True, slots=True)
class Zeroed(DeviceEvent):
    """A zero command took effect: from `counter` on, `amount_counts` is subtracted from the named channels."""

    counter: int
    channels: tuple[str, ...]
    amount_counts: int


@dataclass(frozen=True, slots=True)
class ResendRefused(DeviceEvent):
    """Samples before `oldest` are gone from the device for ever; waiting for them is in vain."""

    first: int
    count: int
    oldest: int


@dataclass(frozen=True, slots=True)
class LoopTransition(DeviceEvent):
    """A loop became occupied or free.

    `loop` counts from 1 in driving direction; `device_ms` is the device's own clock at the transition, `monotonic_s` the same instant on
    the host's monotonic clock, known to within `uncertainty_s`.
    """

    loop: int
    occupied: bool
    device_ms: int
    monotonic_s: float
    uncertainty_s: float


@dataclass(frozen=True, slots=True)
class SiteState(DeviceEvent):
    """The site: pavement temperature in °C, or None with the reason in `pavement_reason`; cabinet; supply in volts; loops occupied."""

    pavement_c: float | None
    pavement_reason: str
    cabinet: Cabinet
    supply_v: float
    occupied: frozenset[int]


@dataclass(frozen=True, slots=True)
class LineFault(DeviceEvent):
    """One damage on the line or in the device; the line goes on."""

    fault: Fault


class SyncPlan:
    """Says when the next time mark is due: a few in quick succession after opening, then one every `SYNC_PERIOD_S`."""

    def __init__(self, now_s: float) -> None:
        self._next_s = now_s
        self._taken = 0

    def due(self, now_s: float) -> bool:
        """Give whether a mark is due at this monotonic time; asked once per mark."""
        if now_s < self._next_s:
            return False
        self._taken += 1
        self._next_s = now_s + (SYNC_FIRST_PERIOD_S if self._taken < SYNC_FIRST else SYNC_PERIOD_S)
        return True


def channel_mask(device: str, channels: Collection[str], known: tuple[str, ...], amount_counts: int) -> int:
    """Give the mask (bit k = channel k) of a zero command, checked.

    Raises
    ------
    RejectError
        If `channels` is empty or holds one the device did not report, or the amount does not fit 32 bits.
    """
    unknown = sorted(set(channels) - set(known))
    if unknown or not channels:
        held = ", ".join(known) or "not reported any yet"
        raise RejectError("zero-channel", device, f"has no channel {', '.join(unknown) or '(none was named)'}; it has {held}")
    if not -(2**31) <= amount_counts < 2**31:
        raise RejectError("zero-amount", device, f"{amount_counts} counts do not fit 32 bits; a zero moves by less than 2³¹")
    return sum(1 << known.index(channel) for channel in set(channels))


class Driver(ABC):
    """One device of the station file.

    Parameters
    ----------
    name
        The device's name in the station file; stands in every event and fault.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @abstractmethod
    def open(self) -> None:
        """Open the line; may be called again after `close`, nothing of the former opening is remembered.

        Raises
        ------
        RetryError
            If the line is not there, in use, or nobody answers on it.
        StopError
            If what answers is no device this driver can work with.
        """

    @abstractmethod
    def read(self, timeout_s: float) -> list[DeviceEvent]:
        """Carry out what is due and give what the device said, as soon as it says something, at the latest after `timeout_s`.

        Raises
        ------
        RetryError
            If the line is gone or the device has been silent for `LINK_LOST_S` (code ``link-lost``). Close, wait, open again.
            What arrived before has been given by an earlier call.
        StopError
            If what answers is no device this driver can work with.
        """

    @abstractmethod
    def start(self) -> None:
        """Let the device send, also after it restarts, until `close`."""

    @abstractmethod
    def close(self) -> None:
        """Free the line. May be called twice, and on a driver that was never open."""

    def time_sync(self) -> None:
        """Take a time mark now; digitisers also take them on their own every `SYNC_PERIOD_S`. Gives a `TimeMark`."""
        raise self._unsupported("time_sync")

    def request_resend(self, first: int, count: int) -> None:
        """Ask for `count` samples from counter `first` again. Gives `Samples` with `resent`, or `ResendRefused`."""
        raise self._unsupported("request_resend")

    def zero(self, channels: Collection[str], amount_counts: int) -> None:
        """Subtract `amount_counts` from all later counts of `channels`, on top of earlier zeros. Gives `Zeroed`.

        Raises
        ------
        RejectError
            If the device has no such channel, or the amount does not fit 32 bits.
        """
        raise self._unsupported("zero")

    def _unsupported(self, command: str) -> RejectError:
        return RejectError("command-unsupported", self.name, f"has no command {command}; only digitisers have")
