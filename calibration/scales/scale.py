"""A reference scale: a protocol joined with its line, listened to."""

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Self

from calibration.scales.modbus_line import ModbusLine
from calibration.scales.plausibility import Plausibility
from calibration.scales.protocols import Decode
from calibration.scales.reading import Reading
from calibration.scales.register_map import RegisterMap
from calibration.scales.serial_line import SerialLine
from calibration.scales.stream import StreamParser
from contract.faults import RejectError

POLL_S: Final = 0.2
"""Between two questions to a scale that has to be asked, and the longest wait of one poll."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One reading, or that none came (`reading` None), and the damage met since the last one.

    `at_s` is on a clock that never steps; `time` is the wall clock's, UTC.
    """

    at_s: float
    time: datetime
    reading: Reading | None
    damage: Mapping[str, int] = field(default_factory=dict)


class Scale(ABC):
    """A scale that can be read; used as a context."""

    where: str

    @abstractmethod
    def open(self) -> None:
        """Open the line; RetryError if nobody is there."""

    @abstractmethod
    def close(self) -> None:
        """Close the line, whatever state it is in."""

    @abstractmethod
    def poll(self) -> list[Reading]:
        """Give what has come within `POLL_S`, perhaps nothing; RetryError when the line is lost."""

    @abstractmethod
    def take_damage(self) -> Counter[str]:
        """Give, once, how often each kind of damage was met."""

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SerialScale(Scale):
    """A scale on a serial line; `request` is sent every `POLL_S` where the scale does not send by itself."""

    def __init__(
        self, line: SerialLine, parser: StreamParser, request: bytes = b"", monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.where = line.where
        self._line = line
        self._parser = parser
        self._request = request
        self._monotonic = monotonic
        self._asked_s = float("-inf")

    def open(self) -> None:
        """Open the line; RetryError if it cannot be."""
        self._line.open()

    def close(self) -> None:
        """Close the line."""
        self._line.close()

    def poll(self) -> list[Reading]:
        """Ask where that is due, and give what has come."""
        now_s = self._monotonic()
        if self._request and now_s - self._asked_s >= POLL_S:
            self._line.write(self._request)
            self._asked_s = now_s
        return self._parser.push(self._line.read(POLL_S))

    def take_damage(self) -> Counter[str]:
        """Give, once, the damage of the stream."""
        return self._parser.take_damage()


class ModbusScale(Scale):
    """A scale behind Modbus: its registers are read every `POLL_S`."""

    def __init__(self, line: ModbusLine, registers: RegisterMap, decode: Decode, sleep: Callable[[float], None] = time.sleep) -> None:
        self.where = line.where
        self._line = line
        self._map = registers
        self._decode = decode
        self._sleep = sleep
        self._damage: Counter[str] = Counter()

    def open(self) -> None:
        """Connect; RetryError if nobody is there."""
        self._line.open()

    def close(self) -> None:
        """Disconnect."""
        self._line.close()

    def poll(self) -> list[Reading]:
        """Read the map once; an answer of another length or against sense is counted, a refusal is raised."""
        blocks = []
        for block in self._map.block:
            try:
                blocks.append(self._line.read(self._map.function, block.first, block.count))
            except RejectError as error:
                if error.code != "scale-length":
                    raise
            self._sleep(max(self._map.gap_ms / 1000, POLL_S / len(self._map.block)))
        found = self._decode(tuple(blocks)) if len(blocks) == len(self._map.block) else "bad-frame"
        if isinstance(found, Reading):
            return [found]
        self._damage[found] += 1
        return []

    def take_damage(self) -> Counter[str]:
        """Give, once, the damage of the answers."""
        taken, self._damage = self._damage, Counter()
        return taken


def listen(
    scale: Scale,
    plausibility: Plausibility | None = None,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Heard]:
    """Give an open scale's plausible readings as they come, and `None` whenever a poll brought none; without end.

    Raises
    ------
    RetryError
        When the line is lost.
    RejectError
        When the scale refuses what it is asked.
    """
    sieve = plausibility or Plausibility()
    while True:
        readings: list[Reading | None] = [*sieve.sift(scale.poll())]
        damage = scale.take_damage()
        if dropped := sieve.take_dropped():
            damage["implausible-step"] += dropped
        for reading in readings or [None]:
            yield Heard(monotonic(), now(), reading, dict(damage))
            damage = Counter()
