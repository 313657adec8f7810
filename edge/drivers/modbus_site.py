"""Driver of the site device: loop transitions, pavement temperature, cabinet state (docs/protocols/modbus-site.md)."""

from dataclasses import dataclass
from typing import Final

from contract.faults import Fault, Reaction, RejectError, RetryError
from contract.station import ModbusSite
from edge.clock import Clock, SystemClock
from edge.drivers.base import Cabinet, DeviceEvent, Driver, LineFault, LoopTransition, SiteState
from edge.drivers.modbus import ModbusLine, signed16, wide, words

STATE_AT, STATE_COUNT = 0, 13
"""Identity, device clock, temperature, cabinet, supply, loops: one read, one instant."""

MAP_VERSION: Final = 1
WINDOW_AT, WINDOW_COUNT, SLOTS, SLOT_REGISTERS = 100, 121, 15, 8
ACKNOWLEDGE_AT: Final = 0
LOOPS_MAX: Final = 16
TEMPERATURE_FAULT: Final = 0x8000
KNOWN_CABINET: Final = 0x1F

PAVEMENT_C: Final = (-60.0, 90.0)
"""Temperatures outside are no pavement's; an answer that says so is damage."""

POLL_S: Final = 0.2
"""Between two polls; the device stamps its transitions itself, so that polling late costs nothing but delay."""


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The device's clock at an instant of the host's monotonic clock, and half the round trip of asking for it."""

    device_ms: int
    monotonic_s: float
    uncertainty_s: float


@dataclass(frozen=True, slots=True)
class _Transition:
    sequence: int
    device_ms: int
    loop: int
    occupied: bool


class ModbusSiteDriver(Driver):
    """Polls the site device; transitions wait in its FIFO until they are acknowledged."""

    def __init__(self, device: ModbusSite, clock: Clock | None = None) -> None:
        super().__init__(device.name)
        self._line = ModbusLine.tcp(device.name, device.host, device.tcp_port, device.unit)
        self._clock = clock or SystemClock()
        self._forget()

    def _forget(self) -> None:
        self._last_sequence: int | None = None
        self._anchors: tuple[_Anchor, ...] = ()
        self._failure: RetryError | None = None

    def open(self) -> None:
        """Connect."""
        self._forget()
        self._line.open()

    def start(self) -> None:
        """Do nothing: the device always runs."""

    def close(self) -> None:
        """Disconnect."""
        self._line.close()

    def read(self, timeout_s: float) -> list[DeviceEvent]:
        """Poll once, then rest; a refused or senseless answer is a fault, not an end."""
        if self._failure is not None:
            raise self._failure
        events: list[DeviceEvent] = []
        for poll in (self._poll_state, self._poll_transitions):
            try:
                events += poll()
            except RejectError as error:
                events.append(LineFault(self.name, error.fault()))
            except RetryError as error:
                if not events:
                    raise
                # What the device said before the line went is given first; the next call says that it went.
                self._failure = error
                return events
        self._clock.sleep(min(timeout_s, POLL_S))
        return events

    def _poll_state(self) -> list[DeviceEvent]:
        sent_s = self._clock.monotonic_s()
        registers = self._line.read_input(STATE_AT, STATE_COUNT)
        half_s = (self._clock.monotonic_s() - sent_s) / 2
        if registers[0] != MAP_VERSION or registers[11] > LOOPS_MAX:
            what = f"an answer says: map version {registers[0]}, {registers[11]} loops; version {MAP_VERSION} is wanted"
            raise RejectError("modbus-implausible", self.name, what)
        self._anchors = (*self._anchors[-1:], _Anchor(wide(registers[4:8]), sent_s + half_s, half_s))
        raw, cabinet, supply_mv, loops, occupied = registers[8:13]
        pavement_c, reason = signed16(raw) / 10, ""
        if raw == TEMPERATURE_FAULT:
            reason = "the device reports a fault of the temperature sensor"
        elif not PAVEMENT_C[0] <= pavement_c <= PAVEMENT_C[1]:
            reason = f"{pavement_c} °C is no pavement's temperature"
        state = SiteState(
            device=self.name,
            pavement_c=None if reason else pavement_c,
            pavement_reason=reason,
            cabinet=Cabinet(cabinet & KNOWN_CABINET),
            supply_v=supply_mv / 1000,
            occupied=frozenset(loop for loop in range(1, loops + 1) if occupied >> (loop - 1) & 1),
        )
        return [state, self._fault("pavement-temperature", reason)] if reason else [state]

    def _poll_transitions(self) -> list[DeviceEvent]:
        if not self._anchors:
            return []
        registers = self._line.read_input(WINDOW_AT, WINDOW_COUNT)
        found = self._decode(registers)
        if not found:
            return []
        events = self._unseen(found)
        self._line.write(ACKNOWLEDGE_AT, words(found[-1].sequence, 2))
        self._last_sequence = found[-1].sequence
        return events

    def _decode(self, registers: list[int]) -> list[_Transition]:
        """Read the window; its transitions are numbered without a hole, or it is damage."""
        waiting = registers[0]
        slots = [registers[1 + SLOT_REGISTERS * k : 1 + SLOT_REGISTERS * (k + 1)] for k in range(min(waiting, SLOTS))]
        found = [_Transition(wide(slot[0:2]), wide(slot[2:6]), slot[6], bool(slot[7])) for slot in slots]
        sound = all(
            slot[7] <= 1 and 1 <= slot[6] <= LOOPS_MAX and item.sequence == found[0].sequence + index
            for index, (slot, item) in enumerate(zip(slots, found, strict=True))
        )
        if waiting > SLOTS or not sound:
            what = f"a window of {waiting} transitions contradicts itself; nothing is taken from it, it is asked for again"
            raise RejectError("modbus-implausible", self.name, what)
        return found

    def _unseen(self, found: list[_Transition]) -> list[DeviceEvent]:
        """Leave out what was given before (an acknowledgement was lost), and say what the device lost."""
        last = self._last_sequence
        if last is None or found[-1].sequence < last:
            # The first poll, or a device that has restarted and counts from 1 again.
            return [self._event(item) for item in found]
        events: list[DeviceEvent] = []
        if found[0].sequence > last + 1:
            what = f"{found[0].sequence - last - 1} loop transitions before number {found[0].sequence} were lost in the device"
            events.append(self._fault("loop-transitions-lost", what))
        return events + [self._event(item) for item in found if item.sequence > last]

    def _event(self, item: _Transition) -> LoopTransition:
        """Give a transition on the host's clock, along the line through the last two polls (one only: at the nominal rate)."""
        latest, earlier = self._anchors[-1], self._anchors[0]
        rate_s = 0.001
        if latest.device_ms > earlier.device_ms:
            rate_s = (latest.monotonic_s - earlier.monotonic_s) / (latest.device_ms - earlier.device_ms)
        monotonic_s = latest.monotonic_s + (item.device_ms - latest.device_ms) * rate_s
        uncertainty_s = max(latest.uncertainty_s, earlier.uncertainty_s)
        return LoopTransition(self.name, item.loop, item.occupied, item.device_ms, monotonic_s, uncertainty_s)

    def _fault(self, code: str, what: str) -> LineFault:
        return LineFault(self.name, Fault(code=code, where=self.name, what=what, reaction=Reaction.REJECT))
