"""Driver of the site device: loop transitions, pavement temperature, cabinet state (docs/protocols/modbus-site.md)."""

from typing import Final

from contract.faults import Fault, Reaction, RejectError
from contract.station import ModbusSite
from edge.clock import Clock, SystemClock
from edge.drivers.base import Cabinet, DeviceEvent, Driver, LineFault, LoopTransition, SiteState
from edge.drivers.modbus import ModbusLine, signed16, wide, words

STATE_AT: Final = 4
STATE_COUNT: Final = 9
"""Device clock, temperature, cabinet, supply, number of loops, loop states: one read, one instant."""
WINDOW_AT: Final = 100
WINDOW_COUNT: Final = 121
SLOTS: Final = 15
SLOT_REGISTERS: Final = 8
ACKNOWLEDGE_AT: Final = 0
TEMPERATURE_FAULT: Final = 0x8000
KNOWN_CABINET: Final = 0x1F
PAVEMENT_C: Final = (-60.0, 90.0)
"""Temperatures outside are no pavement's; an answer that says so is damage."""


class ModbusSiteDriver(Driver):
    """Polls the site device; transitions wait in its FIFO until they are acknowledged."""

    def __init__(self, device: ModbusSite, clock: Clock | None = None) -> None:
        super().__init__(device.name)
        self._line = ModbusLine.tcp(device.name, device.host, device.tcp_port, device.unit)
        self._clock = clock or SystemClock()
        self._last_sequence: int | None = None
        self._anchor = (0, 0.0, 0.0)

    def open(self) -> None:
        """Connect."""
        self._last_sequence = None
        self._line.open()

    def start(self) -> None:
        """Do nothing: the device always runs."""

    def close(self) -> None:
        """Disconnect."""
        self._line.close()

    def read(self, timeout_s: float) -> list[DeviceEvent]:
        """Poll once, then rest for `timeout_s`; a refused or senseless answer is a fault, not an end."""
        events: list[DeviceEvent] = []
        for poll in (self._poll_state, self._poll_transitions):
            try:
                events += poll()
            except RejectError as error:
                events.append(LineFault(self.name, error.fault()))
        self._clock.sleep(timeout_s)
        return events

    def _poll_state(self) -> list[DeviceEvent]:
        sent_s = self._clock.monotonic_s()
        registers = self._line.read_input(STATE_AT, STATE_COUNT)
        half_s = (self._clock.monotonic_s() - sent_s) / 2
        self._anchor = (wide(registers[0:4]), sent_s + half_s, half_s)
        raw, cabinet, supply_mv, loops, occupied = registers[4:9]
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
            occupied=frozenset(loop for loop in range(1, min(loops, 16) + 1) if occupied >> (loop - 1) & 1),
        )
        return [state, self._fault("pavement-temperature", reason)] if reason else [state]

    def _poll_transitions(self) -> list[DeviceEvent]:
        registers = self._line.read_input(WINDOW_AT, WINDOW_COUNT)
        waiting = registers[0]
        if waiting > SLOTS:
            raise RejectError("loop-fifo", self.name, f"claims {waiting} transitions in a window of {SLOTS}; the answer is left out")
        if not waiting:
            return []
        slots = [registers[1 + SLOT_REGISTERS * k : 1 + SLOT_REGISTERS * (k + 1)] for k in range(waiting)]
        numbered = [(wide(slot[0:2]), self._transition(slot)) for slot in slots]
        events = self._unseen(numbered)
        self._line.write(ACKNOWLEDGE_AT, words(numbered[-1][0], 2))
        return events

    def _transition(self, slot: list[int]) -> LoopTransition:
        device_ms = wide(slot[2:6])
        anchor_ms, anchor_s, uncertainty_s = self._anchor
        return LoopTransition(self.name, slot[6], bool(slot[7]), device_ms, anchor_s + (device_ms - anchor_ms) / 1000, uncertainty_s)

    def _unseen(self, numbered: list[tuple[int, LoopTransition]]) -> list[DeviceEvent]:
        """Leave out what was given before (an acknowledgement was lost), and say what the device lost."""
        first, last = numbered[0][0], self._last_sequence
        self._last_sequence = numbered[-1][0]
        if last is None or numbered[-1][0] < last:
            # The first poll, or a device that has restarted and counts from 1 again.
            return [transition for _, transition in numbered]
        events: list[DeviceEvent] = []
        if first > last + 1:
            what = f"{first - last - 1} loop transitions before number {first} were lost in the device; poll it more often"
            events.append(self._fault("loop-transitions-lost", what))
        return events + [transition for sequence, transition in numbered if sequence > last]

    def _fault(self, code: str, what: str) -> LineFault:
        return LineFault(self.name, Fault(code=code, where=self.name, what=what, reaction=Reaction.REJECT))
